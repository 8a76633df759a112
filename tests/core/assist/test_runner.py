"""The life of a draft: idempotent start, streaming, cancel, failure, staleness, recovery."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from core.assist import (
    Build,
    Citation,
    Draft,
    DraftRunner,
    current_draft,
    discard_draft,
    draft_used,
    record_use,
)
from core.assist.running.liveness import interrupt_leftovers, new_runner_id
from core.audit import list_entries
from core.conversations import (
    Conversation,
    DraftUsed,
    add_customer_message,
    open_composer,
    save_composer,
    send_reply,
)
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied, ProviderError
from core.identity import Actor, Role
from tests.core.assist.making import (
    SlowModel,
    answering,
    conversation,
    eventually,
    finished,
    output,
    refund_answer,
    rep,
    said,
    scripted,
    searching,
    stored,
)

Make = Callable[..., DraftRunner]


def add_message(database: Database, conversation_id: int, text: str) -> None:
    with database.transaction() as session:
        add_customer_message(conversation_id, session=session, text=text)


def test_a_draft_from_start_to_ready(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "Hello, how long can I ask for a refund? Maria Lopez")
    model = scripted(searching(), answering(refund_answer()))
    runner = runner_with(model)
    draft = finished(knowledge, runner.start(case, actor=rita))
    assert (draft.state, draft.decision, draft.error) == ("ready", "answer", "")
    assert draft.text.startswith("Hello,\n\nYou can ask for a refund within 14 days")
    assert set(draft.stages) == {"context", "classifiers", "search", "model", "verify", "store"}
    assert draft.retrieved[0]["query"] == "refund"
    assert draft.finished_at is not None
    assert draft.requested_by_id == rita.person_id
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
        assert view is not None
        assert (view.usable, view.stale, view.building, view.reason_text) == (True, False, False, "")
        (citation,) = view.citations
        assert citation.sentence == "You can ask for a refund within 14 days of the purchase."
        assert citation.quote in citation.passage.text
        assert (citation.passage.article_external_id, citation.passage.version_number) == ("refunds", 1)
        assert any(entry.cited for entry in view.retrieved)
        assert session.get(Build, draft.build_id) is not None
        assert session.get_one(Conversation, case).ai_outcome == "answer"
        actions = [entry.action for entry in list_entries(session=session, action="draft.")]
    assert actions == ["draft.requested"]
    shown = str(model.calls[0].input)
    assert "Maria" not in shown
    assert "[NAME_" in shown


def test_start_is_idempotent_while_it_runs(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = SlowModel(refund_answer())
    first, second = runner_with(model), runner_with(model)
    with ThreadPoolExecutor(8) as pool:
        ids = {
            future.result()
            for future in [
                pool.submit(runner.start, case, actor=rita) for runner in (first, second) for _ in range(4)
            ]
        }
    assert len(ids) == 1
    assert first.ensure_draft(case, actor=rita) in ids
    model.allow()
    finished(knowledge, ids.pop())
    assert model.asked == 2
    with knowledge.reading() as session:
        assert len(session.exec(select(Draft)).all()) == 1
        assert len(session.exec(select(Citation)).all()) == 1


def test_the_text_grows_and_is_never_json(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = SlowModel(refund_answer(), chunk=20)
    runner = runner_with(model)
    draft_id = runner.start(case, actor=rita)
    model.allow(12)
    partial = eventually(lambda: stored(knowledge, draft_id).text)
    assert "{" not in partial
    assert refund_answer().sentences[0].text in partial
    assert runner.running() == [draft_id]
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
        assert view is not None
        assert (view.building, view.usable) == (True, False)
    model.allow()
    assert finished(knowledge, draft_id).state == "ready"
    eventually(lambda: runner.running() == [])


def test_cancel_keeps_what_was_written(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = SlowModel(refund_answer(), chunk=20)
    runner = runner_with(model)
    draft_id = runner.start(case, actor=rita)
    model.allow(12)
    eventually(lambda: stored(knowledge, draft_id).text)
    assert runner.cancel(draft_id, actor=rita)
    draft = stored(knowledge, draft_id)
    assert draft.state == "cancelled"
    assert draft.text
    assert not runner.cancel(draft_id, actor=rita)
    eventually(lambda: runner.running() == [])
    assert stored(knowledge, draft_id).state == "cancelled"
    assert runner.ensure_draft(case, actor=rita) == draft_id
    with pytest.raises(NotFound):
        runner.cancel(999, actor=rita)


def test_another_process_can_cancel(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = SlowModel(refund_answer(), chunk=20)
    writer, other = runner_with(model), runner_with(model)
    draft_id = writer.start(case, actor=rita)
    assert other.cancel(draft_id, actor=rita)
    model.allow(12)
    eventually(lambda: writer.running() == [])
    assert stored(knowledge, draft_id).state == "cancelled"


def test_a_failing_provider_leaves_a_workable_case(
    knowledge: Database, rita: Actor, runner_with: Make, caplog: pytest.LogCaptureFixture
) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    runner = runner_with(
        scripted(ProviderError("The model server at localhost cannot be reached.")),
        scripted(ValueError("secret detail")),
        scripted(searching(), answering(refund_answer())),
    )
    draft = finished(knowledge, runner.start(case, actor=rita))
    assert draft.state == "failed"
    assert draft.error.startswith("The model server at localhost cannot be reached. You can write")
    assert runner.ensure_draft(case, actor=rita) == draft.id
    draft = finished(knowledge, runner.start(case, actor=rita))
    assert "server's log" in draft.error
    assert "secret detail" not in draft.error
    assert f"draft {draft.id} failed" in caplog.text
    assert finished(knowledge, runner.start(case, actor=rita)).state == "ready"


def test_an_answer_in_the_wrong_form_fails_plainly(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    from agents.testing import assistant_message

    case = conversation(knowledge, "How long can I ask for a refund?")
    runner = runner_with(scripted(assistant_message("Sure! Refunds are free.")))
    draft = finished(knowledge, runner.start(case, actor=rita))
    assert draft.state == "failed"
    assert "form" in draft.error


def test_a_reply_without_support_becomes_an_abstention(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    case = conversation(knowledge, "Do you ship hardware?")
    made_up = output(said("Hello,"), said("We ship hardware within 3 days.", ("P1", "We ship hardware")))
    draft = finished(
        knowledge, runner_with(scripted(searching(), answering(made_up))).start(case, actor=rita)
    )
    assert (draft.decision, draft.reason, draft.text) == ("abstain", "missing_knowledge", "")
    assert draft.question
    assert [each["text"] for each in draft.removed] == ["We ship hardware within 3 days."]
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
        assert view is not None
        assert view.reason_text == "The knowledge base does not answer this."
        assert not view.usable
        assert session.get_one(Conversation, case).ai_outcome == "abstain"


def test_the_customer_writes_again(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    runner = runner_with(
        scripted(searching(), answering(refund_answer())), scripted(searching(), answering(refund_answer()))
    )
    first = finished(knowledge, runner.start(case, actor=rita))
    assert runner.ensure_draft(case, actor=rita) == first.id
    add_message(knowledge, case, "And for domains?")
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
        assert view is not None
        assert (view.stale, view.draft.text) == (True, first.text)
    second = runner.ensure_draft(case, actor=rita)
    assert second is not None
    assert second != first.id
    finished(knowledge, second)
    assert stored(knowledge, first.key).outcome == "superseded"
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
        assert view is not None
        assert not view.stale


def test_a_message_during_the_draft_makes_it_stale_and_leaves_the_queue_alone(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = SlowModel(refund_answer())
    runner = runner_with(model)
    draft_id = runner.start(case, actor=rita)
    eventually(lambda: model.asked == 2)
    add_message(knowledge, case, "And for domains?")
    model.allow()
    finished(knowledge, draft_id)
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
        assert view is not None
        assert view.stale
        assert session.get_one(Conversation, case).ai_outcome == ""


def test_a_note_reaches_the_model(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = scripted(searching(), answering(refund_answer()))
    runner = runner_with(scripted(searching(), answering(refund_answer())), model)
    finished(knowledge, runner.start(case, actor=rita))
    draft = finished(
        knowledge, runner.start(case, actor=rita, note="Mention the 14 days,\n write to x@example.org")
    )
    assert draft.note == "Mention the 14 days, write to x@example.org"
    assert "Mention the 14 days, write to [EMAIL_1]" in str(model.calls[0].input)
    slow = SlowModel(refund_answer())
    runner = runner_with(slow)
    draft_id = runner.start(case, actor=rita, note="Shorter")
    assert runner.start(case, actor=rita, note="Shorter") == draft_id
    with pytest.raises(Conflict, match="stop it"):
        runner.start(case, actor=rita, note="Longer")
    with pytest.raises(InvalidInput):
        runner.start(case, actor=rita, note="x" * 3000)


def test_permissions(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    runner = runner_with(SlowModel(refund_answer()))
    with knowledge.transaction() as session:
        manager = rep(session, username="mona", role=Role.MANAGER)
        admin = rep(session, username="adam", role=Role.ADMIN)
    with pytest.raises(PermissionDenied):
        runner.start(case, actor=manager)
    assert runner.ensure_draft(case, actor=manager) is None
    draft_id = runner.start(case, actor=rita)
    with pytest.raises(PermissionDenied):
        runner.cancel(draft_id, actor=manager)
    with knowledge.transaction() as session:
        assert current_draft(manager, case, session=session) is not None
        with pytest.raises(PermissionDenied):
            current_draft(admin, case, session=session)
        with pytest.raises(PermissionDenied):
            discard_draft(manager, draft_id, session=session, reason="no")


def test_nothing_to_answer(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    runner = runner_with(SlowModel(refund_answer()))
    with pytest.raises(NotFound):
        runner.start(4711, actor=rita)
    case = conversation(knowledge, "How long can I ask for a refund?", status="resolved")
    with knowledge.transaction() as session:
        row = session.get_one(Conversation, case)
        row.waiting_since = None
        session.add(row)
    assert runner.ensure_draft(case, actor=rita) is None
    with knowledge.transaction() as session:
        row = session.get_one(Conversation, case)
        row.last_customer_message_id = None
        session.add(row)
    with pytest.raises(InvalidInput, match="not written anything"):
        runner.start(case, actor=rita)


def leave_behind(database: Database, case: int, *, runner: str, age: timedelta = timedelta(0)) -> int:
    """A running draft, as a process that died would leave it."""
    with database.transaction() as session:
        draft = Draft(
            conversation_id=case,
            basis_message_id=session.get_one(Conversation, case).last_customer_message_id,
            text="Hello, you can",
            runner=runner,
            heartbeat_at=now() - age,
        )
        session.add(draft)
        session.flush()
        return draft.key


@pytest.mark.parametrize("elsewhere", [True, False])
def test_leftovers_become_interrupted_with_their_text(
    knowledge: Database, rita: Actor, runner_with: Make, elsewhere: bool
) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    mine = new_runner_id().split("-")
    gone = "other-1-1-x" if elsewhere else f"{mine[0]}-{mine[1]}-12345-dead"
    age = timedelta(seconds=20) if elsewhere else timedelta(0)
    left = leave_behind(knowledge, case, runner=gone, age=age)
    runner = runner_with(scripted(searching(), answering(refund_answer())))
    again = runner.ensure_draft(case, actor=rita)
    assert again is not None
    assert again != left
    draft = stored(knowledge, left)
    assert (draft.state, draft.text, draft.outcome) == ("interrupted", "Hello, you can", "superseded")
    assert finished(knowledge, again).state == "ready"


def test_a_living_draft_elsewhere_is_left_alone(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    left = leave_behind(knowledge, case, runner="other-1-1-x", age=timedelta(seconds=5))
    runner = runner_with(SlowModel(refund_answer()))
    assert runner.sweep() == 0
    assert runner.start(case, actor=rita) == left
    with knowledge.transaction() as session:
        assert interrupt_leftovers(session=session, lease=timedelta(seconds=1)) == 1


def test_an_input_that_brings_processes_down_is_not_tried_for_ever(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    runner = runner_with(scripted(searching(), answering(refund_answer())))
    for _ in range(3):
        left = leave_behind(knowledge, case, runner="other-1-1-x", age=timedelta(seconds=60))
        runner.sweep()
        assert stored(knowledge, left).state == "interrupted"
    assert runner.ensure_draft(case, actor=rita) == left
    assert finished(knowledge, runner.start(case, actor=rita)).state == "ready"


def test_closing_interrupts_and_keeps_the_text(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = SlowModel(refund_answer(), chunk=20)
    runner = runner_with(model)
    draft_id = runner.start(case, actor=rita)
    model.allow(12)
    eventually(lambda: stored(knowledge, draft_id).text)
    runner.close()
    runner.close()
    draft = stored(knowledge, draft_id)
    assert (draft.state, bool(draft.text)) == ("interrupted", True)
    with pytest.raises(Conflict):
        runner.start(case, actor=rita)


def test_many_drafts_at_once_are_bounded(
    knowledge: Database, rita: Actor, runner_with: Make, settings: Any
) -> None:
    cases = [conversation(knowledge, "Refund?", external_id=f"c{number}") for number in range(6)]
    model = SlowModel(refund_answer())
    runner = runner_with(model, settings=settings.model_copy(update={"model_concurrency": 2}))
    ids = [runner.start(case, actor=rita) for case in cases]
    eventually(lambda: model.asked == 4)
    assert len(runner.running()) == 6
    model.allow(100_000)
    assert {finished(knowledge, each).state for each in ids} == {"ready"}


def test_discard(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    slow = SlowModel(refund_answer())
    runner = runner_with(slow)
    draft_id = runner.start(case, actor=rita)
    with knowledge.transaction() as session, pytest.raises(Conflict, match="still being written"):
        discard_draft(rita, draft_id, session=session, reason="wrong")
    slow.allow()
    finished(knowledge, draft_id)
    with knowledge.transaction() as session:
        with pytest.raises(InvalidInput):
            discard_draft(rita, draft_id, session=session, reason=" ")
        with pytest.raises(NotFound):
            discard_draft(rita, 999, session=session, reason="wrong")
        discard_draft(rita, draft_id, session=session, reason="It misses the point")
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
        assert view is not None
        assert (view.draft.outcome, view.draft.outcome_reason) == ("discarded", "It misses the point")
        assert not view.usable
    assert runner.ensure_draft(case, actor=rita) == draft_id


def test_use_in_a_reply(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    runner = runner_with(scripted(searching(), answering(refund_answer())))
    draft = finished(knowledge, runner.start(case, actor=rita))
    with knowledge.transaction() as session:
        used = draft_used(draft.key, session=session)
        assert isinstance(used, DraftUsed)
        save_composer(rita, case, session=session, text=used.text, draft_id=draft.key)
        composer = open_composer(rita, case, session=session)
        seen = session.get_one(Conversation, case).last_customer_message_id
        sent = send_reply(
            rita,
            case,
            session=session,
            text=used.text,
            token=composer.token,
            seen_message_id=seen,
            draft=used,
        )
        record_use(rita, draft.key, session=session, edit_ratio=sent.reply.edit_ratio or 0.0)
    assert sent.reply.citations[0]["quote"]
    assert stored(knowledge, draft.key).outcome == "sent"
    with knowledge.transaction() as session:
        with pytest.raises(Conflict):
            discard_draft(rita, draft.key, session=session, reason="late")
        statement = select(Draft).where(col(Draft.conversation_id) == case)
        assert len(session.exec(statement).all()) == 1
