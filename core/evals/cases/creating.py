"""A case that a person writes, or that a file holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import Conflict, InvalidInput
from core.evals.cases.fields import (
    CASE_SOURCES,
    checked_expectations,
    checked_name,
    checked_polarity,
    checked_tags,
    checked_theme,
    checked_weight,
    own_expectations,
)
from core.evals.cases.plain import plain_json
from core.evals.cases.writing import Written, write_input
from core.evals.frozen.freezing import said_in
from core.evals.frozen.knowledge import knowledge_at, present_knowledge, store_snapshot
from core.evals.held_out import held_out_among
from core.evals.tables import EvalCase
from core.identity import Actor, Permission, require


def create_case(
    actor: Actor,
    *,
    session: Session,
    name: str,
    messages: Sequence[Mapping[str, Any]],
    customer: Mapping[str, Any] | None = None,
    system: str = "",
    locale: str = "",
    channel: str = "",
    steps: Sequence[Mapping[str, Any]] = (),
    moment: datetime | None = None,
    expectations: Sequence[Mapping[str, Any]] = (),
    theme: str = "",
    tags: Iterable[str] = (),
    weight: float = 1.0,
    polarity: str = "",
    critical: bool = False,
    source: str = "written",
    provenance: Mapping[str, Any] | None = None,
    state: str = "candidate",
) -> EvalCase:
    """Store a case that comes from no conversation of ours.

    Safe to repeat: the same messages, customer, system message, tool results and date are the same case,
    which is then given back as it is now.

    Args:
        messages: ``{author, text}`` oldest first; customer, rep, assistant or system.
        customer: name, email and the like; anything else is a fact about the customer.
        steps: results of tools as :class:`core.assist.Step` in JSON; at least ``action``.
        moment: when it happens; None: now. The knowledge is that of this moment.
        state: candidate, or accepted where somebody has looked at it already.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        InvalidInput: something is missing or wrong; says what and where.
        Conflict: it is there already, and expects something else or is held out.
    """
    require(actor, Permission.EVALS_EDIT)
    if source not in CASE_SOURCES or state not in ("candidate", "accepted"):
        raise InvalidInput(f"A case cannot be made from {source!r} as {state!r}.")
    title = checked_name(name)
    expected = checked_expectations(own_expectations(expectations))
    values = {
        "theme": checked_theme(theme),
        "tags": checked_tags(tags),
        "weight": checked_weight(weight),
        "polarity": checked_polarity(polarity),
        "provenance": plain_json(dict(provenance or {}), "where it came from"),
    }
    written = write_input(
        messages,
        customer=customer or {},
        system=system,
        locale=locale,
        channel=channel,
        steps=steps,
        moment=moment,
        source=source,
        at=now(),
    )
    known = _known(written, session=session)
    if known is not None:
        return _again(actor, known, title, expected, source, session=session)
    then = present_knowledge(session=session) if moment is None else knowledge_at(moment, session=session)
    case = EvalCase(
        name=title,
        source=source,
        said=said_in(written.input),
        input={**written.input, "knowledge": then.how},
        snapshot_id=store_snapshot(then.version_ids, session=session),
        expectations=expected,
        digest=written.digest,
        channel=channel,
        locale=written.input["locale"],
        critical=bool(critical),
        owner_id=actor.person_id,
        created_by_id=actor.person_id,
        **values,
    )
    if state == "accepted":
        case.state = case.review = state
        case.decided_by_id, case.decided_at = actor.person_id, now()
    try:
        with session.begin_nested():
            session.add(case)
    except IntegrityError:
        known = session.exec(select(EvalCase).where(col(EvalCase.digest) == written.digest)).one()
        return _again(actor, known, title, expected, source, session=session)
    audit.record(
        actor.person_id,
        actor.name,
        "eval_case.created",
        session=session,
        subject_type="eval_case",
        subject_id=case.key,
        source=source,
        state=state,
    )
    return case


def _known(written: Written, *, session: Session) -> EvalCase | None:
    wanted = [written.digest, written.undated]
    found = session.exec(select(EvalCase).where(col(EvalCase.digest).in_(wanted))).all()
    for case in sorted(found, key=lambda each: each.digest != written.digest):
        if case.digest == written.digest or case.input.get("moment") == written.input["moment"]:
            return case
    return None


def _again(
    actor: Actor,
    known: EvalCase,
    name: str,
    expected: Sequence[Mapping[str, Any]],
    source: str,
    *,
    session: Session,
) -> EvalCase:
    """The one that is there, unless something typed would be lost with it."""
    if not actor.can(Permission.EVALS_HELD_OUT) and held_out_among([known.key], session=session):
        raise Conflict("A case of a held-out suite says exactly this already, so nothing was stored.")
    stands = own_expectations(known.expectations)
    if source == "written" and (known.name != name or any(dict(each) not in stands for each in expected)):
        raise Conflict(
            f"There is a case with the same messages already: “{known.name}”, number {known.key}. Nothing "
            "was stored. Open it and add there what you expect, or change the messages."
        )
    return known
