"""Walk the chain and say what, if anything, is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from core.audit.digest import digest_of, same, sign_head
from core.audit.tables import AuditEntry, AuditHead
from core.settings import get_settings

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of :func:`verify`.

    ``entries`` counts the rows read. When ``ok`` is false, ``problem`` says what is wrong and
    ``at_sequence`` where. ``anchor`` names the end of the chain: keep it outside the database
    and give it to a later check, which then also finds that everything was put back to an older state.
    """

    ok: bool
    entries: int
    problem: str = ""
    at_sequence: int | None = None
    anchor: str = ""


def verify(*, session: Session, anchor: str = "") -> Verification:
    """Check every link, the signed end, and that ``anchor`` (from an earlier run) is still part of the chain.

    Streams: memory does not grow with the number of entries. Stops at the first problem, because
    after it nothing that follows can be vouched for.
    """
    key = get_settings().signing_key()
    query = select(AuditEntry).order_by(col(AuditEntry.sequence))
    rows = session.scalars(query.execution_options(yield_per=_BATCH, populate_existing=True))
    wanted_sequence, _, wanted_digest = anchor.partition(":")
    seen = not anchor
    previous = ""
    count = 0
    for entry in rows:
        count += 1
        problem = _problem_of(entry, expected=count, previous=previous, key=key)
        if problem:
            rows.close()
            return Verification(False, count, problem, min(entry.sequence, count))
        if str(entry.sequence) == wanted_sequence and same(entry.digest, wanted_digest):
            seen = True
        previous = entry.digest
    head = session.get(AuditHead, 1, populate_existing=True)
    problem = _problem_of_head(head, count=count, digest=previous, key=key)
    if problem:
        return Verification(False, count, problem, count + 1)
    if not seen:
        text = f"Entry {wanted_sequence}, which the anchor names, is gone: an older state was put back."
        return Verification(False, count, text, count + 1)
    return Verification(True, count, anchor=f"{count}:{previous}" if count else "")


def _problem_of(entry: AuditEntry, *, expected: int, previous: str, key: bytes) -> str:
    """What is wrong with ``entry``, standing where number ``expected`` should; empty if nothing."""
    if entry.sequence > expected:
        missing = entry.sequence - expected
        names = f"Entry {expected} is" if missing == 1 else f"Entries {expected} to {entry.sequence - 1} are"
        return f"{names} missing."
    if entry.sequence < expected:
        return f"Entry {entry.sequence} stands where entry {expected} should: rows were inserted."
    genuine = same(entry.digest, digest_of(entry, key=key))
    if same(entry.previous, previous):
        return "" if genuine else f"Entry {entry.sequence} was changed after it was written."
    if genuine:
        return (
            f"Entry {entry.sequence} does not follow the entry before it: "
            "rows were replaced, reordered or put back from another time."
        )
    return f"Entry {entry.sequence} was not written by Ratchet, or was moved or changed after it was written."


def _problem_of_head(head: AuditHead | None, *, count: int, digest: str, key: bytes) -> str:
    if head is None:
        return "The signed end of the record is missing." if count else ""
    if not same(head.signature, sign_head(head.sequence, head.digest, key=key)):
        return "The signed end of the record was changed, or the secret is not the one it was signed with."
    if head.sequence > count:
        missing = head.sequence - count
        return f"The last {missing} entries are missing." if missing > 1 else "The last entry is missing."
    if head.sequence < count or not same(head.digest, digest):
        return f"The signed end of the record names entry {head.sequence}, but the record ends with {count}."
    return ""
