"""Personal data that masking misses never reaches a model, nor does the finding repeat it."""

from __future__ import annotations

from core.assist import mask
from core.assist.guardrails import CustomerTexts, check_customer, check_source


def test_what_masking_misses_is_hidden_and_hinted_at() -> None:
    cleaned = check_source(
        "Card 4242.4242.4242.4242 and PIN: my PIN is 4711.", origin="customer", name="message"
    )
    assert cleaned.text == "Card [hidden] and PIN: my PIN is [hidden]."
    assert [found.guardrail for found in cleaned.findings] == ["personal_data", "personal_data"]
    assert all("4242.4242" not in found.quote and "4711" not in found.quote for found in cleaned.findings)


def test_placeholders_of_masking_stay() -> None:
    masked = mask("My password is Winter2026! and my card 4242 4242 4242 4242.").text
    assert check_source(masked, origin="customer", name="message").text == masked


def test_what_masking_hides_is_no_finding() -> None:
    assert check_customer(CustomerTexts("Card 4242 4242 4242 4242, DE89 3704 0044 0532 0130 00")) == []
