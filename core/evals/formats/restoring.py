"""A case whose whole input is in a file: stored as it was, under the digest it had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.assist import Background, Step
from core.database import now
from core.errors import InvalidInput
from core.evals.cases.fields import (
    checked_expectations,
    checked_name,
    checked_polarity,
    checked_tags,
    checked_theme,
    checked_weight,
)
from core.evals.cases.writing import write_input
from core.evals.formats.record import CaseRecord
from core.evals.frozen.freezing import digest_of, said_in
from core.evals.frozen.knowledge import knowledge_at, store_snapshot
from core.evals.tables import EvalCase, KnowledgeSnapshot
from core.identity import Actor

_TYPES: dict[str, type] = {
    "moment": str, "conversation": dict, "customer": dict, "messages": list, "steps": list,
    "earlier_steps": list, "answers": list, "note": str, "locale": str, "knowledge": str,
}  # fmt: skip
_OF_MESSAGE: dict[str, type] = {
    "author": str, "name": str, "text": str, "created_at": str, "folded": str, "files": list,
}  # fmt: skip


def find_record(record: CaseRecord, *, session: Session) -> EvalCase | None:
    """The case of this installation that the record was, or became when it was imported before."""
    known = None
    if record.digest:
        known = session.exec(select(EvalCase).where(col(EvalCase.digest) == record.digest)).one_or_none()
    if known is not None and (record.masked or known.input == dict(record.input)):
        return known
    digest = restored_digest(record)
    return session.exec(select(EvalCase).where(col(EvalCase.digest) == digest)).one_or_none()


def restore_case(
    actor: Actor, record: CaseRecord, *, session: Session, state: str, provenance: Mapping[str, Any]
) -> EvalCase:
    """Store it. Checks no permission, and not whether it is there.

    Raises:
        InvalidInput: something is wrong with it; says what.
    """
    moment = check_input(record.input)
    snapshot = session.get(KnowledgeSnapshot, record.snapshot_id) if record.snapshot_id else None
    if snapshot is None:  # from another installation: what was known here at that time
        then = knowledge_at(moment, session=session)
        snapshot_id = store_snapshot(then.version_ids, session=session)
    else:
        snapshot_id = snapshot.id
    case = EvalCase(
        name=checked_name(record.name),
        source="import",
        said=said_in(record.input),
        input=dict(record.input),
        snapshot_id=snapshot_id,
        expectations=checked_expectations(record.expectations),
        digest=restored_digest(record),
        theme=checked_theme(record.theme),
        tags=checked_tags(record.tags),
        channel=record.channel,
        locale=record.locale,
        weight=checked_weight(record.weight),
        polarity=checked_polarity(record.polarity),
        critical=record.critical,
        provenance=dict(provenance),
        owner_id=actor.person_id,
        created_by_id=actor.person_id,
    )
    if state == "accepted":
        case.state = case.review = state
        case.decided_by_id, case.decided_at = actor.person_id, now()
    session.add(case)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        "eval_case.created",
        session=session,
        subject_type="eval_case",
        subject_id=case.key,
        source="import",
        state=state,
    )
    return case


def restored_digest(record: CaseRecord) -> str:
    """The digest in the file where it is that of what the file says, else of what the file says."""
    frozen = digest_of(dict(record.input), record.snapshot_id)
    if record.digest in ("", frozen) or record.masked:
        return frozen
    return record.digest if record.digest in _written_digests(record.input) else frozen


def check_input(content: Mapping[str, Any]) -> datetime:
    """Whether a run could read it.

    Returns:
        The moment of the case.

    Raises:
        InvalidInput: it could not; says why.
    """
    for name, wanted in _TYPES.items():
        if not isinstance(content.get(name), wanted):
            raise InvalidInput(f"its input is not complete: {name} is missing or of the wrong kind")
    for place, message in enumerate(content["messages"], start=1):
        for name, wanted in _OF_MESSAGE.items():
            if not isinstance(message.get(name), wanted):
                raise InvalidInput(
                    f"its message {place} is not complete: {name} is missing or of the wrong kind"
                )
    try:
        moment = datetime.fromisoformat(content["moment"])
        dates = [datetime.fromisoformat(each["created_at"]) for each in content["messages"]]
        for step in (*content["steps"], *content["earlier_steps"]):
            Step.from_json(step)
        answers = [[each["label"], each["question"], each["text"]] for each in content["answers"]]
        Background.from_json({"steps": content["earlier_steps"], "answers": answers})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidInput(f"its input cannot be replayed: {' '.join(str(error).split())[:120]}") from None
    if any(each.tzinfo is None for each in (moment, *dates)):
        raise InvalidInput("its dates name no time zone")
    return moment


def _written_digests(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The digests the input has if somebody wrote it, see :class:`core.evals.cases.writing.Written`."""
    try:
        moment = datetime.fromisoformat(str(content["moment"]))
        messages = [
            {key: value for key, value in each.items() if key != "id"} for each in content["messages"]
        ]
        found = []
        for dated in (True, False):
            kept = (
                messages
                if dated
                else [{k: v for k, v in each.items() if k != "created_at"} for each in messages]
            )
            written = write_input(
                kept,
                customer={key: value for key, value in content["customer"].items() if key != "id"},
                system=str(content.get("system") or ""),
                locale=str(content["conversation"]["locale"]),
                channel=str(content["conversation"]["channel"]),
                steps=content["steps"],
                moment=moment,
                source="written",
                at=moment,
            )
            found += [written.digest, written.undated]
    except (InvalidInput, KeyError, TypeError, ValueError, AttributeError):
        return ()
    return tuple(found)
