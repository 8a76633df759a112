"""Carrying out: once, with a receipt; what is lost is asked about, never repeated blindly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from core import audit
from core.actions import (
    ActionRefused,
    ActionRequest,
    Catalogue,
    Executor,
    NotReached,
    Outcome,
    OutcomeUnknown,
    check_again,
    get_request,
    look_up,
)
from core.actions.execution import carrying
from core.database import Database, now
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from core.settings import get_settings
from tests.core.actions.scripted import CLOSE, Scripted, approve_now, propose_refund
from tests.core.conversations.make import add_actor


@pytest.fixture
def approved(database: Database, conversation: int, catalogue: Catalogue, rep: Actor) -> ActionRequest:
    return approve_now(rep, propose_refund(database, catalogue, conversation), database, catalogue)


def reread(database: Database, request: ActionRequest) -> ActionRequest:
    with database.reading() as session:
        found = session.get(ActionRequest, request.id)
        assert found is not None
        return found


def let_leases_end(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(ActionRequest).values(lease_until=now() - timedelta(seconds=1)))


def last_audit(database: Database) -> str:
    with database.reading() as session:
        return audit.list_entries(session=session, action="action.")[0].action


def raiser(error: Exception) -> Callable[[], None]:
    def go() -> None:
        raise error

    return go


def test_only_the_approved_is_carried_out(
    database: Database, conversation: int, catalogue: Catalogue, system: Scripted, executor: Executor
) -> None:
    request = propose_refund(database, catalogue, conversation)
    assert executor.carry_out(request.key) is None
    assert executor.carry_out_due() == 0
    assert system.calls == []


def test_a_receipt(database: Database, approved: ActionRequest, system: Scripted, executor: Executor) -> None:
    assert executor.carry_out_due() == 1
    done = reread(database, approved)
    assert (done.status, done.summary, done.reference) == ("done", "Refunded 50.0 EUR", "R1")
    assert done.statements == {"en": ["It is paid."]}
    assert (done.executor, done.lease_until, done.attempts) == ("", None, 1)
    assert done.sent_at is not None
    assert done.finished_at is not None
    assert system.calls[0].idempotency_key == approved.idempotency_key
    assert last_audit(database) == "action.executed"
    assert executor.carry_out(approved.key) is None
    assert executor.carry_out_due() == 0


def test_a_refusal_is_a_failure(
    database: Database, approved: ActionRequest, system: Scripted, executor: Executor
) -> None:
    system.steps.append("refuse")
    failed = executor.carry_out(approved.key)
    assert failed is not None
    assert (failed.status, failed.error) == ("failed", "The invoice is closed.")
    assert last_audit(database) == "action.failed"


def test_out_of_reach_is_tried_again_then_fails(
    database: Database, approved: ActionRequest, system: Scripted, executor: Executor
) -> None:
    system.steps.extend(["unreached"] * carrying.MAX_TRIES)
    first = executor.carry_out(approved.key)
    assert first is not None
    assert (first.status, first.sent_at, first.error) == ("approved", None, "The system is down.")
    for _ in range(carrying.MAX_TRIES - 1):
        let_leases_end(database)
        executor.carry_out_due()
    failed = reread(database, approved)
    assert (failed.status, failed.attempts) == ("failed", carrying.MAX_TRIES)
    assert failed.error == "The system is down. Nothing was changed."
    assert not system.effects


def test_out_of_reach_once_is_no_failure(
    database: Database, approved: ActionRequest, system: Scripted, executor: Executor
) -> None:
    system.steps.append("unreached")
    executor.carry_out(approved.key)
    let_leases_end(database)
    executor.carry_out_due()
    done = reread(database, approved)
    assert (done.status, done.error) == ("done", "")
    assert system.effects.total() == 1


@pytest.mark.parametrize("step", ["lost before", "lost after", "defect"])
def test_nobody_knows_is_a_state_of_its_own(
    database: Database, approved: ActionRequest, system: Scripted, executor: Executor, step: str
) -> None:
    system.steps.append(step)  # type: ignore[arg-type]
    unknown = executor.carry_out(approved.key)
    assert unknown is not None
    assert unknown.status == "unknown"
    assert unknown.error
    assert last_audit(database) == "action.unknown"
    let_leases_end(database)
    assert executor.carry_out_due() == 0  # a person decides when to ask


def test_checking_again_asks_and_never_repeats(
    database: Database,
    approved: ActionRequest,
    catalogue: Catalogue,
    system: Scripted,
    executor: Executor,
    rep: Actor,
) -> None:
    system.steps.append("lost after")
    executor.carry_out(approved.key)
    system.answers.append(raiser(NotReached("The system is down.")))
    still = check_again(rep, approved.key, database=database, catalogue=catalogue)
    assert (still.status, still.error) == ("unknown", "The system is down.")
    done = check_again(rep, approved.key, database=database, catalogue=catalogue)
    assert (done.status, done.reference) == ("done", "R1")
    assert check_again(rep, approved.key, database=database, catalogue=catalogue).revision == done.revision
    assert (len(system.calls), len(system.asked)) == (1, 2)
    with database.reading() as session:
        entry = audit.list_entries(session=session, action="action.executed")[0]
    assert entry.who == rep.who


def test_checking_again_what_never_happened_carries_it_out_under_the_same_key(
    database: Database,
    approved: ActionRequest,
    catalogue: Catalogue,
    system: Scripted,
    executor: Executor,
    rep: Actor,
) -> None:
    system.steps.append("lost before")
    executor.carry_out(approved.key)
    back = check_again(rep, approved.key, database=database, catalogue=catalogue)
    assert (back.status, back.sent_at) == ("approved", None)
    executor.carry_out_due()
    assert reread(database, approved).status == "done"
    assert {call.idempotency_key for call in system.calls} == {approved.idempotency_key}
    assert system.effects.total() == 1


def test_checking_again_where_the_system_refused_or_cannot_tell(
    database: Database,
    approved: ActionRequest,
    catalogue: Catalogue,
    system: Scripted,
    executor: Executor,
    rep: Actor,
    conversation: int,
) -> None:
    system.steps.append("lost before")
    executor.carry_out(approved.key)
    system.can_tell = False
    still = check_again(rep, approved.key, database=database, catalogue=catalogue)
    assert (still.status, still.error) == ("unknown", "The system keeps no keys.")
    system.answers.append(raiser(ActionRefused("It was closed.")))
    failed = check_again(rep, approved.key, database=database, catalogue=catalogue)
    assert (failed.status, failed.error) == ("failed", "It was closed.")
    fresh = propose_refund(database, catalogue, conversation, 1)
    with pytest.raises(Conflict, match="nothing to ask about: this request is proposed"):
        check_again(rep, fresh.key, database=database, catalogue=catalogue)
    with pytest.raises(PermissionDenied):
        check_again(
            add_actor(database, "desmond", Role.ADMIN), fresh.key, database=database, catalogue=catalogue
        )


@pytest.mark.parametrize("lost_at", ["after the claim", "after leaving", "after the effect"])
@pytest.mark.parametrize("can_tell", [True, False])
def test_a_dead_process_is_taken_over(
    database: Database,
    approved: ActionRequest,
    system: Scripted,
    executor: Executor,
    monkeypatch: pytest.MonkeyPatch,
    lost_at: str,
    can_tell: bool,
) -> None:
    class Dead(BaseException):
        """What a kill looks like from inside one process."""

    def die(*_: object, **__: object) -> None:
        raise Dead

    system.can_tell = can_tell
    with monkeypatch.context() as patch:
        if lost_at == "after the claim":
            patch.setattr(carrying, "note_leaving", die)
        elif lost_at == "after leaving":
            patch.setattr(system, "execute", die)
        else:
            patch.setattr(carrying, "record_done", die)
        with pytest.raises(Dead):
            executor.carry_out(approved.key)
    assert reread(database, approved).status == "executing"
    let_leases_end(database)
    assert executor.carry_out_due() == 1
    after = reread(database, approved)
    if can_tell or lost_at == "after the claim":
        assert after.status == "done"
        assert system.effects == {approved.idempotency_key: 1}
    else:
        assert after.status == "unknown"
        assert system.effects.total() == (lost_at == "after the effect")


def test_a_takeover_that_cannot_ask_waits_then_says_so(
    database: Database, approved: ActionRequest, system: Scripted, executor: Executor, rep: Actor
) -> None:
    with database.transaction() as session:
        session.execute(update(ActionRequest).values(status="executing", executor="dead", sent_at=now()))
    let_leases_end(database)
    for _ in range(carrying.MAX_TRIES):
        assert reread(database, approved).status == "executing"
        system.answers.append(raiser(NotReached("The system is down.")))
        let_leases_end(database)
        executor.carry_out_due()
    unknown = reread(database, approved)
    assert (unknown.status, unknown.error) == ("unknown", "The system is down.")
    assert not system.calls


def test_a_slow_answer_is_noted_even_when_the_claim_was_lost(
    database: Database, approved: ActionRequest, catalogue: Catalogue, system: Scripted, executor: Executor
) -> None:
    system.steps.append("hold")
    system.answers.append(raiser(OutcomeUnknown("Ask later.")))
    future = executor.submit(approved.key)
    assert executor.submit(approved.key) is future
    assert system.entered.wait(10)
    let_leases_end(database)
    other = Executor(database, lambda: catalogue, executor_id="other")
    assert other.carry_out_due() == 1
    other.close()
    assert reread(database, approved).status == "unknown"
    system.go.set()
    done = future.result(10)
    assert done is not None
    assert done.status == "done"
    assert system.effects == {approved.idempotency_key: 1}


def test_a_late_failure_does_not_overrule_whoever_took_over(
    database: Database, approved: ActionRequest, catalogue: Catalogue, system: Scripted, executor: Executor
) -> None:
    def refused_late(_call: object) -> Outcome:
        with database.transaction() as session:
            session.execute(update(ActionRequest).values(executor="somebody else"))
        raise ActionRefused("no")

    system.execute = refused_late  # type: ignore[assignment, method-assign]
    after = executor.carry_out(approved.key)
    assert after is not None
    assert (after.status, after.executor) == ("executing", "somebody else")


def test_an_action_that_is_gone(
    database: Database, approved: ActionRequest, system: Scripted, rep: Actor
) -> None:
    gone = Executor(database, lambda: Catalogue([Scripted(actions=(CLOSE,))]), executor_id="x")
    failed = gone.carry_out(approved.key)
    gone.close()
    assert failed is not None
    assert failed.status == "failed"
    assert failed.error.endswith("Nothing was changed.")


def test_what_kills_its_process_again_and_again_is_given_up(
    database: Database, approved: ActionRequest, system: Scripted, executor: Executor
) -> None:
    with database.transaction() as session:
        session.execute(
            update(ActionRequest).values(
                status="executing", executor="dead", sent_at=now(), attempts=carrying.MAX_CLAIMS
            )
        )
    let_leases_end(database)
    executor.carry_out_due()
    failed = reread(database, approved)
    assert (failed.status, system.calls) == ("failed", [])
    assert failed.error.startswith("Given up after 10")


def test_a_strange_answer_still_gets_its_receipt(
    database: Database, approved: ActionRequest, system: Scripted, executor: Executor
) -> None:
    system.execute = lambda _call: Outcome(  # type: ignore[method-assign]
        {"at": now(), "rate": float("nan"), "text": "a\x00b\ud800", "many": {1, 2}}, "ok \x00", "r" * 300
    )
    done = executor.carry_out(approved.key)
    assert done is not None
    assert (done.status, done.summary) == ("done", "ok \ufffd")
    assert done.result["text"] == "a\ufffdb\ufffd"
    assert len(done.reference) == 200


def test_a_closed_executor_leaves_the_rest_for_the_next(
    database: Database, approved: ActionRequest, catalogue: Catalogue, executor: Executor
) -> None:
    executor.close()
    assert executor.submit(approved.key).cancelled()
    assert reread(database, approved).status == "approved"


def test_looking_up(database: Database, conversation: int, catalogue: Catalogue, system: Scripted) -> None:
    outcome = look_up(conversation, "balance", {}, database=database, catalogue=catalogue)
    assert outcome.result == {"left": 2000, "email": "ada@example.com"}
    assert system.calls[0].idempotency_key == ""
    with pytest.raises(InvalidInput, match="must be proposed"):
        look_up(conversation, "refund", {}, database=database, catalogue=catalogue)
    assert not system.effects


def test_a_view_of_one(database: Database, approved: ActionRequest, catalogue: Catalogue, rep: Actor) -> None:
    with database.reading() as session:
        view = get_request(rep, approved.key, session=session, catalogue=catalogue)
        gone = get_request(SYSTEM, approved.key, session=session, catalogue=Catalogue([]))
    assert (view.title, view.settled, view.undecided, str(view.amount)) == (
        "Refund an invoice",
        False,
        False,
        "50.00",
    )
    assert view.policy == "Refunds within 30 days."
    assert (gone.title, gone.action, gone.fields) == ("refund", None, ())


def test_the_lease_outlasts_the_slowest_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.actions import lease_for

    monkeypatch.setenv("RATCHET_ACTION_TIMEOUT_SECONDS", "120")
    get_settings.cache_clear()
    assert lease_for(get_settings()) == timedelta(minutes=6)
