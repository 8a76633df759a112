"""Where a draft or a sent reply comes from, as Assist shows it."""

from __future__ import annotations

import pytest

from core.assist import Build, Draft, store_build
from core.database import Database
from core.identity import Person, Role, actor_of
from core.knowledge import ArticleRecord, import_articles
from tests.core.actions.scripted import Scripted
from tests.core.evals.making import cite, reply
from tests.pages.assisting import opened, scripted_system, texts, waiting_customer, write_draft
from tests.pages.conftest import SignedIn

SENTENCE = "A refund takes 5 to 10 business days."
People = dict[Role, Person]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    return scripted_system(monkeypatch)


@pytest.fixture
def conversation(database: Database, system: Scripted) -> int:
    record = ArticleRecord("refunds", "Refunds", SENTENCE, locale="en")
    import_articles([record], database=database, source="test")
    return waiting_customer(database)


def drafted(database: Database, conversation: int, *, build_id: str = "") -> Draft:
    draft = write_draft(
        database,
        conversation,
        text=f"Hello Ana,\n{SENTENCE}",
        decision="answer",
        build_id=build_id,
    )
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
    return draft


def test_a_rep_sees_the_passage_and_the_build_behind_a_draft(
    signed_in: SignedIn, database: Database, conversation: int
) -> None:
    with database.transaction() as session:
        build = Build(id="0123456789abcdef", contents={"organisation": "An older name"})
        store_build(build, session=session)
    draft = drafted(database, conversation, build_id="0123456789abcdef")
    app = opened(signed_in)
    app.button(key=f"provenance_draft_{draft.key}").click().run()
    assert not app.exception
    said = texts(app)
    assert SENTENCE in said
    assert "Version 1 · imported · " in said
    assert "Organisation: An older name." in said
    assert "Organisation: Halyard instead of An older name." in said
    assert "Build 0123456" in said


@pytest.mark.parametrize(
    ("build_id", "said"), [("feedfeedfeedfeed", "not known here"), ("", "Nobody noted a build")]
)
def test_a_build_from_elsewhere_and_a_draft_without_one_are_said_in_words(
    signed_in: SignedIn, database: Database, conversation: int, build_id: str, said: str
) -> None:
    draft = drafted(database, conversation, build_id=build_id)
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key=f"provenance_draft_{draft.key}").click().run()
    assert not app.exception
    assert said in texts(app)


def test_a_discarded_draft_can_still_be_asked(
    signed_in: SignedIn, database: Database, conversation: int
) -> None:
    draft = drafted(database, conversation, build_id="feedfeedfeedfeed")
    with database.transaction() as session:
        session.get_one(Draft, draft.key).outcome = "discarded"
    app = opened(signed_in)
    app.button(key=f"provenance_draft_{draft.key}").click().run()
    assert not app.exception
    assert SENTENCE in texts(app)


def test_a_sent_reply_says_which_sentences_a_person_wrote(
    signed_in: SignedIn, database: Database, people: People, conversation: int
) -> None:
    rep = actor_of(people[Role.REP])
    draft = drafted(database, conversation)
    sent = reply(database, rep, conversation, f"{SENTENCE}\nWe waive the fee.", draft=draft)
    by_hand = reply(database, rep, conversation, "You are welcome.")
    app = signed_in(Role.REP, "rep/assist.py")
    app.query_params["conversation"] = str(conversation)
    app.run()
    app.button(key=f"provenance_message_{sent.message.key}").click().run()
    assert not app.exception
    said = texts(app)
    assert "Version 1 · imported · " in said
    assert "Written or changed by The rep." in said
    app.button(key=f"provenance_message_{by_hand.message.key}").click().run()
    assert not app.exception
    assert "The rep wrote this without a draft." in texts(app)
