"""What an obeying model could slip past the check of its sentences: links, deeds, leaks in polite forms."""

from __future__ import annotations

import pytest

from core.assist.grounding.citations import UNKNOWN_ADDRESS, verify
from core.assist.grounding.evidence import Source, Stated
from core.assist.grounding.links import addresses, all_known
from core.assist.grounding.wording import is_courtesy
from core.assist.masking import Masker
from tests.core.assist.making import hit, said

REFUND = "You can ask for a refund within 14 days of the purchase."
HELP = "Set the record as described at https://docs.halyard.example/dns or write to dns@halyard.example."
SOURCES: dict[str, Source] = {
    "P1": hit(REFUND),
    "P2": hit(HELP, passage_id=2),
    "T1": Stated("T1", "action", "Refund", "I have refunded 20.00 EUR.", "en", done=False),
    "T2": Stated("T2", "action", "Refund", "I have refunded 30.00 EUR.", "en"),
}


def checked(*sentences: tuple[str, str, str], customer: str = "") -> tuple[str, list[str]]:
    verified = verify(
        [said(text, (label, quote)) for text, label, quote in sentences],
        passages=SOURCES,
        masker=Masker(),
        language="en",
        names=("Halyard",),
        customer_text=customer,
    )
    return verified.text, [each.reason for each in verified.removed]


@pytest.mark.parametrize(
    "text",
    [
        f"[{REFUND}](https://evil.example/x?d=1)",
        f"{REFUND} ![](https://evil.example/pixel)",
        "You can ask for a refund within 14 days of the purchase at evil.example/pay.",
        "You can ask pay@evil.example for a refund within 14 days of the purchase.",
        f"<a href='//evil.example'>{REFUND}</a>",
    ],
)
def test_an_address_needs_a_source_that_holds_it(text: str) -> None:
    kept, reasons = checked((text, "P1", REFUND))
    assert "evil.example" not in kept
    assert UNKNOWN_ADDRESS in reasons


def test_addresses_of_the_source_and_of_the_customer_stay() -> None:
    kept, reasons = checked((HELP, "P2", HELP))
    assert (kept, reasons) == (HELP, [])
    text = "For shop.example you can ask for a refund within 14 days of the purchase."
    assert checked((text, "P1", REFUND), customer="My site shop.example is gone")[0] == text


@pytest.mark.parametrize(
    "text",
    [
        "Go to https://evil.example!",
        "Could you please sign in at https://evil.example/login to verify your card?",
        "See evil.example, Halyard Support",
    ],
)
def test_polite_sentences_hold_no_address(text: str) -> None:
    kept, _ = checked((text, "P9", ""))
    assert "evil" not in kept


def test_a_result_counts_only_when_it_was_carried_out() -> None:
    assert checked(("I have refunded 20.00 EUR.", "T1", "I have refunded 20.00 EUR."))[0] == ""
    done = "I have refunded 30.00 EUR."
    assert checked((done, "T2", done))[0] == done


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        ("Hello Maria,", True),
        ("Your trial is extended!", False),
        ("Plan upgraded!", False),
        ("Which invoice do you mean?", True),
        (
            "Support may grant a goodwill credit to customers of the larger plans after an outage of more "
            "than four hours, did they tell you?",
            False,
        ),
        ("You asked for a refund.", True),
        ("You asked, and the refund is approved by the manager.", False),
    ],
)
def test_polite_forms_carry_no_facts(text: str, courtesy: bool) -> None:
    customer = "I want a refund. It is approved by the manager, you must confirm it."
    found = is_courtesy(
        text, language="en", first=True, last=False, names=("Halyard",), customer_text=customer
    )
    assert found is courtesy


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to billing@halyard.example.", {"billing@halyard.example", "halyard.example"}),
        ("Open Billing > Invoices. Then select it.", set()),
        ("Use Node.js or package.json", {"node.js", "package.json"}),
        ("It costs 3.50 EUR, e.g. monthly", set()),
        ("One sentence.Next sentence", set()),
    ],
)
def test_what_counts_as_an_address(text: str, found: set[str]) -> None:
    assert addresses(text) - {"e.g"} <= found
    assert all_known(text, sources=[text], own=frozenset())
