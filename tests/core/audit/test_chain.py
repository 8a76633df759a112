"""Tampering, for real: the protection is dropped and rows are changed behind Ratchet's back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlmodel import col

from core import audit
from core.audit import AuditEntry
from core.audit.digest import digest_of
from core.database import Database, now
from core.settings import get_settings
from tests.core.audit.conftest import TEN, check, tamper

COLUMNS = (
    "sequence, at, person_id, who, action, subject_type, subject_id, detail, previous, digest"  # all but id
)


def test_the_untouched_chain_is_in_order(filled: Database) -> None:
    result = check(filled)
    assert result.ok
    assert result.entries == TEN


CHANGES: dict[str, str] = {
    "who": "who = 'somebody else'",
    "at": "at = '2020-01-01 00:00:00+00:00'",
    "action": "action = 'reply.recalled'",
    "person": "person_id = 99",
    "person removed": "person_id = NULL",
    "subject type": "subject_type = ''",
    "subject": "subject_id = '6'",
    "detail": """detail = '{"words": 51, "tags": ["a", "b"]}'""",
    "detail emptied": "detail = '{}'",
    "digest": "digest = 'f00d'",
    "previous": "previous = 'f00d'",
    "id": "id = 1000",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_row_is_found(filled: Database, change: str) -> None:
    tamper(filled, f"UPDATE audit_entry SET {change} WHERE sequence = 5")
    result = check(filled)
    assert not result.ok
    assert result.at_sequence == 5
    assert "5" in result.problem


@pytest.mark.parametrize("sequence", [1, 5])
def test_a_removed_row_is_found(filled: Database, sequence: int) -> None:
    tamper(filled, f"DELETE FROM audit_entry WHERE sequence = {sequence}")
    result = check(filled)
    assert result.at_sequence == sequence
    assert result.problem == f"Entry {sequence} is missing."


def test_several_removed_rows_are_named(filled: Database) -> None:
    tamper(filled, "DELETE FROM audit_entry WHERE sequence BETWEEN 4 AND 6")
    assert check(filled).problem == "Entries 4 to 6 are missing."


@pytest.mark.parametrize(("first", "problem"), [(10, "The last entry is"), (8, "The last 3 entries are")])
def test_a_cut_tail_is_found(filled: Database, first: int, problem: str) -> None:
    tamper(filled, f"DELETE FROM audit_entry WHERE sequence >= {first}")
    result = check(filled)
    assert result.at_sequence == first
    assert result.problem.startswith(problem)


def test_a_cut_tail_with_a_head_made_to_fit_is_found(filled: Database) -> None:
    tamper(
        filled,
        "DELETE FROM audit_entry WHERE sequence > 7",
        "UPDATE audit_head SET sequence = 7, digest = (SELECT digest FROM audit_entry WHERE sequence = 7)",
    )
    result = check(filled)
    assert not result.ok
    assert result.at_sequence == 8
    assert "signed end" in result.problem


def test_a_missing_head_is_found(filled: Database) -> None:
    tamper(filled, "DELETE FROM audit_head")
    assert "signed end" in check(filled).problem


def test_everything_removed_is_found(filled: Database) -> None:
    tamper(filled, "DELETE FROM audit_entry")
    assert check(filled).problem == "The last 10 entries are missing."


def test_reordered_rows_are_found(filled: Database) -> None:
    tamper(
        filled,
        "UPDATE audit_entry SET sequence = -1 WHERE sequence = 4",
        "UPDATE audit_entry SET sequence = 4 WHERE sequence = 7",
        "UPDATE audit_entry SET sequence = 7 WHERE sequence = -1",
    )
    result = check(filled)
    assert not result.ok
    assert result.at_sequence == 4


def test_rows_swapped_with_everything_but_their_links_are_found(filled: Database) -> None:
    """The contents change places, links and numbers stay."""
    content = ["at", "person_id", "who", "action", "subject_type", "subject_id", "detail", "digest"]
    with filled.transaction() as session:
        rows = {
            row.sequence: {name: getattr(row, name) for name in content}
            for row in session.scalars(select(AuditEntry).where(col(AuditEntry.sequence).in_([4, 7])))
        }
        session.expunge_all()
        session.execute(update(AuditEntry).where(col(AuditEntry.sequence) == 4).values(rows[7]))
        session.execute(update(AuditEntry).where(col(AuditEntry.sequence) == 7).values(rows[4]))
    assert check(filled).at_sequence == 4


def test_an_inserted_row_is_found(filled: Database) -> None:
    copied = COLUMNS.replace("sequence", "11", 1)
    tamper(
        filled,
        f"INSERT INTO audit_entry (id, {COLUMNS}) SELECT 11, {copied} FROM audit_entry WHERE sequence = 10",
    )
    result = check(filled)
    assert result.at_sequence == 11
    assert not result.ok


def test_a_row_inserted_in_the_middle_is_found(filled: Database) -> None:
    """Later rows are moved up to make room, as somebody would who knows the numbers are counted."""
    with filled.transaction() as session:
        for sequence in range(TEN, 5, -1):
            session.execute(
                text(f"UPDATE audit_entry SET sequence = {sequence + 1} WHERE sequence = {sequence}")
            )
    copied = COLUMNS.replace("sequence", "6", 1)
    tamper(
        filled,
        f"INSERT INTO audit_entry (id, {COLUMNS}) SELECT 77, {copied} FROM audit_entry WHERE sequence = 5",
    )
    assert check(filled).at_sequence == 6


def test_a_row_signed_with_another_key_is_found(filled: Database) -> None:
    """Knowing the code is not enough: the digest needs the secret."""
    with filled.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(col(AuditEntry.sequence) == 10)).one()
        session.expunge(entry)
        entry.who = "somebody else"
        forged = digest_of(entry, key=b"guessed")
        session.execute(
            update(AuditEntry)
            .where(col(AuditEntry.sequence) == 10)
            .values(who="somebody else", digest=forged)
        )
        session.execute(text(f"UPDATE audit_head SET digest = '{forged}'"))
    assert check(filled).at_sequence == 10


def test_an_older_state_put_back_is_found_with_an_anchor(filled: Database) -> None:
    """A complete earlier copy is consistent in itself; only something kept elsewhere can tell."""
    with filled.reading() as session:
        head = session.execute(text("SELECT sequence, digest, signature FROM audit_head")).one()
    with filled.transaction() as session:
        audit.record(1, "rosa", "reply.sent", session=session)
    anchor = check(filled).anchor
    tamper(
        filled,
        "DELETE FROM audit_entry WHERE sequence = 11",
        f"UPDATE audit_head SET sequence = {head[0]}, digest = '{head[1]}', signature = '{head[2]}'",
    )
    assert check(filled).ok
    result = check(filled, anchor=anchor)
    assert not result.ok
    assert "older state" in result.problem


def test_an_anchor_stays_good_while_the_chain_grows(filled: Database) -> None:
    anchor = check(filled).anchor
    with filled.transaction() as session:
        audit.record(1, "rosa", "reply.sent", session=session)
    assert check(filled, anchor=anchor).ok


@pytest.fixture(scope="module")
def one_entry() -> AuditEntry:
    entry = AuditEntry(
        id=3,
        sequence=3,
        at=now(),
        person_id=5,
        who="rosa",
        action="reply.sent",
        subject_type="conversation",
        subject_id="12",
        detail={"words": 40, "tags": ["a"], "ratio": 0.25},
        previous="ab" * 32,
        digest="",
    )
    entry.digest = digest_of(entry, key=b"key")
    return entry


_texts = st.text(max_size=30)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | _texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(_texts, children, max_size=3),
    max_leaves=6,
)
_values: dict[str, st.SearchStrategy[Any]] = {
    "id": st.integers(0, 2**40),
    "sequence": st.integers(0, 2**31),
    "person_id": st.none() | st.integers(0, 2**40),
    "who": _texts,
    "action": _texts,
    "subject_type": _texts,
    "subject_id": _texts,
    "previous": _texts,
    "detail": st.dictionaries(_texts, _json, max_size=4),
}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.sampled_from(sorted(_values)).flatmap(lambda name: st.tuples(st.just(name), _values[name])))
def test_any_single_field_change_changes_the_digest(one_entry: AuditEntry, change: tuple[str, Any]) -> None:
    name, value = change
    assume(value != getattr(one_entry, name) and value not in (float("inf"), float("-inf")))
    changed = AuditEntry(**{**one_entry.model_dump(), name: value})
    try:
        digest = digest_of(changed, key=b"key")
    except ValueError:
        return  # an infinite number: neither database holds one, so the row could not be read back
    assert digest != one_entry.digest


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(micros=st.integers(-(10**15), 10**15).filter(bool))
def test_any_shift_in_time_changes_the_digest(one_entry: AuditEntry, micros: int) -> None:
    moved = AuditEntry(**{**one_entry.model_dump(), "at": one_entry.at + timedelta(microseconds=micros)})
    assert digest_of(moved, key=b"key") != one_entry.digest


def test_verifying_uses_the_settings_secret(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATCHET_SECRET", "another secret of more than 32 characters")
    get_settings.cache_clear()
    assert not check(filled).ok
