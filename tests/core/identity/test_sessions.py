"""Signing in and out, lock-out, tickets and tokens."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from core import audit, identity
from core.database import Database, now
from core.identity import Actor, LockedOut, Person, Role, SignIn, SignInFailed, lockout, sessions
from tests.core.identity.conftest import PASSWORD, make

pytestmark = pytest.mark.usefixtures("rep")


class Clock:
    """A time that passes when told to."""

    def __init__(self) -> None:
        self.instant = now()

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **span: float) -> None:
        self.instant += timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(sessions, "now", made)
    monkeypatch.setattr(lockout, "now", made)
    return made


@pytest.fixture(autouse=True)
def _no_remembered_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_strangers", lockout.Strangers())


def enter(database: Database, username: str = "rosa", password: str = PASSWORD) -> str:
    ticket = identity.sign_in(username, password, database=database).ticket
    with database.transaction() as session:
        return identity.exchange_ticket(ticket, session=session)


def who(database: Database, token: str) -> Actor | None:
    with database.reading() as session:
        return identity.resolve(token, session=session)


def fail(database: Database, username: str, times: int) -> list[type[SignInFailed]]:
    kinds = []
    for _ in range(times):
        with pytest.raises(SignInFailed) as failure:
            identity.sign_in(username, "not the password", database=database)
        kinds.append(failure.type)
    return kinds


def test_signing_in(database: Database, rep: Person) -> None:
    token = enter(database, "  ROSA ")
    actor = who(database, token)
    assert actor is not None
    assert (actor.person_id, actor.username, actor.role) == (rep.id, "rosa", Role.REP)
    with database.reading() as session:
        stored = session.get(Person, rep.id)
        assert stored is not None
        assert stored.last_sign_in_at is not None
        assert identity.last_seen(session=session).keys() == {rep.id}


def test_only_hashes_are_stored(database: Database) -> None:
    ticket = identity.sign_in("rosa", PASSWORD, database=database, user_agent="Test\x00 1.0" + "x" * 500)
    with database.reading() as session:
        row = session.scalars(select(SignIn)).one()
    assert row.token_hash is None
    assert row.ticket_hash != ticket.ticket
    assert len(row.user_agent) <= 300
    with database.transaction() as session:
        token = identity.exchange_ticket(ticket.ticket, session=session)
    with database.reading() as session:
        row = session.scalars(select(SignIn)).one()
        everything = " ".join(str(value) for value in session.execute(text("SELECT * FROM sign_in")).one())
    assert row.ticket_hash is None
    assert token not in everything
    assert who(database, row.token_hash or "") is None


def test_wrong_and_unknown_sound_the_same(database: Database) -> None:
    texts = set()
    for username in ("rosa", "nobody"):
        for _ in range(6):
            with pytest.raises(SignInFailed) as failure:
                identity.sign_in(username, "not the password", database=database)
            texts.add((failure.type, str(failure.value)))
    assert len(texts) == 2  # one text for wrong, one for locked, whoever it is


def test_a_ticket_works_once(database: Database) -> None:
    ticket = identity.sign_in("rosa", PASSWORD, database=database).ticket
    with database.transaction() as session:
        identity.exchange_ticket(ticket, session=session)
    with pytest.raises(SignInFailed), database.transaction() as session:
        identity.exchange_ticket(ticket, session=session)


def test_a_ticket_lasts_a_minute(database: Database, clock: Clock) -> None:
    ticket = identity.sign_in("rosa", PASSWORD, database=database).ticket
    clock.advance(seconds=61)
    with pytest.raises(SignInFailed, match="no longer valid"), database.transaction() as session:
        identity.exchange_ticket(ticket, session=session)


def test_a_ticket_of_a_person_deactivated_meanwhile_is_no_good(
    database: Database, rep: Person, admin: Actor
) -> None:
    ticket = identity.sign_in("rosa", PASSWORD, database=database).ticket
    with database.transaction() as session:
        identity.deactivate(admin, rep.key, session=session)
    with pytest.raises(SignInFailed), database.transaction() as session:
        identity.exchange_ticket(ticket, session=session)


def test_parallel_exchanges_give_one_session(database: Database) -> None:
    ticket = identity.sign_in("rosa", PASSWORD, database=database).ticket

    def exchange() -> str:
        try:
            with database.transaction() as session:
                return identity.exchange_ticket(ticket, session=session)
        except SignInFailed:
            return ""

    with ThreadPoolExecutor(4) as pool:
        tokens = [token for token in pool.map(lambda _: exchange(), range(4)) if token]
    assert len(tokens) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "\ud800", "x" * 100_000])
def test_nonsense_is_nobody(database: Database, token: str) -> None:
    assert who(database, token) is None
    with database.transaction() as session:
        identity.sign_out(token, session=session)


def test_a_session_ends_by_itself(database: Database, clock: Clock) -> None:
    token = enter(database)
    clock.advance(hours=11.9)
    assert who(database, token)
    clock.advance(hours=0.2)
    assert who(database, token) is None


def test_signing_out_makes_every_copy_of_the_token_useless(database: Database) -> None:
    token, other = enter(database), enter(database)
    with database.transaction() as session:
        identity.sign_out(token, session=session)
    assert who(database, token) is None
    assert who(database, other)  # another sign-in is another session


def test_signing_out_everywhere_ends_all_sessions(database: Database, rep: Person, admin: Actor) -> None:
    tokens = [enter(database) for _ in range(3)]
    with database.transaction() as session:
        assert identity.sign_out_everywhere(admin, rep.key, session=session) == 3
    assert [who(database, token) for token in tokens] == [None, None, None]


def test_one_may_sign_oneself_out_everywhere(database: Database, rep: Person) -> None:
    token = enter(database)
    with database.transaction() as session:
        identity.sign_out_everywhere(identity.actor_of(rep), rep.key, session=session)
    assert who(database, token) is None


def test_the_role_is_read_again_each_time(database: Database, rep: Person, admin: Actor) -> None:
    token = enter(database)
    with database.transaction() as session:
        identity.change_role(admin, rep.key, session=session, role=Role.SPECIALIST)
    actor = who(database, token)
    assert actor is not None
    assert actor.role is Role.SPECIALIST


def test_deactivating_and_a_new_password_end_sessions(database: Database, rep: Person, admin: Actor) -> None:
    token = enter(database)
    with database.transaction() as session:
        identity.reset_password(admin, rep.key, session=session, password="another calm password")
    assert who(database, token) is None
    token = enter(database, password="another calm password")
    with database.transaction() as session:
        identity.deactivate(admin, rep.key, session=session)
    assert who(database, token) is None
    assert fail(database, "rosa", 1) == [SignInFailed]
    with pytest.raises(SignInFailed):
        identity.sign_in("rosa", "another calm password", database=database)


@pytest.mark.parametrize("username", ["rosa", "nobody"])
def test_five_failures_lock_for_fifteen_minutes(database: Database, clock: Clock, username: str) -> None:
    assert fail(database, username, 7) == [SignInFailed] * 5 + [LockedOut] * 2
    clock.advance(minutes=14.9)
    assert fail(database, username, 1) == [LockedOut]
    clock.advance(minutes=0.2)
    assert fail(database, username, 6) == [SignInFailed] * 5 + [LockedOut]


def test_a_lock_holds_against_the_right_password_and_then_ends(database: Database, clock: Clock) -> None:
    fail(database, "rosa", 5)
    with pytest.raises(LockedOut, match="15 minutes"):
        identity.sign_in("rosa", PASSWORD, database=database)
    clock.advance(minutes=15.1)
    enter(database)


def test_a_lock_is_one_persons_own(database: Database) -> None:
    make(database, "ben", Role.REP)
    fail(database, "rosa", 5)
    enter(database, "ben")


def test_success_clears_the_count(database: Database) -> None:
    fail(database, "rosa", 4)
    enter(database)
    assert fail(database, "rosa", 4) == [SignInFailed] * 4
    enter(database)


def test_an_admin_unlocks(database: Database, rep: Person, admin: Actor) -> None:
    fail(database, "rosa", 5)
    with database.transaction() as session:
        identity.unlock(admin, rep.key, session=session)
    enter(database)


def test_parallel_guesses_get_five_checks(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def matches(password: str, _password_hash: str | None) -> bool:
        checked.append(password)
        return False

    monkeypatch.setattr(sessions.passwords, "matches", matches)

    def guess(number: int) -> type[Exception]:
        try:
            identity.sign_in("rosa", f"guess {number}", database=database)
        except SignInFailed as failure:
            return type(failure)
        raise AssertionError

    with ThreadPoolExecutor(8) as pool:
        kinds = list(pool.map(guess, range(24)))
    assert len(checked) == 5
    assert kinds.count(LockedOut) == 19


def test_strangers_are_forgotten_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "_STRANGERS_REMEMBERED", 3)
    strangers = lockout.Strangers()
    for _ in range(5):
        assert strangers.count_attempt("first")
    assert not strangers.count_attempt("first")
    for number in range(3):
        strangers.count_attempt(f"other {number}")
    assert strangers.count_attempt("first")
    assert len(strangers._tries) == 3


def test_signing_in_and_failing_are_recorded(database: Database) -> None:
    fail(database, "rosa", 1)
    fail(database, "my secret password", 1)
    token = enter(database)
    with database.transaction() as session:
        identity.sign_out(token, session=session)
    with database.reading() as session:
        assert audit.verify(session=session).ok
        entries = audit.list_entries(session=session)
    assert [entry.action for entry in entries[:4]] == [
        "person.signed_out",
        "person.signed_in",
        "person.sign_in_failed",
        "person.sign_in_failed",
    ]
    assert (entries[2].who, entries[2].subject_id) == ("(unknown)", "")
    assert not re.search("secret|calm", str([entry.model_dump() for entry in entries]))


def test_touching_writes_now_and_then(database: Database, clock: Clock) -> None:
    token = enter(database)
    clock.advance(minutes=2)
    for expected_age in (2, 0):
        with database.transaction() as session:
            identity.touch(token, session=session)
        with database.reading() as session:
            seen = session.scalars(select(SignIn.last_seen_at).order_by(col(SignIn.id))).one()
        assert round((clock.instant - seen) / timedelta(minutes=1)) == expected_age
        clock.advance(minutes=4 if expected_age else 0)
