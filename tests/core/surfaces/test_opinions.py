"""Questionnaires and suggestions that come in with conversations."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from core import identity
from core.assist import Draft, current_draft
from core.assist.abstention.outcomes import past_examples
from core.conversations import Conversation, ConversationRecord, JudgementRecord, Message
from core.criteria import (
    CUSTOMER,
    Criterion,
    Judgement,
    ensure_criteria,
    publish_criterion,
    record_judgement,
    retire_criterion,
)
from core.database import Database
from core.errors import InvalidInput, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from core.surfaces.importers import ImportOptions, ImportSummary, Reject, import_conversation_file
from core.surfaces.importers.opinions import Refused, read_judgements
from core.surfaces.importers.questions import Questions
from tests.core.surfaces.reading import conversation, message, read, write_lines
from tests.core.surfaces.test_any_input import JSON

ASKED = "Did we help?"
OURS = message("Here it is.", author="rep", id="m-2", created_at="2026-11-02T09:31:00Z")


def judged(answer: Any = True, judge: Any = "customer", **others: Any) -> dict[str, Any]:
    return {"question": ASKED, "answer": answer, "judge": judge} | others


def suggested(**suggestion: Any) -> list[dict[str, Any]]:
    return [message(id="m-1"), OURS | {"suggestion": suggestion}]


def bring_in(tmp_path: Path, database: Database, *values: Any) -> ImportSummary:
    path = write_lines(tmp_path / "in.jsonl", *values)
    return import_conversation_file(path, database=database, options=ImportOptions(source="desk"))


def judgements(session: Session) -> list[Judgement]:
    return list(session.exec(select(Judgement).order_by(col(Judgement.id))))


def snapshot(database: Database) -> list[Any]:
    """Everything an import may write, as it is now."""
    with database.reading() as session:
        return [
            [row.model_dump() for row in session.exec(select(table).order_by(col(table.id)))]
            for table in (Criterion, Judgement, Draft, Message, Conversation)
        ]


# Questionnaires


@pytest.mark.parametrize(
    ("answer", "more", "kind", "stored", "reason"),
    [
        (True, {}, "yes_no", "yes", ""),
        (False, {}, "yes_no", "no", ""),
        ("no", {}, "yes_no", "no", ""),
        (4, {}, "scale", "4", ""),
        (4.0, {}, "scale", "4", ""),
        ("by mail", {"choices": ["by mail", "by phone"]}, "one_of", "by mail", ""),
        (["b", "a"], {"choices": ["a", "b", "c"]}, "many_of", "a | b", ""),
        ("It was quick.", {"reason": "Really."}, "note", "noted", "It was quick.\n\nReally."),
    ],
)
def test_a_new_question_becomes_a_criterion_of_the_kind_its_answer_shows(
    tmp_path: Path,
    database: Database,
    answer: Any,
    more: dict[str, Any],
    kind: str,
    stored: str,
    reason: str,
) -> None:
    summary = bring_in(tmp_path, database, conversation(judgements=[judged(answer, **more)]))
    assert (summary.new, summary.rejected) == (1, 0)
    with database.reading() as session:
        criterion = session.exec(select(Criterion)).one()
        assert (criterion.name, criterion.question, criterion.kind) == ("did_we_help", ASKED, kind)
        assert (criterion.subjects, criterion.good) == (["conversation"], [])
        (judgement,) = judgements(session)
        found = session.exec(select(Conversation)).one()
        assert (judgement.subject_type, judgement.subject_id) == ("conversation", found.key)
        assert (judgement.answer, judgement.reason) == (stored, reason)
        assert (judgement.judge_type, judgement.judge) == ("customer", "customer")
        assert judgement.origin == "questionnaire"
        assert judgement.external_id.startswith("desk/c-1/")
        assert judgement.created_at == found.last_message_at


def test_answers_of_many_conversations_share_their_criterion(tmp_path: Path, database: Database) -> None:
    records = [
        conversation(f"c-{n}", judgements=[judged(n % 2 == 0, question="  did WE  help?", good=["yes"])])
        for n in range(6)
    ]
    assert bring_in(tmp_path, database, *records).rejected == 0
    with database.reading() as session:
        assert session.exec(select(Criterion)).one().good == ["yes"]
        assert [each.answer for each in judgements(session)] == ["yes", "no"] * 3


def test_people_with_an_account_answer_as_themselves_and_others_under_their_name(
    tmp_path: Path, database: Database
) -> None:
    with database.transaction() as session:
        rosa = identity.add_person(
            SYSTEM,
            session=session,
            username="rosa",
            name="Rosa",
            password="a calm long password",
            role=Role.REP,
        ).key
    summary = bring_in(
        tmp_path,
        database,
        conversation("1", judgements=[judged(judge={"person": "rosa"}), judged(judge={"person": "qa-17"})]),
        conversation("2", judgements=[judged(judge={"person": "qa-17"}, at="2026-10-01")]),
    )
    assert (summary.new, summary.rejected) == (2, 0)
    (remark,) = summary.remarks
    assert remark.text == (
        "Answers of people who have no account here are kept under the names given; 1 in all: qa-17"
    )
    with database.reading() as session:
        found = judgements(session)
        assert [each.judge for each in found] == [str(rosa), "outside:qa-17", "outside:qa-17"]
        assert {each.judge_type for each in found} == {"person"}
        assert f"{found[2].created_at:%Y-%m-%d}" == "2026-10-01"


def test_importing_again_changes_nothing(tmp_path: Path, database: Database) -> None:
    record = conversation(
        judgements=[judged(), judged(3, question="How polite?", judge={"person": "qa-17"}, reason="Short.")],
        messages=suggested(offered=3, picked=2, labels=["greet", "ask", "bye"]),
    )
    bring_in(tmp_path, database, record)
    before = snapshot(database)
    again = bring_in(tmp_path, database, record)
    assert (again.new, again.updated, again.unchanged, again.rejected) == (0, 0, 1, 0)
    assert snapshot(database) == before
    assert len(before[1]) == 2


def test_another_answer_later_corrects_the_earlier_one_and_back(tmp_path: Path, database: Database) -> None:
    for answer in (True, False, False, True):
        bring_in(tmp_path, database, conversation(judgements=[judged(answer)]))
    with database.reading() as session:
        found = judgements(session)
    assert [each.answer for each in found] == ["yes", "no", "yes"]
    assert [each.superseded_by_id for each in found] == [found[1].id, found[2].id, None]
    assert len({each.external_id for each in found}) == 3


def test_answers_that_come_after_their_conversation_are_added(tmp_path: Path, database: Database) -> None:
    bring_in(tmp_path, database, conversation(messages=[message(id="m-1"), OURS]))
    record = conversation(judgements=[judged()], messages=suggested(offered=2, picked=1))
    summary = bring_in(tmp_path, database, record)
    assert (summary.new, summary.unchanged, summary.messages) == (0, 1, 0)
    with database.reading() as session:
        assert len(judgements(session)) == 1
        draft = session.exec(select(Draft)).one()
        sent = session.exec(select(Message).where(Message.author == "rep")).one()
        assert draft.message_id == sent.key


def test_a_new_version_of_the_question_does_not_make_old_answers_new(
    tmp_path: Path, database: Database
) -> None:
    record = conversation(judgements=[judged()])
    bring_in(tmp_path, database, record)
    with database.transaction() as session:
        publish_criterion(
            SYSTEM,
            session=session,
            name="did_we_help",
            question=ASKED,
            guidance="Only if all was solved.",
            kind="yes_no",
            subjects=["conversation"],
        )
    bring_in(tmp_path, database, record)
    with database.reading() as session:
        assert [each.answer for each in judgements(session)] == ["yes"]


def test_an_answer_given_here_is_superseded_by_the_same_persons_imported_one(
    tmp_path: Path, database: Database
) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
    bring_in(tmp_path, database, conversation())
    with database.transaction() as session:
        found = session.exec(select(Conversation)).one()
        record_judgement(CUSTOMER, "csat", session=session, subject_id=found.key, answer="2")
    answer = {"criterion": "csat", "answer": 5, "judge": "customer"}
    bring_in(tmp_path, database, conversation(judgements=[answer]))
    with database.reading() as session:
        first, second = judgements(session)
    assert (first.superseded_by_id, second.answer, second.origin) == (second.id, "5", "questionnaire")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("yes", "judgements[1] is 'yes'; it must be an object"),
        ({"answer": True, "judge": "customer"}, "names neither a criterion nor a question"),
        (judged(None), "judgements[1].answer is missing"),
        (judged({"a": 1}), "it must be true, false, a number or text"),
        (judged(judge="boss"), 'it must be "customer" or {"person": NAME}'),
        (judged(judge={"person": " "}), 'it must be "customer" or {"person": NAME}'),
        (judged(at="yesterday"), "judgements[1].at: 'yesterday' is not a date"),
        (judged(choices="a, b"), "judgements[1].choices"),
        (judged(question="x" * 501), "a question up to 500 characters"),
        (judged("a", choices=["a"]), "at least two answers"),
        (judged(True, good=["maybe"]), "Good:"),
        ({"criterion": "no_such", "answer": 1, "judge": "customer"}, "publish it on the Criteria page"),
        ({"criterion": "polite", "answer": True, "judge": "customer"}, "not a conversation"),
        ({"criterion": "gone", "answer": True, "judge": "customer"}, "has been retired"),
        ({"criterion": "resolved", "answer": "maybe", "judge": "customer"}, "maybe"),
        ({"criterion": "resolved", "answer": 3, "judge": "customer"}, "3"),
    ],
)
def test_an_answer_that_cannot_go_in_is_rejected_alone(
    tmp_path: Path, database: Database, entry: Any, reason: str
) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
        publish_criterion(
            SYSTEM, session=session, name="gone", question="Gone?", kind="yes_no", subjects=["conversation"]
        )
        retire_criterion(SYSTEM, "gone", session=session)
    good = {"criterion": "resolved", "answer": "yes", "judge": "customer"}
    summary = bring_in(tmp_path, database, conversation(judgements=[entry, good]), conversation("c-2"))
    assert (summary.new, summary.rejected) == (2, 1)
    assert reason in summary.rejects[0].reason
    assert "not its conversation" in summary.rejects[0].reason
    assert summary.rejects_path is not None
    assert json.loads(summary.rejects_path.read_text("utf-8").splitlines()[0])["line"] == 1
    with database.reading() as session:
        assert [each.answer for each in judgements(session)] == ["yes"]


def test_a_second_answer_by_the_same_judge_in_one_record_is_rejected_each_time(
    tmp_path: Path, database: Database
) -> None:
    record = conversation(judgements=[judged(True), judged(False)])
    for _ in range(2):
        summary = bring_in(tmp_path, database, record)
        assert summary.rejected == 1
        assert "answered by the same judge before" in summary.rejects[0].reason
    with database.reading() as session:
        assert [each.answer for each in judgements(session)] == ["yes"]


def test_too_many_answers_are_refused_as_one(tmp_path: Path) -> None:
    refused: list[Refused] = []
    assert read_judgements([judged()] * 501, options=ImportOptions(), refused=refused) == ()
    assert "at most 500" in refused[0].reason


# Suggestions


def test_what_was_suggested_becomes_a_draft_with_its_outcome(tmp_path: Path, database: Database) -> None:
    picks = [
        {"offered": 3, "picked": 1, "labels": ["greet", "ask", "bye"]},
        {"offered": 2, "picked": 2, "edited": True},
        {"picked": None, "offered": 4},
    ]
    messages = [message(id="m-0")] + [
        OURS | {"id": f"m-{n}", "text": f"Reply {n}", "suggestion": pick}
        for n, pick in enumerate(picks, start=1)
    ]
    summary = bring_in(tmp_path, database, conversation(messages=messages))
    assert (summary.new, summary.rejected) == (1, 0)
    with database.reading() as session:
        drafts = session.exec(select(Draft).order_by(col(Draft.id))).all()
        sent = session.exec(select(Message).where(Message.author == "rep").order_by(col(Message.id))).all()
    assert [draft.message_id for draft in drafts] == [each.id for each in sent]
    assert [draft.created_at for draft in drafts] == [each.created_at for each in sent]
    assert {(draft.state, draft.decision, draft.model) for draft in drafts} == {
        ("ready", "answer", "imported")
    }
    assert [(d.outcome, d.outcome_reason, d.text, d.offered, d.picked) for d in drafts] == [
        ("sent", "", "Reply 1", 3, 1),
        ("edited", "", "Reply 2", 2, 2),
        ("discarded", "own words", "", 4, None),
    ]
    assert drafts[0].offers == ["greet", "ask", "bye"]


@pytest.mark.parametrize(
    ("suggestion", "reason"),
    [
        ("first", "must be an object"),
        ({"offered": 2, "picked": 3}, "picked is 3, but only 2 were offered"),
        ({"offered": 0, "picked": None}, "offered is 0"),
        ({"offered": 2, "picked": 0}, "picked is 0"),
        ({"offered": True}, "offered is True"),
        ({"picked": None, "edited": True}, "no suggestion was picked"),
        ({"picked": 1, "edited": "yes"}, "edited is 'yes'"),
        ({"offered": 1, "picked": 1, "labels": ["a", "b"]}, "labels names 2"),
        ({"picked": 1, "labels": [1]}, "labels is [1]"),
    ],
)
def test_a_suggestion_that_cannot_be_read_is_rejected_alone(
    tmp_path: Path, suggestion: Any, reason: str
) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation(messages=[OURS | {"suggestion": suggestion}]))
    found = read(path, "jsonl")
    assert found.records[0].messages[0].suggestion is None
    assert reason in found.rejects[0].reason
    assert found.rejects[0].record == suggestion


def test_only_messages_of_ours_come_from_a_suggestion(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation(messages=[message(suggestion={"picked": 1})]))
    assert "only a message of ours" in read(path, "jsonl").rejects[0].reason


def test_a_suggestion_stays_with_its_message_when_they_are_put_in_order(tmp_path: Path) -> None:
    late = OURS | {"created_at": "2026-11-02T09:40:00Z", "suggestion": {"picked": 2}}
    path = write_lines(tmp_path / "in.jsonl", conversation(messages=[late, message()]))
    (record,) = read(path, "jsonl").records
    picked = [each.suggestion and each.suggestion.picked for each in record.messages]
    assert picked == [None, 2]


def test_imported_drafts_disturb_nothing(tmp_path: Path, database: Database) -> None:
    """An open conversation with imported suggestions: no card, no outcome in the queue, no example."""
    again = message("And now?", id="m-3", created_at="2026-11-02T09:35:00Z")
    bring_in(tmp_path, database, conversation(messages=[*suggested(offered=3, picked=1), again]))
    with database.reading() as session:
        found = session.exec(select(Conversation)).one()
        assert (found.status, found.ai_outcome) == ("open", "")
        assert current_draft(SYSTEM, found.key, session=session) is None
        assert past_examples(session=session) == []


# Anything

QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_NUMBERS = count()


@QUICK
@given(
    value=st.lists(
        JSON | st.fixed_dictionaries({"question": JSON, "answer": JSON, "judge": JSON}), max_size=3
    )
    | JSON,
    suggestion=JSON | st.dictionaries(st.sampled_from(["offered", "picked", "edited", "labels"]), JSON),
)
def test_whatever_the_new_keys_hold_the_conversation_is_read(
    tmp_path: Path, value: Any, suggestion: Any
) -> None:
    record = conversation(judgements=value, messages=[OURS | {"suggestion": suggestion}])
    found = read(write_lines(tmp_path / "in.jsonl", json.dumps(record)), "jsonl")
    assert len(found.records) == 1
    assert isinstance(found.records[0], ConversationRecord)
    for reject in found.rejects:
        assert isinstance(reject, Reject)
        assert "not its conversation" in reject.reason


_ANSWERS = st.booleans() | st.integers(-1, 7) | st.text(min_size=1, max_size=8) | st.just(["a", "b"])


@settings(QUICK, max_examples=12)
@given(
    entries=st.lists(
        st.fixed_dictionaries(
            {
                "question": st.text(min_size=1, max_size=6) | st.just(ASKED),
                "answer": _ANSWERS,
                "judge": st.just("customer")
                | st.fixed_dictionaries({"person": st.text(min_size=1, max_size=4)}),
            },
            optional={"choices": st.just(["a", "b"]), "reason": st.text(max_size=5)},
        ),
        max_size=4,
    ),
    picked=st.none() | st.integers(1, 3),
)
def test_whatever_is_answered_is_stored_once_and_the_rest_is_rejected(
    tmp_path: Path, database: Database, entries: list[dict[str, Any]], picked: int | None
) -> None:
    name = f"c-{next(_NUMBERS)}"
    record = conversation(name, judgements=entries, messages=suggested(offered=3, picked=picked))
    before = len(snapshot(database)[1])
    first = bring_in(tmp_path, database, record)
    after = snapshot(database)
    assert first.new == 1
    assert len(after[1]) - before + first.rejected == len(entries)
    again = bring_in(tmp_path, database, record)
    assert (again.unchanged, again.rejected) == (1, first.rejected)
    assert snapshot(database) == after


def test_a_question_needs_the_permission_to_write_criteria(tmp_path: Path, database: Database) -> None:
    with database.transaction() as session, pytest.raises(PermissionDenied):
        Questions(Actor(1, "rosa", "Rosa", Role.REP), session=session).criterion_of(
            JudgementRecord(answer=True, question=ASKED)
        )
    with database.transaction() as session, pytest.raises(InvalidInput, match="no criterion"):
        Questions(SYSTEM, session=session).criterion_of(JudgementRecord(answer=True, criterion="nope"))
