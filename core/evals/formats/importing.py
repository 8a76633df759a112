"""Cases from files of any format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import audit
from core.criteria import current_criterion
from core.database import Database
from core.errors import Conflict, InvalidInput
from core.evals.cases.creating import create_case
from core.evals.cases.fields import checked_tags
from core.evals.expecting.criteria import wanted_answers
from core.evals.flagging.standing import EXPECTED
from core.evals.formats.expected import KINDS
from core.evals.formats.record import CaseRecord, Problem, ReadOptions
from core.evals.formats.registry import CaseFormat, get_case_format, guess_case_format
from core.evals.formats.restoring import find_record, restore_case
from core.evals.held_out import held_out_among
from core.evals.tables import EvalCase
from core.identity import Actor, Permission, require

MOST_BYTES = 256 * 1024 * 1024
_NAME = 120


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one entry. ``outcome``: new, known (it is here already) or twice (in the file)."""

    line: int
    name: str
    outcome: str
    case_id: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseImport:
    """What an import did, or would do.

    Attributes:
        problems: entries that were left out, with the line and why.
        stored: False when it was only tried.
    """

    format: str
    cases: tuple[Imported, ...]
    problems: tuple[Problem, ...]
    stored: bool

    def count(self, outcome: str) -> int:
        """How many entries came to this."""
        return sum(each.outcome == outcome for each in self.cases)

    @property
    def case_ids(self) -> list[int]:
        """Of the cases of the file, each once, in its order."""
        return list(dict.fromkeys(each.case_id for each in self.cases if each.case_id is not None))


class _OnlyTried(Exception):
    """Takes back what a trial stored."""


def import_case_file(
    actor: Actor,
    *,
    database: Database,
    path: Path | None = None,
    content: bytes | None = None,
    name: str = "",
    format: str = "",
    expected_as: str = "",
    tags: Iterable[str] = (),
    state: str = "candidate",
    skip_broken: bool = False,
    dry_run: bool = False,
) -> CaseImport:
    """Store the cases of a file, all of them or none. Importing it again changes nothing.

    Args:
        path: the file, or its ``content`` and ``name``.
        format: its format; empty: guessed.
        expected_as: see :class:`ReadOptions`.
        tags: given to every new case besides its own.
        state: candidate, or accepted where somebody has looked at the file already.
        skip_broken: store what can be read although other entries cannot.
        dry_run: store nothing; say what would happen.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        InvalidInput: the file cannot be read, or entries of it cannot and ``skip_broken`` is not said.
    """
    require(actor, Permission.EVALS_EDIT)
    if expected_as and expected_as not in KINDS:
        raise InvalidInput(f"What is expected may be read as {', '.join(KINDS)}, not {expected_as!r}.")
    extra = checked_tags(tags)
    if path is not None:
        content, name = _content(path), path.name
    if content is None:
        raise InvalidInput("Give either a file or its content.")
    chosen = get_case_format(format) if format else guess_case_format(name, content)
    records, problems = _read(chosen, content, ReadOptions(expected_as))
    if problems and not skip_broken and not dry_run:
        raise InvalidInput(_refusal(problems))
    made: list[Imported] = []
    try:
        with database.transaction() as session:
            for record in records:
                try:
                    with session.begin_nested():
                        made.append(_store(actor, record, made, name, chosen, extra, state, session=session))
                except (InvalidInput, Conflict) as error:
                    problem = Problem(record.line, str(error), record.name[:_NAME])
                    problems.append(problem)
                    if not skip_broken and not dry_run:
                        raise InvalidInput(_refusal([problem])) from None
            if not made and problems and not dry_run:
                raise InvalidInput(_refusal(problems))
            if dry_run:
                raise _OnlyTried
            _record(actor, name, chosen, made, problems, session=session)
    except _OnlyTried:
        made = [replace(each, case_id=None) if each.outcome == "new" else each for each in made]
    problems.sort(key=lambda each: each.line)
    return CaseImport(chosen.name, tuple(made), tuple(problems), not dry_run)


def _read(chosen: CaseFormat, content: bytes, options: ReadOptions) -> tuple[list[CaseRecord], list[Problem]]:
    records: list[CaseRecord] = []
    problems: list[Problem] = []
    for each in chosen.read(content, options):
        if isinstance(each, Problem):
            problems.append(each)
        else:
            records.append(each)
    if not records and not problems:
        raise InvalidInput("There are no cases in the file.")
    return records, problems


def _store(
    actor: Actor,
    record: CaseRecord,
    before: list[Imported],
    file: str,
    chosen: CaseFormat,
    tags: list[str],
    state: str,
    *,
    session: Session,
) -> Imported:
    notes = list(record.notes)
    said, record = record, _without_flags(record, session=session)
    provenance: dict[str, Any] = {
        "file": file,
        "line": record.line,
        **record.provenance,
        "format": chosen.name,
    }
    if record.digest:
        provenance["digest"] = record.digest
    newest = _newest(session)
    if record.complete:
        case = find_record(record, session=session)
        if case is None:
            tagged = replace(record, tags=tuple(dict.fromkeys([*record.tags, *tags])))
            case = restore_case(actor, tagged, session=session, state=state, provenance=provenance)
    else:
        case = create_case(
            actor,
            session=session,
            name=record.name,
            messages=[dict(each) for each in record.input["messages"]],
            customer=record.input.get("customer") or {},
            system=record.system,
            locale=record.locale,
            channel=record.channel,
            expectations=record.expectations,
            theme=record.theme,
            tags=[*record.tags, *tags],
            weight=record.weight,
            polarity=record.polarity,
            critical=record.critical,
            source="import",
            provenance=provenance,
            state=state,
        )
    twice = any(each.case_id == case.key for each in before)
    outcome = "twice" if twice else "new" if case.key > newest else "known"
    hidden = not actor.can(Permission.EVALS_HELD_OUT) and held_out_among([case.key], session=session)
    if hidden:
        raise Conflict("A case of a held-out suite says exactly this already, so nothing was stored.")
    if outcome != "new" and _differs(case, said, record):
        notes.append("it is here already and stays as it is; what the file says of it differs")
    return Imported(record.line, record.name, outcome, case.key, tuple(notes))


def _newest(session: Session) -> int:
    return session.exec(select(func.max(col(EvalCase.id)))).one() or 0


def _without_flags(record: CaseRecord, *, session: Session) -> CaseRecord:
    """What flags of another installation expected, as expectations of its own."""
    made: list[Mapping[str, Any]] = []
    for each in record.expectations:
        made += _of_flag(each, session=session) if EXPECTED in each else [each]
    return replace(record, expectations=tuple(made))


def _of_flag(flagged: Mapping[str, Any], *, session: Session) -> list[Mapping[str, Any]]:
    name = str(flagged.get("criterion", ""))
    right, _ = wanted_answers(flagged)
    criterion = current_criterion(name, session=session)
    answers = right or (list(criterion.good) if criterion is not None else [])
    made: list[Mapping[str, Any]] = [{"kind": "unsupported", "from": "ratchet", "assertion": dict(flagged)}]
    if answers:
        made = [{"kind": "criterion", "criterion": name, "answers": answers}]
    if flagged.get("better"):
        made.append({"kind": "reference", "text": str(flagged["better"])})
    return made


def _differs(case: EvalCase, record: CaseRecord, restored: CaseRecord) -> bool:
    """Whether the file says something else of the case. What was masked cannot be compared."""
    if record.masked:
        return False
    expected = [[dict(each) for each in one.expectations] for one in (record, restored)]
    return case.expectations not in expected or (case.weight, case.critical) != (
        record.weight,
        record.critical,
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{path} has more than {MOST_BYTES // 1024**2} MB; split it.")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}") from None


def _refusal(problems: list[Problem]) -> str:
    first = min(problems, key=lambda each: each.line)
    more = f" {len(problems) - 1:,} more cannot be read either." if len(problems) > 1 else ""
    reason = first.reason.rstrip(".")
    return f"Nothing was imported. Line {first.line}: {reason}.{more} Skip what is broken to import the rest."


def _record(
    actor: Actor,
    file: str,
    chosen: CaseFormat,
    made: list[Imported],
    problems: list[Problem],
    *,
    session: Session,
) -> None:
    counts: Mapping[str, int] = {
        outcome: sum(each.outcome == outcome for each in made) for outcome in ("new", "known", "twice")
    }
    audit.record(
        actor.person_id,
        actor.who,
        "eval_cases.imported",
        session=session,
        subject_type="eval_cases",
        subject_id=file[:200] or "content",
        format=chosen.name,
        problems=len(problems),
        **counts,
    )
