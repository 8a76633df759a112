"""What stands around a draft on the Assist page: findings, questions, and text that must stay text."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from core.assist import Draft
from core.conversations import CustomerRecord
from core.database import Database
from core.identity import Role
from pages.process import get_process
from tests.core.actions.scripted import Scripted
from tests.core.conversations.make import said
from tests.pages.assisting import (
    confirm,
    labels,
    opened,
    propose,
    raw,
    scripted_system,
    texts,
    waiting_customer,
    write_draft,
)
from tests.pages.conftest import SignedIn

MARKUP = '**bold** <img src=x onerror="alert(1)"> [link](https://evil.example) :red[red]'
RIGHT_TO_LEFT = "مرحبا، متى تصل الفاتورة؟"


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    return scripted_system(monkeypatch)


@pytest.fixture
def conversation(database: Database, system: Scripted) -> int:
    return waiting_customer(database)


def finding(quote: str, *, severity: str = "block", stage: str = "after") -> dict[str, str]:
    return {
        "guardrail": "promise",
        "severity": severity,
        "stage": stage,
        "message": "This promises what no source says.",
        "quote": quote,
    }


def test_a_blocked_draft_names_the_rule_and_its_words(
    signed_in: SignedIn, database: Database, conversation: int
) -> None:
    found = [
        finding("We <b>guarantee</b> it"),
        finding("ignore *everything*", severity="warn", stage="before") | {"guardrail": "injection"},
    ]
    write_draft(database, conversation, decision="answer", text="We guarantee it.", findings=found)
    app = opened(signed_in)
    said = texts(app)
    assert "Blocked: not fit to be sent" in said
    assert "This promises what no source says. “We <b>guarantee</b> it”" in said
    assert "“ignore *everything*”" in said
    assert "Insert" not in labels(app)


def test_many_findings_of_one_kind_take_one_line(
    signed_in: SignedIn, database: Database, conversation: int
) -> None:
    found = [finding(f"promise {number}", severity="warn") for number in range(5)]
    write_draft(database, conversation, decision="answer", text="It may help.", findings=found)
    app = opened(signed_in)
    assert texts(app).count("This promises what no source says.") == 1
    assert "“promise 2” and 2 more" in texts(app)
    assert "Insert" in labels(app)  # a warning does not block


def test_a_waiting_draft_says_what_it_waits_for(
    signed_in: SignedIn, database: Database, conversation: int
) -> None:
    request = propose(database, conversation)
    write_draft(database, conversation, state="waiting", waiting_for=[request.key])
    app = opened(signed_in)
    assert "Waits for a decision" in texts(app)
    assert "as soon as the action below is decided" in texts(app)
    assert "Insert" not in labels(app)


def test_the_question_is_answered_in_place(
    signed_in: SignedIn, database: Database, conversation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_draft(
        database,
        conversation,
        decision="abstain",
        reason="missing_knowledge",
        question="Which *plan* is it?",
        text="Here is what I found.",
    )
    started: list[tuple[int, str]] = []
    monkeypatch.setattr(
        get_process().runner,
        "start",
        lambda conversation_id, *, actor, answer: started.append((conversation_id, answer)),
    )
    app = opened(signed_in)
    assert "To unblock it: Which *plan* is it?" in texts(app)
    app = confirm(app, "Draft with this", "draft_answer_1", "   ")
    assert app.toast[0].value == "Write the answer first."
    assert not started
    assert "Which *plan* is it?" in texts(app)
    confirm(app, "Draft with this", "draft_answer_1", "It is the Sloop plan.")
    assert started == [(conversation, "It is the Sloop plan.")]


def test_an_answer_starts_a_draft_that_keeps_it(
    signed_in: SignedIn, database: Database, conversation: int
) -> None:
    old = write_draft(
        database, conversation, decision="abstain", reason="missing_knowledge", question="Which plan?"
    )
    confirm(opened(signed_in), "Draft with this", "draft_answer_1", "It is the Sloop plan.")
    with database.reading() as session:
        new = session.exec(select(Draft).where(Draft.id != old.id)).one()
    assert new.answer == "It is the Sloop plan."


def test_only_who_may_draft_can_answer(signed_in: SignedIn, database: Database, conversation: int) -> None:
    write_draft(
        database, conversation, decision="abstain", reason="missing_knowledge", question="Which plan?"
    )
    app = opened(signed_in, Role.MANAGER)
    assert "Which plan?" in texts(app)
    assert "Draft with this" not in labels(app)


@pytest.mark.parametrize("words", [MARKUP, RIGHT_TO_LEFT, "long " * 400], ids=["markup", "rtl", "long"])
def test_what_customers_write_stays_text(
    signed_in: SignedIn, database: Database, system: Scripted, words: str
) -> None:
    customer = CustomerRecord("u1", name=words[:200], email="ada@example.com")
    message = said("customer", words, external_id="m1")
    conversation = waiting_customer(database, message, customer=customer, subject=words[:200])
    draft = write_draft(
        database,
        conversation,
        decision="abstain",
        reason="missing_knowledge",
        question=words,
        findings=[finding(words[:240], severity="warn", stage="before")],
        steps=[
            {
                "label": "T1",
                "action": "balance",
                "title": words[:100],
                "status": "failed",
                "arguments": {"invoice": words[:100]},
                "error": words,
            }
        ],
    )
    propose(database, conversation, draft_id=draft.key, call_id="call", invoice=words[:20].strip())
    app = opened(signed_in)
    assert words.strip()[:200].strip() in texts(app)
    for active in (r"\*\*bold", "<img", r"\[link", ":red\\[red"):
        assert not re.search(rf"(?<!\\){active}", raw(app)), "customer text would be formatted"
