"""What is judged, as it is read from the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlmodel import Session, select

from core.assist import read_drafts
from core.assist.tables import Draft
from core.classifiers import (
    MOST_CHARACTERS,
    Subject,
    read_subjects,
    recent_subjects,
    subject_reader,
    subjects,
)
from core.conversations import Conversation, CustomerRecord, Message, Reply
from core.database import Database, now
from core.errors import InvalidInput
from tests.core.conversations.make import add_actor, load, record, said


@pytest.fixture
def conversation(database: Database) -> int:
    ada = CustomerRecord("u1", name="Ada", locale="de", facts={"plan": "pro"})
    load(
        database,
        [
            record(
                "c1",
                said("customer", "Where is my invoice?", external_id="m1"),
                said("rep", "It is on its way.", external_id="m2", minute=1),
                said("customer", "And the one for May?", external_id="m3", minute=2),
                said("rep", "That one too.", external_id="m4", minute=3),
                customer=ada,
                channel="email",
            ),
            record("c2", said("rep", "Hello?", external_id="m6"), customer=ada),
            record("c3", said("customer", "x" * 9_000, external_id="m7"), customer=ada, locale="en"),
        ],
    )
    with database.reading() as session:
        return session.exec(select(Conversation).where(Conversation.external_id == "c1")).one().key


def messages(session: Session) -> dict[str, int]:
    return {each.external_id: each.key for each in session.exec(select(Message))}


def test_a_conversation_is_what_its_customer_says(database: Database, conversation: int) -> None:
    with database.reading() as session:
        ids = {each.external_id: each.key for each in session.exec(select(Conversation))}
        found = read_subjects("conversation", [ids["c3"], ids["c2"], conversation, 999], session=session)
    assert list(found) == [ids["c3"], conversation]  # as asked for, without those that say nothing
    read = found[conversation]
    assert read.text == "Where is my invoice?\nAnd the one for May?"
    assert (read.channel, read.locale, read.facts) == ("email", "de", {"plan": "pro"})
    assert (found[ids["c3"]].locale, len(found[ids["c3"]].text)) == ("en", MOST_CHARACTERS)


def test_a_message_is_one_of_the_customer(database: Database, conversation: int) -> None:
    with database.transaction() as session:
        ids = messages(session)
        session.get_one(Message, ids["m3"]).recalled_at = now()
    with database.reading() as session:
        found = read_subjects("message", ids.values(), session=session)
        assert set(found) == {ids["m1"], ids["m7"]}  # ours and those taken back are left out
        assert recent_subjects("message", session=session, limit=2) == [ids["m7"], ids["m1"]]
        here = recent_subjects("message", session=session, limit=9, conversation_ids=[conversation])
    assert here == [ids["m1"]]
    first = found[ids["m1"]]
    assert (first.text, first.conversation_id) == ("Where is my invoice?", conversation)
    assert first.occurred_at is not None
    assert first.occurred_at.tzinfo is not None


def test_a_reply_knows_what_it_answers(database: Database, conversation: int) -> None:
    rep = add_actor(database, "maeve")
    assert rep.person_id is not None
    with database.transaction() as session:
        ids = messages(session)
        for name in ("m2", "m4"):
            session.add(
                Reply(
                    message_id=ids[name],
                    conversation_id=conversation,
                    person_id=rep.person_id,
                    token=name,
                    final_text=f"reply {name}",
                    citations=[{"passage_id": 3, "quote": "on its way"}],
                )
            )
    with database.reading() as session:
        replies = recent_subjects("reply", session=session, limit=5)
        later, earlier = read_subjects("reply", replies, session=session).values()
    assert (earlier.text, earlier.question) == ("reply m2", "Where is my invoice?")
    assert (later.text, later.question) == ("reply m4", "And the one for May?")
    assert later.citations == ({"passage_id": 3, "quote": "on its way"},)


def test_drafts_are_read_by_assist(database: Database, conversation: int) -> None:
    with database.transaction() as session:
        ids = messages(session)
        ready = Draft(conversation_id=conversation, basis_message_id=ids["m3"], state="ready", text="Soon.")
        session.add_all([ready, Draft(conversation_id=conversation, state="failed", text="So")])
    with database.reading() as session:
        assert recent_subjects("draft", session=session, limit=5) == [ready.key]
        found = read_subjects("draft", [ready.key, ready.key + 1], session=session)
        assert found == read_drafts([ready.key], session=session)
    assert (found[ready.key].question, found[ready.key].facts) == ("And the one for May?", {"plan": "pro"})


@pytest.fixture
def other_type() -> Iterator[list[int]]:
    asked: list[int] = []

    @subject_reader("theme")
    def read_themes(ids: Sequence[int], *, session: Session) -> dict[int, Subject]:
        asked.append(len(ids))
        return {key: Subject(f"theme {key}", "theme", key) for key in ids}

    yield asked
    del subjects._READERS["theme"]


def test_other_types_register_and_are_read_in_chunks(database: Database, other_type: list[int]) -> None:
    with database.reading() as session:
        found = read_subjects("theme", [7, *range(1, 1_101), 7], session=session)
        assert (len(found), other_type) == (1_100, [500, 500, 100])
        with pytest.raises(InvalidInput, match="No classifier judges a 'song'"):
            read_subjects("song", [1], session=session)
