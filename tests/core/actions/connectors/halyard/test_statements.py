"""What may be told is complete in every language and gives nothing internal away."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from core.actions.connectors.halyard.formats import LANGUAGES, Money, format_day, format_value
from core.actions.connectors.halyard.statements import _SENTENCES
from tests.core.actions.connectors.halyard.conftest import NOON, Office, invoice

INTERNAL = re.compile(r"limit|policy|fraud|specialist|manager|finance|approv|genehmig|aprob|Kulanz", re.I)


@pytest.mark.parametrize("key", _SENTENCES)
def test_a_sentence_exists_in_every_language_with_the_same_values(key: str) -> None:
    sentences = _SENTENCES[key]
    assert tuple(sentences) == LANGUAGES
    values = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in sentences.values()]
    assert values[0] == values[1] == values[2]
    for text in sentences.values():
        assert text[0].isupper()
        assert text.endswith(".")
        assert not INTERNAL.search(text)


def test_amounts_and_dates_follow_the_language() -> None:
    amount = Money(123456, "EUR")
    assert [format_value(amount, language) for language in LANGUAGES] == [
        "1,234.56 EUR",
        "1.234,56 EUR",
        "1.234,56 EUR",
    ]
    assert [format_day(NOON, language) for language in LANGUAGES] == [
        "22 November 2026",
        "22. November 2026",
        "22 de noviembre de 2026",
    ]


def test_look_ups_say_what_is_true(office: Office) -> None:
    twice = invoice(NOON.replace(day=1), number="HLY-2026-000001", times_paid=2)
    unpaid = invoice(NOON.replace(day=2), number="HLY-2026-000002", times_paid=0)
    unpaid.payments.append(
        {"amount": 2900, "method": "card", "status": "failed", "paid_at": NOON.replace(day=5)}
    )
    office.open_account("ada", twice, unpaid)
    assert office.look("list_invoices").statements["en"] == (
        "Your last invoice is HLY-2026-000002 of 2 November 2026 over 29.00 EUR; it is open.",
        "Invoice HLY-2026-000001 was paid twice; 29.00 EUR is to be returned to you.",
    )
    office.execute("refund_invoice", invoice="HLY-2026-000001")
    assert office.look("list_payments").statements["de"] == (
        "Ihre letzte Zahlung war 29,00 EUR am 1. November 2026 für die Rechnung HLY-2026-000001.",
        "Die Zahlung von 29,00 EUR für die Rechnung HLY-2026-000002 ist am 5. November 2026 fehlgeschlagen.",
        "Eine Erstattung von 29,00 EUR für die Rechnung HLY-2026-000001 "
        "wurde am 22. November 2026 ausgelöst.",
    )
    assert office.look("get_subscription").statements["es"] == (
        "Tiene Sloop con facturación mensual.",
        "Su periodo de facturación actual termina el 12 de diciembre de 2026.",
    )


def test_an_invoice_tells_what_is_left_and_until_when(office: Office) -> None:
    twice = invoice(NOON.replace(day=1), number="HLY-2026-000001", times_paid=2)
    first = invoice(NOON.replace(day=2), number="HLY-2026-000002", first_payment=True)
    office.open_account("ada", twice, first)

    def figures() -> list[tuple[str, ...]]:
        names = ("number", "paid_too_much", "left", "refunded", "refund_period_ends")
        return [
            tuple(each[name] for name in names) for each in office.look("list_invoices").result["invoices"]
        ]

    assert figures() == [
        ("HLY-2026-000002", "0.00", "29.00", "0.00", "2026-11-09"),
        ("HLY-2026-000001", "29.00", "29.00", "0.00", ""),
    ]
    office.execute("refund_invoice", invoice="HLY-2026-000001")
    office.execute("refund_invoice", invoice="HLY-2026-000001", amount=9)
    assert figures()[1] == ("HLY-2026-000001", "0.00", "20.00", "38.00", "")


def test_flags_are_for_the_rep_and_not_for_the_customer(office: Office) -> None:
    office.open_account("ada", customer={"fraud_flag": True})
    outcome = office.look("find_customer", email="")
    assert outcome.result["fraud_flag"] is True
    assert "under review" in outcome.summary
    assert not any(INTERNAL.search(each) or "review" in each for each in outcome.statements["en"])
