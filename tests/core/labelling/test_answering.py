"""Give out, answer, skip and undo, by one person and by several."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core.assist.tables import Citation, Draft
from core.audit import list_entries
from core.conversations import Message
from core.criteria import Criterion, Judge, Judgement, in_force, retire_criterion
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor
from core.knowledge import Article, ArticleVersion, Passage
from core.labelling import (
    HOLD,
    ItemView,
    LabelAssignment,
    LabelItem,
    answer_item,
    close_queue,
    list_queues,
    queue_progress,
    reopen_queue,
    skip_item,
    sweep_holds,
    undo,
)
from core.labelling.subjects import find_subject
from tests.core.conversations.make import load, record, said, stored_id
from tests.core.labelling.making import criterion, fill, judged, queue, take


def answer(database: Database, actor: Actor, view: ItemView | None, words: str = "yes", **rest: Any) -> int:
    assert view is not None
    with database.transaction() as session:
        return answer_item(actor, view.assignment.key, session=session, answer=words, **rest).key


def undone(database: Database, actor: Actor, queue_id: int) -> ItemView | None:
    with database.transaction() as session:
        return undo(actor, queue_id, session=session)


def lapse(database: Database, view: ItemView | None) -> None:
    """As if the hold had run out a minute ago."""
    assert view is not None
    with database.transaction() as session:
        held = session.get_one(LabelAssignment, view.assignment.key)
        held.held_until = now() - timedelta(minutes=1)
        session.add(held)


def answers_in_force(session: Session) -> list[Judgement]:
    return list(session.exec(select(Judgement).where(*in_force())))


def test_label_a_queue_to_its_end(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 5)
    made = queue(database, lucia)
    seen = []
    for place in range(5):
        view = take(database, maeve, made.key)
        assert view is not None
        assert (view.progress.total, view.progress.done, view.progress.left) == (5, place, 5 - place)
        assert [message.author for message in view.subject.messages] == ["customer", "rep"]
        assert (
            view.criterion.question == "Was the customer's problem solved?"
            or view.criterion.name == "resolved"
        )
        seen.append(view.subject.id)
        answer(database, maeve, view, "yes", seconds=10, reason="clear")
    assert take(database, maeve, made.key) is None
    assert len(set(seen)) == 5
    with database.reading() as session:
        progress = queue_progress(maeve, made.key, session=session)
        stored = answers_in_force(session)
    assert (progress.done, progress.left, progress.mine, progress.per_hour) == (5, 0, 5, 360)
    assert {(each.origin, each.judge, each.answer, each.reason) for each in stored} == {
        ("label", str(maeve.person_id), "yes", "clear")
    }


def test_coming_back_goes_on_where_one_stopped(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 3)
    made = queue(database, lucia)
    first, again = take(database, maeve, made.key), take(database, maeve, made.key)
    assert first is not None
    assert again is not None
    assert first.assignment.key == again.assignment.key
    assert again.progress.held_by_others == 0
    lapse(database, first)
    third = take(database, maeve, made.key)
    assert third is not None
    assert third.assignment.key == first.assignment.key
    assert third.assignment.held_until > now() + HOLD / 2


def test_two_people_never_get_the_same_item(
    database: Database, lucia: Actor, maeve: Actor, jonas: Actor
) -> None:
    fill(database, 6)
    made = queue(database, lucia)
    given: list[int] = []
    for _ in range(3):
        for person in (maeve, jonas):
            view = take(database, person, made.key)
            assert view is not None
            given.append(view.item.key)
            answer(database, person, view)
    assert sorted(given) == sorted(set(given))
    assert take(database, maeve, made.key) is None
    assert take(database, jonas, made.key) is None


def test_a_double_is_judged_blind_by_two(
    database: Database, lucia: Actor, maeve: Actor, jonas: Actor
) -> None:
    fill(database, 1)
    made = queue(database, lucia, double_share=1)
    view = take(database, maeve, made.key)
    answer(database, maeve, view, "no", reason="SECRET-REASON")
    assert take(database, maeve, made.key) is None
    second = take(database, jonas, made.key)
    assert second is not None
    assert second.previous is None
    assert "SECRET-REASON" not in repr(second)
    answer(database, jonas, second, "yes")
    with database.reading() as session:
        assert {each.answer for each in answers_in_force(session)} == {"yes", "no"}
        assert queue_progress(lucia, made.key, session=session).left == 0
    assert take(database, lucia, made.key) is None


def test_the_same_answer_twice_counts_once(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 1)
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    assert answer(database, maeve, view, "yes") == answer(database, maeve, view, "yes")
    with pytest.raises(Conflict, match=r"“yes”.*“no” \(typed\) was not stored"):
        answer(database, maeve, view, "no", reason="typed")
    with database.reading() as session:
        assert len(answers_in_force(session)) == 1
        item = session.exec(select(LabelItem)).one()
        assert (item.taken, item.done) == (1, 1)


def test_a_label_names_the_build_that_wrote_what_it_is_about(database: Database, lucia: Actor) -> None:
    ids = fill(database, 1)
    with database.transaction() as session:
        session.add(
            Draft(conversation_id=ids[0], state="ready", decision="answer", text="Hi.", build_id="b7")
        )
    made = queue(database, lucia, criterion="polite", subject_type="draft")
    answer(database, lucia, take(database, lucia, made.key))
    with database.reading() as session:
        assert [each.build_id for each in answers_in_force(session)] == ["b7"]


def test_an_answer_outside_the_set_changes_nothing(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 1)
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    with pytest.raises(InvalidInput, match="'perhaps' does not answer"):
        answer(database, maeve, view, "perhaps")
    with database.reading() as session:
        assert answers_in_force(session) == []
    answer(database, maeve, view, "yes")


def test_a_note_needs_words_and_a_span_needs_marking(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 1)
    with database.transaction() as session:
        for kind in ("note", "span"):
            asked = {"name": kind, "question": f"{kind}?", "kind": kind, "subjects": ["message"]}
            session.add(Criterion(**asked))
    note = take(database, maeve, queue(database, lucia, criterion="note", subject_type="message").key)
    with pytest.raises(InvalidInput, match="Write the note"):
        answer(database, maeve, note, "noted", reason="  ")
    answer(database, maeve, note, "noted", reason="Well said.")
    span = take(database, maeve, queue(database, lucia, criterion="span", subject_type="message").key)
    assert span is not None
    assert [message.judged for message in span.subject.messages] == [True, False]
    with pytest.raises(InvalidInput, match="Select the words"):
        answer(database, maeve, span, "marked")
    marked = {"start": 0, "end": 5, "text": "Where"}
    answer(database, maeve, span, "marked", span=marked)
    with database.reading() as session:
        assert answers_in_force(session)[-1].span == marked


def test_a_skipped_item_goes_to_others_and_not_back(
    database: Database, lucia: Actor, maeve: Actor, jonas: Actor
) -> None:
    fill(database, 1)
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    assert view is not None
    for _ in range(2):
        with database.transaction() as session:
            skip_item(maeve, view.assignment.key, session=session)
    assert take(database, maeve, made.key) is None
    other = take(database, jonas, made.key)
    assert other is not None
    assert other.item.key == view.item.key
    with database.reading() as session:
        progress = queue_progress(maeve, made.key, session=session)
    assert (progress.mine_skipped, progress.held_by_others, progress.left) == (1, 1, 1)
    answer(database, jonas, other)
    with pytest.raises(Conflict, match="answered this one already"), database.transaction() as session:
        skip_item(jonas, other.assignment.key, session=session)


def test_undo_takes_back_answers_and_skips_in_turn(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 3)
    made = queue(database, lucia)
    first = take(database, maeve, made.key)
    answer(database, maeve, first, "no", reason="why not")
    second = take(database, maeve, made.key)
    assert first is not None
    assert second is not None
    with database.transaction() as session:
        skip_item(maeve, second.assignment.key, session=session)
    third = take(database, maeve, made.key)
    assert third is not None

    back = undone(database, maeve, made.key)
    assert back is not None
    assert (back.item.key, back.previous) == (second.item.key, None)
    back = undone(database, maeve, made.key)
    assert back is not None
    assert back.previous is not None
    assert (back.item.key, back.previous.answer, back.previous.reason) == (first.item.key, "no", "why not")
    with database.reading() as session:
        assert answers_in_force(session) == []
    assert undone(database, maeve, made.key) is None

    again = take(database, maeve, made.key)  # what was undone last comes first, then the others it holds
    assert again is not None
    assert again.item.key == first.item.key
    assert again.previous is not None
    answer(database, maeve, again, "yes")
    rest = []
    while (view := take(database, maeve, made.key)) is not None:
        rest.append(view.item.key)
        answer(database, maeve, view)
    assert rest == [second.item.key, third.item.key]
    with database.reading() as session:
        assert [each.answer for each in answers_in_force(session)] == ["yes"] * 3


def test_a_skip_that_others_took_up_is_left_to_them_by_undo(
    database: Database, lucia: Actor, maeve: Actor, jonas: Actor
) -> None:
    fill(database, 2)
    made = queue(database, lucia)
    first = take(database, maeve, made.key)
    answer(database, maeve, first)
    second = take(database, maeve, made.key)
    assert first is not None
    assert second is not None
    with database.transaction() as session:
        skip_item(maeve, second.assignment.key, session=session)
    assert take(database, jonas, made.key) is not None
    back = undone(database, maeve, made.key)
    assert back is not None
    assert back.item.key == first.item.key
    assert "Somebody else has the one you skipped" in back.note


def test_undo_brings_an_earlier_answer_of_ones_own_back(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    ids = fill(database, 1)
    with database.transaction() as session:
        earlier = judged(session, Judge.person(maeve), ids[0], "no")
    made = queue(database, lucia, parameters={"unjudged": False})
    answer(database, maeve, take(database, maeve, made.key), "yes")
    undone(database, maeve, made.key)
    with database.reading() as session:
        assert [each.key for each in answers_in_force(session)] == [earlier]


def test_a_hold_that_ran_out_goes_to_others(
    database: Database, lucia: Actor, maeve: Actor, jonas: Actor
) -> None:
    fill(database, 1)
    made = queue(database, lucia)
    mine = take(database, maeve, made.key)
    assert take(database, jonas, made.key) is None
    lapse(database, mine)
    theirs = take(database, jonas, made.key)
    assert theirs is not None
    with pytest.raises(Conflict, match=r"somebody else has it now.*“no” \(because\) was not stored"):
        answer(database, maeve, mine, "no", reason="because")
    answer(database, jonas, theirs)


def test_a_late_answer_counts_while_nobody_else_has_it(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    fill(database, 2)
    made = queue(database, lucia)
    mine = take(database, maeve, made.key)
    lapse(database, mine)
    with database.transaction() as session:
        assert sweep_holds(session=session) == 1
        assert sweep_holds(session=session) == 0
    answer(database, maeve, mine)
    with database.reading() as session:
        items = session.exec(select(LabelItem).order_by(LabelItem.position)).all()
        assert [(item.taken, item.done) for item in items] == [(1, 1), (0, 0)]


def test_a_lapsed_item_may_come_back_to_the_same_person(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    fill(database, 1)
    made = queue(database, lucia)
    mine = take(database, maeve, made.key)
    lapse(database, mine)
    with database.transaction() as session:
        sweep_holds(made.key, session=session)
    again = take(database, maeve, made.key)
    assert again is not None
    assert mine is not None
    assert again.assignment.key == mine.assignment.key
    assert again.assignment.state == "held"


def test_closing_takes_no_more_answers_and_reopening_does(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    fill(database, 2)
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    for _ in range(2):
        with database.transaction() as session:
            assert close_queue(lucia, made.key, session=session).closed_at is not None
    with pytest.raises(Conflict, match=r"has been closed.*“yes” \(fine\) was not stored"):
        answer(database, maeve, view, reason="fine")
    with pytest.raises(Conflict, match="closed"):
        take(database, maeve, made.key)
    with pytest.raises(Conflict, match="closed"):
        undone(database, maeve, made.key)
    with database.transaction() as session:
        assert reopen_queue(lucia, made.key, session=session).closed_at is None
    answer(database, maeve, view)
    with pytest.raises(PermissionDenied), database.transaction() as session:
        close_queue(maeve, made.key, session=session)


def test_a_criterion_retired_while_it_is_labelled(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 1)
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    with database.transaction() as session:
        retire_criterion(lucia, "resolved", session=session)
    with pytest.raises(Conflict, match=r"retired.*“no” was not stored"):
        answer(database, maeve, view, "no")
    with pytest.raises(Conflict, match="retired"):
        take(database, maeve, made.key)
    with database.transaction() as session:
        close_queue(lucia, made.key, session=session)
    with pytest.raises(Conflict, match="retired"), database.transaction() as session:
        reopen_queue(lucia, made.key, session=session)


def test_a_queue_goes_on_with_the_version_it_was_made_with(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    fill(database, 2)
    made = queue(database, lucia)
    old = criterion(database)
    with database.transaction() as session:
        session.add(Criterion(**old.model_dump(exclude={"id", "version", "created_at"}), version=2))
    view = take(database, maeve, made.key)
    assert view is not None
    assert view.criterion.version == 1
    answer(database, maeve, view)
    newer = queue(database, lucia)
    with database.reading() as session:
        listed = list_queues(maeve, session=session, mine=True)
    assert [(each.queue.key, each.newer_version) for each in listed] == [(newer.key, False), (made.key, True)]


def test_who_sees_which_queue(database: Database, lucia: Actor, maeve: Actor, jonas: Actor) -> None:
    fill(database, 2)
    for_jonas = queue(database, lucia, people=[jonas.person_id], name="For  Jonas")
    closed = queue(database, lucia)
    with database.transaction() as session:
        close_queue(lucia, closed.key, session=session)
    with database.reading() as session:
        assert list_queues(maeve, session=session, mine=True) == []
        assert [each.queue.name for each in list_queues(jonas, session=session, mine=True)] == ["For Jonas"]
        assert [each.queue.key for each in list_queues(lucia, session=session)] == [for_jonas.key, closed.key]
        with pytest.raises(PermissionDenied):
            list_queues(maeve, session=session)
    with pytest.raises(PermissionDenied, match="for others"):
        take(database, maeve, for_jonas.key)
    with pytest.raises(PermissionDenied, match="signed in"):
        take(database, SYSTEM, queue(database, lucia).key)
    with pytest.raises(NotFound):
        take(database, maeve, 999)
    view = take(database, jonas, for_jonas.key)
    with pytest.raises(NotFound, match="not yours"):
        answer(database, maeve, view)


def test_items_whose_subject_is_gone_are_passed_over(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 4)
    made = queue(database, lucia, criterion="polite", subject_type="message")
    with database.transaction() as session:
        first, second = session.exec(select(LabelItem).order_by(LabelItem.position).limit(2))
        session.delete(session.get_one(Message, first.subject_id))
        recalled = session.get_one(Message, second.subject_id)
        recalled.recalled_at = now()
        session.add(recalled)
    view = take(database, maeve, made.key)
    assert view is not None
    assert view.item.position == 2
    assert view.note == "2 passed over: the message no longer exists."
    assert (view.progress.total, view.progress.mine_skipped) == (2, 2)
    answer(database, maeve, view)
    answer(database, maeve, take(database, maeve, made.key))
    assert take(database, maeve, made.key) is None


def test_every_deed_is_in_the_audit_without_texts(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 2)
    made = queue(database, lucia)
    answer(database, maeve, take(database, maeve, made.key), reason="PRIVATE")
    undone(database, maeve, made.key)
    view = take(database, maeve, made.key)
    assert view is not None
    with database.transaction() as session:
        skip_item(maeve, view.assignment.key, session=session)
    with database.reading() as session:
        entries = list_entries(session=session, action="label.")
        created = list_entries(session=session, action="label_queue.created")
    assert [entry.action for entry in entries] == ["label.skipped", "label.undone", "label.given"]
    assert {entry.person_id for entry in entries} == {maeve.person_id}
    assert "PRIVATE" not in repr([entry.detail for entry in entries])
    assert created[0].detail["size"] == 2


def test_a_draft_is_shown_as_it_was_written(database: Database, lucia: Actor) -> None:
    """With its sources, and without what was said after it."""
    fill(database, 1)
    with database.transaction() as session:
        basis = session.exec(select(Message).where(Message.author == "customer")).one()
        article = Article(source="t", external_id="a", title="Invoices", audience="public", locale="en")
        session.add(article)
        session.flush()
        version = ArticleVersion(
            article_id=article.key,
            number=1,
            title="Invoices",
            body="b",
            audience="public",
            locale="en",
            digest="",
        )
        session.add(version)
        session.flush()
        passage = Passage(
            article_id=article.key,
            article_version_id=version.key,
            position=0,
            text="b",
            audience="public",
            locale="en",
        )
        session.add(passage)
        draft = Draft(
            conversation_id=basis.conversation_id,
            basis_message_id=basis.key,
            state="ready",
            decision="answer",
            text="It is there.",
        )
        session.add(draft)
        session.flush()
        session.add(
            Citation(
                draft_id=draft.key,
                position=0,
                start=0,
                end=5,
                passage_id=passage.key,
                article_version_id=version.key,
                quote="words",
                support=1,
            )
        )
        session.flush()
        found = find_subject("draft", draft.key, session=session)
    assert found is not None
    assert (found.text, found.decision, found.title) == ("It is there.", "answer", "Invoice 0")
    assert found.citations == [{"title": "Invoices", "quote": "words"}]
    assert [message.author for message in found.messages] == ["customer"]


def test_a_conversation_of_thirty_thousand_words(database: Database, lucia: Actor, maeve: Actor) -> None:
    words = "word " * 1_000
    load(
        database,
        [record("long", *(said("customer", f"{n} {words}", external_id=f"m{n}") for n in range(30)))],
    )
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    assert view is not None
    assert sum(len(message.text.split()) for message in view.subject.messages) == 30 * 1_001
    assert view.subject.id == stored_id(database, "long")
    answer(database, maeve, view)


def test_what_vanished_after_the_answer_can_still_be_undone(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    fill(database, 1)
    made = queue(database, lucia, criterion="polite", subject_type="message")
    view = take(database, maeve, made.key)
    answer(database, maeve, view)
    with database.transaction() as session:
        assert view is not None
        session.delete(session.get_one(Message, view.item.subject_id))
    assert undone(database, maeve, made.key) is None
    with database.reading() as session:
        assert answers_in_force(session) == []
