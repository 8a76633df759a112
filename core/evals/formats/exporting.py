"""Cases into files of any format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.criteria import Criterion
from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.evals.cases.fields import CASE_STATES
from core.evals.content import CaseContent
from core.evals.formats.concealing import concealed
from core.evals.formats.promptfoo.assertions import to_assertion
from core.evals.formats.record import CaseRecord, WriteOptions
from core.evals.formats.registry import case_formats, get_case_format
from core.evals.held_out import readable, require_open
from core.evals.tables import EvalCase, EvalSuite, EvalSuiteMember
from core.identity import Actor, Permission, require

MOST_CASES = 20_000


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases.

    Attributes:
        masked: cases in which personal data was replaced.
        notes: what the format cannot say, in plain words; the cases are whole all the same.
    """

    name: str
    content: bytes
    cases: int
    masked: int
    notes: tuple[str, ...] = ()


def export_case_file(
    actor: Actor,
    *,
    database: Database,
    format: str = "ratchet",
    suite: str = "",
    state: str = "accepted",
    keep_personal_data: bool = False,
    provider: str = "",
    base_url: str = "",
) -> CaseFile:
    """The cases of a suite, or all of a state, as a file. The audit names the export.

    Args:
        suite: its name; empty: all cases the actor may read, without those that are held out to them.
        state: candidate, accepted or dismissed; empty for all.
        keep_personal_data: leave names, addresses and numbers as they are.
        provider, base_url: for promptfoo, see :class:`WriteOptions`.

    Raises:
        PermissionDenied: the actor may not see evals, the suite is held out, or cases come from
            conversations and the actor may not export those.
        NotFound: there is no such suite.
        InvalidInput: no such format or state, the format is only read, or there are no cases.
    """
    require(actor, Permission.EVALS_READ)
    chosen = get_case_format(format)
    if chosen.write is None:
        writable = ", ".join(each.name for each in case_formats() if each.write)
        raise InvalidInput(f"{chosen.label} files are only read; choose one of {writable}.")
    if state and state not in CASE_STATES:
        raise InvalidInput(f"A case is {', '.join(CASE_STATES[:-1])} or {CASE_STATES[-1]}, not {state!r}.")
    with database.reading() as session:
        found = _suite(actor, suite, session=session) if suite else None
        cases = _cases(actor, found, state, session=session)
        questions = _questions(session=session)
    if any(case.conversation_id is not None for case in cases) and not actor.can(
        Permission.CONVERSATIONS_EXPORT
    ):
        raise PermissionDenied(
            "Some of these cases hold conversations with customers, and your role may not export those. "
            "Ask a manager to export them."
        )
    records = [_record(case) for case in cases]
    if not keep_personal_data:
        records = [concealed(each) for each in records]
    title = found.title if found is not None else ""
    content = chosen.write(records, WriteOptions(title, questions, provider, base_url))
    masked = sum(each.masked for each in records)
    with database.transaction() as session:
        audit.record(
            actor.person_id,
            actor.who,
            "eval_cases.exported",
            session=session,
            subject_type="eval_suite",
            subject_id=found.key if found is not None else "all",
            format=format,
            suite=suite,
            state=state,
            cases=len(records),
            personal_data="kept" if keep_personal_data else "masked",
        )
    name = f"{suite or 'cases'}{chosen.suffixes[0]}"
    return CaseFile(name, content, len(records), masked, _notes(records, format, questions))


def _suite(actor: Actor, name: str, *, session: Session) -> EvalSuite:
    suite = session.exec(select(EvalSuite).where(col(EvalSuite.name) == name)).one_or_none()
    if suite is None:
        raise NotFound(f"There is no suite {name!r}.")
    require_open(actor, suite)
    return suite


def _cases(actor: Actor, suite: EvalSuite | None, state: str, *, session: Session) -> Sequence[EvalCase]:
    query = select(EvalCase).where(readable(actor)).order_by(col(EvalCase.id)).limit(MOST_CASES + 1)
    if suite is not None:
        query = query.join(EvalSuiteMember, col(EvalSuiteMember.case_id) == col(EvalCase.id))
        query = query.where(col(EvalSuiteMember.suite_id) == suite.key)
    if state:
        query = query.where(col(EvalCase.state) == state)
    cases = session.exec(query).all()
    if not cases:
        raise InvalidInput("There are no such cases to export.")
    if len(cases) > MOST_CASES:
        raise InvalidInput(f"These are more than {MOST_CASES:,} cases. Export suite by suite.")
    return cases


def _record(case: EvalCase) -> CaseRecord:
    told: dict[str, Any] = dict(case.provenance) if case.source == "import" else {}
    return replace(
        CaseRecord.of_content(CaseContent.of_case(case), digest=case.digest, provenance=told), line=0
    )


def _questions(*, session: Session) -> dict[str, str]:
    """The newest wording of each criterion."""
    rows = session.exec(select(Criterion).order_by(col(Criterion.version)))
    return {each.name: each.question for each in rows}


def _notes(records: Sequence[CaseRecord], format: str, questions: dict[str, str]) -> tuple[str, ...]:
    if format != "promptfoo":
        return ()
    kinds = Counter(
        str(each.get("kind", "criterion"))
        for record in records
        for each in record.expectations
        if to_assertion(each, questions) is None
    )
    return tuple(
        f"{count:,} of the kind {kind} cannot be checked by promptfoo and are only carried along"
        for kind, count in sorted(kinds.items())
    )
