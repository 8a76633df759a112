"""The Assist page, without a browser: what each role is shown in each state of a draft."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.assist import Citation, Draft
from core.conversations import (
    Attachment,
    AttachmentRecord,
    Composer,
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    add_customer_message,
    find_conversation,
    import_conversations,
    read_attachment,
)
from core.database import Database, now
from core.identity import SYSTEM, Role
from core.knowledge import ArticleRecord, import_articles, search
from pages.process import get_process
from pages.rep.evidence_pane import has_table, plain_text
from tests.pages.conftest import SignedIn

PAGE = "rep/assist.py"


@pytest.fixture
def conversation(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """An open conversation; drafts are put into the database by the tests, not by a runner."""
    at = now() - timedelta(hours=5)
    record = ConversationRecord(
        external_id="1",
        channel="email",
        customer=CustomerRecord(
            external_id="c", name="Kim *Lee*", email="kim@studio.example", facts={"plan": "Sloop"}
        ),
        messages=[MessageRecord(author="customer", text="Can I get a refund?", created_at=at)],
        created_at=at,
        subject="Refund",
        escalation_reason="asked twice",
        priority=1,
    )
    import_conversations([record], database=database, source="test")
    import_articles(
        [ArticleRecord(external_id="refunds", title="Refunds", body="You get a refund within 30 days.")],
        database=database,
        source="test",
    )
    monkeypatch.setattr(get_process().runner, "ensure_draft", lambda *_args, **_options: None)
    with database.reading() as session:
        return find_conversation(SYSTEM, "test", "1", session=session).key


def write_draft(database: Database, conversation_id: int, **values: object) -> int:
    with database.transaction() as session:
        hit = search("refund", session=session, embedder=None)[0]
        basis = find_conversation(SYSTEM, "test", "1", session=session).last_customer_message_id
        draft = Draft(
            **{
                "conversation_id": conversation_id,
                "basis_message_id": basis,
                "state": "ready",
                "locale": "en",
            }
            | values
        )
        draft.retrieved = [{"passage_id": hit.passage_id, "score": 0.9, "query": "refund"}]
        session.add(draft)
        session.flush()
        if draft.decision == "answer":
            session.add(
                Citation(
                    draft_id=draft.key,
                    position=0,
                    start=0,
                    end=len(draft.text),
                    passage_id=hit.passage_id,
                    article_version_id=hit.article_version_id,
                    quote="You get a refund within 30 days.",
                    support=1.0,
                )
            )
        return draft.key


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join(str(element.value) for element in elements)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_an_answer_with_its_evidence(
    signed_in: SignedIn, database: Database, conversation: int, role: Role
) -> None:
    write_draft(
        database, conversation, decision="answer", text="You get a refund within 30 days.", confidence=0.8
    )
    app = signed_in(role, PAGE)
    assert not app.exception
    shown = texts(app)
    assert "evidence strong" in shown
    assert "[1] Refunds" in shown.replace("\\", "")
    assert "asked twice" in shown
    assert ("Insert" in labels(app)) is (role is not Role.MANAGER)
    assert ("Replying is for reps and specialists." in shown) is (role is Role.MANAGER)


def test_admins_see_no_conversation(signed_in: SignedIn, conversation: int) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    assert "This page is not part of your role" in [heading.value for heading in app.subheader]
    assert "Kim" not in texts(app)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"decision": "abstain", "reason": "missing_knowledge", "question": "Which plan?"}, "Which plan?"),
        ({"decision": "escalate", "reason": "policy", "question": "Who?"}, "a person has to answer"),
        ({"state": "failed", "error": "The server does not answer."}, "You can still reply yourself."),
        ({"state": "interrupted", "text": "Half a"}, "Interrupted before it was finished"),
        ({"state": "cancelled"}, "Stopped"),
        ({"decision": "answer", "outcome": "discarded", "outcome_reason": "Wrong tone"}, "Wrong tone"),
    ],
    ids=["abstain", "escalate", "failed", "interrupted", "cancelled", "discarded"],
)
def test_states_without_an_answer(
    signed_in: SignedIn, database: Database, conversation: int, values: dict[str, str], words: str
) -> None:
    write_draft(database, conversation, **values)
    app = signed_in(Role.REP, PAGE)
    assert not app.exception
    assert words in texts(app).replace("\\", "")
    assert "Insert" not in labels(app)


def test_a_stale_draft_says_so(signed_in: SignedIn, database: Database, conversation: int) -> None:
    write_draft(database, conversation, decision="answer", text="Old", basis_message_id=None)
    app = signed_in(Role.REP, PAGE)
    assert "Out of date" in texts(app)


def test_inserting_keeps_what_was_typed(signed_in: SignedIn, database: Database, conversation: int) -> None:
    text = "You get a refund within 30 days."
    draft = write_draft(database, conversation, decision="answer", text=text)
    app = signed_in(Role.REP, PAGE)
    with database.transaction() as session:
        session.exec(select(Composer)).one().text = "Dear Kim,"
    app.button("draft_insert").click().run()
    with database.reading() as session:
        stored = session.exec(select(Composer)).one()
    assert stored.text == "Dear Kim,\n\nYou get a refund within 30 days."
    assert stored.draft_id == draft


def test_a_conversation_that_does_not_exist(signed_in: SignedIn, conversation: int) -> None:
    app = signed_in(Role.REP)
    app.query_params["conversation"] = "999999"
    app.run()
    assert not app.exception
    assert "There is no conversation 999999." in texts(app)


def test_an_empty_queue_says_what_to_do(signed_in: SignedIn) -> None:
    app = signed_in(Role.REP, PAGE)
    assert not app.exception
    assert "Nothing here to work on." in texts(app)


def test_the_header_says_how_long_the_customer_waits(signed_in: SignedIn, conversation: int) -> None:
    app = signed_in(Role.REP, PAGE)
    assert not app.exception
    assert "waiting 5 h" in texts(app)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("Open **Billing** > `Invoices`.", "Open Billing > Invoices."),
        ("See [the rules](https://halyard.example/x).", "See the rules."),
        ("| Plan | Kept |\n| --- | :-: |\n| Sloop | 7 days |", "Plan · Kept\nSloop · 7 days"),
        ("2 ** 3 and a_b_c; cat x | wc", "2 ** 3 and a_b_c; cat x | wc"),
    ],
)
def test_passages_are_shown_without_marks(markdown: str, plain: str) -> None:
    assert plain_text(markdown, table=has_table(markdown)) == plain


def test_attachments_can_be_downloaded(
    signed_in: SignedIn, database: Database, conversation: int, home: Path
) -> None:
    with database.transaction() as session:
        add_customer_message(
            conversation,
            session=session,
            text="see the screenshot",
            attachments=[AttachmentRecord(name="error.png", media_type="image/png", content=b"png", size=3)],
            home=home,
        )
    app = signed_in(Role.REP, PAGE)
    assert not app.exception
    assert any("error.png" in element.label for element in app.get("download_button"))
    with database.reading() as session:
        attachment = session.exec(select(Attachment)).one()
        assert read_attachment(SYSTEM, attachment.key, session=session, home=home) == b"png"
