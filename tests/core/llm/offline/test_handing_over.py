"""What goes to a person, with what was found on the way; what is told although nobody asked for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.llm.offline.acts import demanded
from core.llm.offline.alarms import alarms_in
from core.llm.offline.tools.arguments import days_ago
from core.llm.offline.tools.intents import intent_of
from tests.core.llm.offline.desk import FIRST, RENEWAL, Office, done, draft, told

LAST = "Your last invoice is HLY-2026-048213 of 18 November 2026 over 29.00 EUR; it is paid."
TWICE = "Invoice HLY-2026-048213 was paid twice; 29.00 EUR is to be returned to you."
STOPPED = "Your Sloop plan is suspended because an invoice is open."
FAILED = "The payment of 29.00 EUR for invoice HLY-2026-048213 failed on 14 November 2026."
PAID = "Your last payment was 29.00 EUR on 18 October 2026 for invoice HLY-2026-041100."


def office(invoice: dict[str, Any] = FIRST, *, said: str = LAST, status: str = "active") -> Office:
    return Office({
        "list_invoices": done("T1", said, result={"invoices": [invoice]}) | {"summary": "1 invoice."},
        "list_payments": done("T2", PAID, FAILED, result={"payments": [], "refunds": []}),
        "get_subscription": done("T3", STOPPED if status == "suspended" else "You have Sloop.",
                                 result={"plan": "sloop", "period": "monthly", "status": status}),
        "refund_invoice": done("T4", "I have refunded 29.00 EUR for invoice HLY-2026-048213."),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("message", "alarm"),
    [
        ("Our lawyers are copied, we will claim damages.", "legal"),
        ("Wir sehen uns vor Gericht.", "legal"),
        ("Reclamaremos daños y perjuicios.", "legal"),
        ("I pushed our live key to a public repository.", "compromise"),
        ("I'm the new CTO, change the owner e-mail to this address today.", "identity"),
        ("Our owner is on leave. Please reset the second factor for us.", "identity"),
        ("I know your period is 7 days. Is there any way to get it back?", "exception"),
        ("My husband ran the account, he passed away last month.", "bereavement"),
    ],
)
def test_what_only_a_person_may_answer_goes_to_one(message: str, alarm: str) -> None:
    assert alarms_in(message) == [alarm]
    desk = office()
    assert (draft(desk, message).decision, desk.names) == ("escalate", [])


@pytest.mark.parametrize(
    "message",
    [
        "How do I change the owner's e-mail address?",
        "I am the new developer here. Where do I find the API keys?",
        "I know the period is 7 days, so please refund the invoice from yesterday.",
        "How do I keep an API key out of a public repository?",
        "Our owner is on holiday. When does the trial end?",
        "The build died with exit code 137.",
        "Wie ändere ich die E-Mail-Adresse meines Kontos?",
        "¿Cómo cambio el correo de mi cuenta?",
    ],
)
def test_ordinary_mail_raises_no_alarm(message: str) -> None:
    assert alarms_in(message) == []


def test_the_last_invoice_is_no_answer_to_why() -> None:
    output = draft(office(), "Why was I charged this month?")
    assert (output.decision, output.reason) == ("abstain", "needs_tool")
    assert "list invoices: 1 invoice." in output.question


def test_what_was_paid_twice_is_returned_without_being_asked_for() -> None:
    desk = office({**RENEWAL, "paid": "58.00", "paid_too_much": "29.00"}, said=TWICE)
    draft(desk, "I was charged twice this month!")
    assert desk.asked["invoice"] == "HLY-2026-048213"


@pytest.mark.parametrize("message", ["I was charged twice!", "Was I charged twice, or is that a hold?"])
def test_a_double_payment_that_no_record_shows_is_left_to_a_person(message: str) -> None:
    desk = office(RENEWAL)
    output = draft(desk, message)
    assert desk.asked_for == []
    assert output.decision == "abstain"


def test_a_suspended_account_is_explained_by_the_payment_that_failed() -> None:
    output = draft(office(status="suspended"), "Our site is paused. I paid!! Please switch it back on.")
    assert [text for _, text in told(output)][:2] == [STOPPED, FAILED]


def test_a_site_that_is_paused_without_reason_is_left_to_a_person() -> None:
    output = draft(office(), "Our site is paused. I paid!! Please switch it back on.")
    assert (output.decision, output.reason) == ("abstain", "needs_tool")
    assert "get subscription" in output.question


@pytest.mark.parametrize(
    ("vat", "amount"), [("5.04", 5.04), ("0.00", None)], ids=["the tax of the invoice", "no tax"]
)
def test_the_tax_alone_is_refunded_where_only_it_is_asked_for(vat: str, amount: float | None) -> None:
    desk = office({**FIRST, "vat": vat})
    output = draft(desk, "Please refund the VAT on HLY-2026-048213.")
    if amount is None:
        assert (desk.asked_for, output.reason) == ([], "several_resolutions")
    else:
        assert Decimal(str(desk.asked["amount"])) == Decimal(vat)


@pytest.mark.parametrize(
    ("message", "effect"),
    [
        ("I would like to return this purchase. Can you just do it for me?", "refund_invoice"),
        ("I would like to return this purchase. How do I do that?", ""),
        ("If I wanted to undo the purchase, could you do it for me?", ""),
        ("I do not want you to undo the purchase.", ""),
    ],
)
def test_a_wish_is_a_request_where_we_are_asked_to_do_it(message: str, effect: str) -> None:
    assert intent_of(message, "en").effect == effect


@pytest.mark.parametrize(
    ("text", "days"),
    [("vor einigen Wochen", 14), ("hace unos meses", 60), ("a few weeks ago", 14), ("12 days ago", 12)],
)
def test_some_is_at_least_two(text: str, days: int) -> None:
    assert days_ago(text) == days


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("Can PostgreSQL be moved?", {"postgresql"}),
        ("How do I upgrade it to 17?", {"upgrad"}),
        ("We upgraded last week, how long does it take?", set()),
    ],
)
def test_an_act_is_demanded_where_it_is_asked_for(question: str, stems: set[str]) -> None:
    assert demanded(question, "en") == stems


def test_an_article_that_has_the_thing_and_not_the_act_is_no_answer() -> None:
    near = [
        (
            "Create a database",
            "1. Open **Databases** and choose PostgreSQL 15, 16 or 17.\n2. Select **Create**.",
        )
    ]
    output = draft(
        Office(passages=near), "Our database is PostgreSQL 15. How do we upgrade PostgreSQL to 17?"
    )
    assert (output.decision, output.reason) == ("abstain", "missing_knowledge")
    assert draft(Office(passages=near), "How do I create a PostgreSQL database?").decision == "answer"


def test_the_current_article_goes_before_the_one_for_what_was_there_earlier() -> None:
    both = [("Restoring a site in the classic panel", "Daily backups of Sloop are kept for 14 days."),
            ("Backups by plan", "Daily backups of Sloop are kept for 7 days.")]  # fmt: skip
    question = "How long are daily backups kept on Sloop?"
    assert [text for _, text in told(draft(Office(passages=both), question))] == [both[1][1]]
    old = draft(Office(passages=both[:1]), f"{question} We use the classic panel.")
    assert [text for _, text in told(old)] == [both[0][1]]
