"""Raise, repeat, correct and withdraw flags; decide on them; who may do and see what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from core.audit.tables import AuditEntry
from core.conversations import recall_reply, visible_messages
from core.criteria import Criterion, Judgement, current_criterion, list_judgements
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied, RatchetError
from core.evals import (
    EvalCase,
    Flag,
    accept_flag,
    dismiss_flag,
    export_cases,
    flaggable_criteria,
    flags_in,
    get_flag,
    likely_criterion,
    list_flags,
    raise_flag,
    reopen_flag,
    thaw,
    withdraw_flag,
)
from core.identity import SYSTEM, Actor
from tests.core.evals.making import TEXT, reply, write_draft

WORDS = "as I already told you"
START = TEXT.index(WORDS)
SPAN = {"start": START, "end": START + len(WORDS)}


@pytest.fixture
def draft_id(database: Database, conversation: int) -> int:
    return write_draft(database, conversation).key


def flag(database: Database, actor: Actor, subject_id: int, **rest: Any) -> Flag:
    values = {"subject_type": "draft", "strength": "weak", "criterion": "polite"} | rest
    with database.transaction() as session:
        return raise_flag(actor, session=session, subject_id=subject_id, **values)


def decide(database: Database, what: Callable[..., Flag], actor: Actor, found: Flag, **rest: Any) -> Flag:
    with database.transaction() as session:
        return what(actor, found.key, session=session, **rest)


def case_of(database: Database, found: Flag) -> EvalCase:
    with database.reading() as session:
        return session.get_one(EvalCase, found.case_id)


def everything(database: Database) -> tuple[int, int, int]:
    """How many flags, judgements and cases there are."""
    with database.reading() as session:
        return tuple(len(session.exec(select(table)).all()) for table in (Flag, Judgement, EvalCase))  # type: ignore[return-value]


def test_a_flag_is_a_judgement_and_a_candidate_case(database: Database, rosa: Actor, draft_id: int) -> None:
    raised = flag(database, rosa, draft_id, span=SPAN, better="I am sorry.", note="It blames the customer")
    assert (raised.state, raised.span) == ("open", SPAN | {"text": WORDS})
    with database.reading() as session:
        (judgement,) = list_judgements("draft", draft_id, session=session)
        audited = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "flag.raised")).one()
    assert (judgement.id, judgement.answer, judgement.origin) == (raised.judgement_id, "no", "flag")
    assert (judgement.judge, judgement.reason) == (str(rosa.person_id), "It blames the customer")
    assert judgement.span == raised.span
    assert judgement.build_id
    assert WORDS not in str(audited.detail)
    case = case_of(database, raised)
    assert (case.state, case.expectations, case.draft_id) == ("candidate", [], draft_id)


def test_the_same_flag_twice_is_one(database: Database, rosa: Actor, draft_id: int) -> None:
    first = flag(database, rosa, draft_id, span=SPAN, better="Sorry.")
    again = flag(database, rosa, draft_id, span={**SPAN, "start": START - 1}, better=" Sorry. ")
    assert again.key == first.key
    assert everything(database) == (1, 1, 1)


def test_saying_something_else_about_the_same_words_replaces_the_flag(
    database: Database, rosa: Actor, draft_id: int
) -> None:
    first = flag(database, rosa, draft_id, span=SPAN)
    second = flag(database, rosa, draft_id, span=SPAN, strength="strong")
    with database.reading() as session:
        assert session.get_one(Flag, first.key).state == "withdrawn"
        (judgement,) = list_judgements("draft", draft_id, session=session)
    assert (judgement.id, judgement.answer) == (second.judgement_id, "yes")
    assert case_of(database, second).state == "candidate"


def test_an_accepted_flag_is_not_replaced_behind_the_specialists_back(
    database: Database, rosa: Actor, sam: Actor, draft_id: int
) -> None:
    first = flag(database, rosa, draft_id)
    decide(database, accept_flag, sam, first)
    assert flag(database, rosa, draft_id).key == first.key
    with pytest.raises(Conflict, match="accepted"):
        flag(database, rosa, draft_id, better="Another wording")
    assert everything(database) == (1, 1, 1)


def test_other_words_other_people_and_other_criteria_are_flags_of_their_own(
    database: Database, rosa: Actor, otto: Actor, draft_id: int
) -> None:
    raised = [
        flag(database, rosa, draft_id, span=SPAN),
        flag(database, rosa, draft_id),
        flag(database, otto, draft_id, span=SPAN),
        flag(database, rosa, draft_id, span=SPAN, criterion="clear"),
    ]
    assert len({each.key for each in raised}) == 4
    assert len({each.case_id for each in raised}) == 1


@pytest.mark.parametrize(
    "span",
    [
        {"start": 0, "end": len(TEXT) + 1},
        {"start": 5, "end": 5},
        {"start": -1, "end": 3},
        {"start": "0", "end": "3"},
        {"start": True, "end": 3},
        {},
        # what a browser that counts UTF-16 units would send for the words after the emoji
        {"start": START + 2, "end": START + 2 + len(WORDS), "text": WORDS},
    ],
)
def test_words_that_are_not_in_the_text_are_refused(
    database: Database, rosa: Actor, draft_id: int, span: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match="Mark them again"):
        flag(database, rosa, draft_id, span=span)
    assert everything(database) == (0, 0, 0)


def test_blanks_alone_mark_nothing(database: Database, rosa: Actor, draft_id: int) -> None:
    at = TEXT.index(" ")
    assert flag(database, rosa, draft_id, span={"start": at, "end": at + 1}).span is None


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ({"subject_id": 999}, NotFound, "no draft"),
        ({"subject_type": "reply", "subject_id": 999}, NotFound, "no reply"),
        ({"subject_type": "message", "subject_id": 999}, NotFound, "no message"),
        ({"subject_type": "conversation"}, InvalidInput, "not a 'conversation'"),
        ({"criterion": "gone"}, NotFound, "Choose another"),
        ({"criterion": "draft_discarded"}, InvalidInput, "Choose another"),
        ({"criterion": "resolved", "answer": "no"}, InvalidInput, "asked about a conversation"),
        ({"strength": "odd"}, InvalidInput, "strong or weak"),
        ({"answer": "yes"}, InvalidInput, "does not make it weak"),
        ({"answer": "perhaps"}, InvalidInput, "polite"),
        ({"better": "x" * 10_001}, InvalidInput, "10,000"),
        ({"note": "x" * 10_001}, InvalidInput, "10,000"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    database: Database,
    rosa: Actor,
    draft_id: int,
    what: dict[str, Any],
    error: type[RatchetError],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        flag(database, rosa, **({"subject_id": draft_id} | what))
    assert everything(database) == (0, 0, 0)


def test_a_criterion_retired_meanwhile_is_refused_and_nothing_is_stored(
    database: Database, rosa: Actor, draft_id: int
) -> None:
    with database.transaction() as session:
        polite = current_criterion("polite", session=session)
        assert polite is not None
        polite.retired_at = now()
        session.add(polite)
    with pytest.raises(Conflict, match="retired"):
        flag(database, rosa, draft_id)
    assert everything(database) == (0, 0, 0)
    with database.reading() as session:
        assert "polite" not in {each.name for each in flaggable_criteria("draft", session=session)}


@pytest.mark.parametrize("state", ["running", "waiting", "failed", "cancelled"])
def test_only_a_finished_draft_can_be_flagged(
    database: Database, rosa: Actor, conversation: int, state: str
) -> None:
    unfinished = write_draft(database, conversation, state=state)
    with pytest.raises(Conflict, match="draft"):
        flag(database, rosa, unfinished.key)


def test_only_what_we_wrote_can_be_flagged(database: Database, rosa: Actor, conversation: int) -> None:
    with database.reading() as session:
        asked = visible_messages(conversation, session=session)[0]
    with pytest.raises(InvalidInput, match="what we wrote"):
        flag(database, rosa, asked.key, subject_type="message")


def test_a_message_that_was_sent_from_here_is_its_reply(
    database: Database, rosa: Actor, otto: Actor, conversation: int
) -> None:
    sent = reply(database, otto, conversation)
    raised = flag(database, rosa, sent.message.key, subject_type="message", strength="strong")
    assert (raised.subject_type, raised.subject_id) == ("reply", sent.reply.key)
    assert raised.about_person_id == otto.person_id
    with database.transaction() as session:
        recall_reply(otto, sent.message.key, session=session)
    with pytest.raises(Conflict, match="taken back"):
        flag(database, rosa, sent.reply.key, subject_type="reply")


def test_of_several_answers_that_are_not_good_one_has_to_be_said(
    database: Database, rosa: Actor, draft_id: int
) -> None:
    with database.transaction() as session:
        session.add(
            Criterion(
                name="tone", question="How does it sound?", kind="scale", subjects=["draft"], good=["4", "5"]
            )
        )
    with pytest.raises(InvalidInput, match="1, 2, 3"):
        flag(database, rosa, draft_id, criterion="tone")
    weak = flag(database, rosa, draft_id, criterion="tone", answer="2")
    strong = flag(database, rosa, draft_id, criterion="tone", strength="strong", span=SPAN)
    with database.reading() as session:
        answers = [session.get_one(Judgement, each.judgement_id).answer for each in (weak, strong)]
    assert answers == ["2", "4"]


def test_withdrawing_takes_the_judgement_back_and_brings_the_earlier_one_back(
    database: Database, rosa: Actor, otto: Actor, draft_id: int
) -> None:
    first = flag(database, rosa, draft_id)
    second = flag(database, rosa, draft_id, span=SPAN)
    with pytest.raises(NotFound):
        decide(database, withdraw_flag, otto, second)
    for _ in range(2):
        assert decide(database, withdraw_flag, rosa, second).state == "withdrawn"
    with database.reading() as session:
        assert [each.id for each in list_judgements("draft", draft_id, session=session)] == [
            first.judgement_id
        ]
    assert case_of(database, first).state == "candidate"
    decide(database, withdraw_flag, rosa, first)
    assert case_of(database, first).state == "dismissed"
    assert flag(database, rosa, draft_id).state == "open"
    assert case_of(database, first).state == "candidate"


def test_an_accepted_flag_is_what_its_case_expects(
    database: Database, rosa: Actor, otto: Actor, sam: Actor, draft_id: int
) -> None:
    polite = flag(database, rosa, draft_id, span=SPAN, better="I am sorry.")
    clear = flag(database, otto, draft_id, criterion="clear", strength="strong")
    for _ in range(2):
        decide(database, accept_flag, sam, polite)
    with database.reading() as session:
        case = thaw(polite.case_id or 0, session=session).case
    assert case.state == "accepted"
    (expected,) = case.expectations
    assert (expected["criterion"], expected["version"], expected["answer"]) == ("polite", 1, "no")
    assert (expected["text"], expected["better"]) == (TEXT, "I am sorry.")
    assert expected["text"][expected["span"]["start"] : expected["span"]["end"]] == WORDS

    decide(database, dismiss_flag, sam, clear, reason="It is only half an answer")
    decide(database, reopen_flag, sam, polite)
    case = case_of(database, polite)
    assert (case.state, case.expectations, case.decided_by_id) == ("candidate", [], None)
    with pytest.raises(Conflict, match="Sam has dismissed it already"):
        decide(database, accept_flag, sam, clear)
    decide(database, reopen_flag, sam, clear)
    decide(database, accept_flag, sam, clear)
    assert [each["criterion"] for each in case_of(database, clear).expectations] == ["clear"]


def test_a_decision_needs_a_reason_and_an_open_flag(
    database: Database, rosa: Actor, sam: Actor, draft_id: int
) -> None:
    raised = flag(database, rosa, draft_id)
    for reason, words in (("  ", "Say why"), ("x" * 501, "500")):
        with pytest.raises(InvalidInput, match=words):
            decide(database, dismiss_flag, sam, raised, reason=reason)
    decide(database, dismiss_flag, sam, raised, reason="A matter of taste")
    with pytest.raises(Conflict, match="already"):
        decide(database, withdraw_flag, rosa, raised)
    decide(database, reopen_flag, sam, raised)
    decide(database, withdraw_flag, rosa, raised)
    for what in (accept_flag, reopen_flag):
        with pytest.raises(Conflict, match="withdrawn"):
            decide(database, what, sam, raised)
    with pytest.raises(NotFound), database.transaction() as session:
        accept_flag(sam, 999, session=session)


def test_who_may_flag_decide_and_export(
    database: Database, rosa: Actor, mia: Actor, sam: Actor, draft_id: int
) -> None:
    for actor in (mia, SYSTEM):
        with pytest.raises(PermissionDenied):
            flag(database, actor, draft_id)
    raised = flag(database, rosa, draft_id)
    for actor in (rosa, mia):
        for what, rest in ((accept_flag, {}), (dismiss_flag, {"reason": "x"}), (reopen_flag, {})):
            with pytest.raises(PermissionDenied):
                decide(database, what, actor, raised, **rest)
    with database.reading() as session:
        for actor in (rosa, sam):
            with pytest.raises(PermissionDenied):
                export_cases(actor, session=session)
        assert [each["name"] for each in export_cases(mia, session=session, state="")] == [
            "Where is my invoice?"
        ]
        assert list(export_cases(SYSTEM, session=session)) == []


def test_reps_see_their_own_flags_and_those_about_their_replies(
    database: Database, rosa: Actor, otto: Actor, sam: Actor, conversation: int, draft_id: int
) -> None:
    sent = reply(database, otto, conversation)
    of_draft = flag(database, rosa, draft_id)
    of_reply = flag(database, sam, sent.reply.key, subject_type="reply", span=SPAN)
    with database.reading() as session:

        def seen(actor: Actor, **which: Any) -> list[int]:
            return [each.flag.key for each in list_flags(actor, session=session, **which).rows]

        assert seen(rosa) == [of_draft.key]
        assert seen(otto) == []
        assert seen(otto, mine=False, about_me=True) == [of_reply.key]
        assert seen(sam, mine=False) == [of_reply.key, of_draft.key]
        assert seen(sam, mine=False, state="accepted") == []
        with pytest.raises(PermissionDenied):
            seen(rosa, mine=False)
        with pytest.raises(NotFound):
            get_flag(rosa, of_reply.key, session=session)
        view = get_flag(otto, of_reply.key, session=session)
        assert (view.who, view.about, view.customer) == ("Sam", "Otto", "Ada Lovelace")
        assert (view.quote, view.before + view.quote + view.after) == (WORDS, TEXT)
        assert set(flags_in(rosa, conversation, session=session)) == {("draft", draft_id)}
        assert set(flags_in(sam, conversation, session=session)) == {
            ("draft", draft_id),
            ("reply", sent.reply.key),
        }


def test_the_outcome_is_told_in_words(database: Database, rosa: Actor, sam: Actor, draft_id: int) -> None:
    raised = flag(database, rosa, draft_id)

    def told(actor: Actor) -> str:
        with database.reading() as session:
            return get_flag(actor, raised.key, session=session).outcome

    assert told(rosa).startswith("Waits")
    decide(database, dismiss_flag, sam, raised, reason="A matter of taste")
    assert told(rosa) == "Sam dismissed it: A matter of taste"
    assert told(sam) == "You dismissed it: A matter of taste"
    decide(database, reopen_flag, sam, raised)
    decide(database, accept_flag, sam, raised)
    assert "eval case" in told(rosa)


def test_pages_follow_each_other(database: Database, rosa: Actor, draft_id: int) -> None:
    raised = [flag(database, rosa, draft_id, span={"start": 0, "end": n}).key for n in range(1, 6)]
    cursor, seen = None, []
    with database.reading() as session:
        while True:
            page = list_flags(rosa, session=session, cursor=cursor, limit=2)
            seen += [each.flag.key for each in page.rows]
            if (cursor := page.next_cursor) is None:
                break
        for wrong in ({"limit": 0}, {"limit": 201}, {"state": "odd"}):
            with pytest.raises(InvalidInput):
                list_flags(rosa, session=session, **wrong)
    assert seen == raised[::-1]


def test_the_criteria_offered_and_the_best_guess(
    database: Database, rosa: Actor, conversation: int, draft_id: int
) -> None:
    with database.reading() as session:
        offered = flaggable_criteria("draft", session=session)
        assert [each.name for each in flaggable_criteria("message", session=session)] == [
            "correct",
            "polite",
            "clear",
            "consistent_with_policy",
            "complete",
        ]
    assert [each.name for each in offered][:3] == ["draft_useful", "correct", "grounded"]
    flag(database, rosa, draft_id, criterion="clear")
    with database.reading() as session:
        guess = [
            likely_criterion(rosa, offered, session=session, subject_type="draft", strength=strength)
            for strength in ("weak", "strong")
        ]
    assert [each.name for each in guess if each is not None] == ["clear", "draft_useful"]
