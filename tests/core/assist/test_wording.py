"""Content words, numbers, negation and courtesy."""

from __future__ import annotations

from dataclasses import fields

import pytest

from core.assist.grounding.wording import (
    content_words,
    critical_words,
    is_courtesy,
    negated,
    numbers,
    pieces,
)
from core.llm.offline.phrases import SPOKEN, phrases


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$1,000.00 or 1.000,00 €", {"1000"}),
        ("within 14 days", {"14"}),
        ("fourteen days", {"14"}),
        ("22 November 2026", {"22", "11", "2026"}),
        ("2026-11-22", {"22", "11", "2026"}),
        ("5 to 7, 5–7 and 5-7", {"5", "7"}),
        ("version 1.24.3, then 3.50", {"1.24.3", "3.5"}),
        ("1. Open it\n2) Close it", set()),
        ("007", {"7"}),
        ("[PHONE_1] has 3 parts", {"3"}),
    ],
)
def test_numbers(text: str, found: set[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("language", "text", "denies"),
    [
        ("en", "You can't change it", True),
        ("en", "You cannot change it", True),
        ("en", "It is unavailable", True),
        ("en", "You can change it", False),
        ("de", "Das wird nicht erstattet", True),
        ("de", "Es gibt keine Erstattung", True),
        ("de", "Das wird erstattet", False),
        ("fr", "Ce n’est pas possible", True),
        ("es", "No se puede", True),
        ("xx", "It is not so", True),
    ],
)
def test_negation(language: str, text: str, denies: bool) -> None:
    assert negated(text, language) is denies


def test_words_are_compared_by_stem_and_without_accents() -> None:
    assert content_words("The refunds were requested", "en") == content_words("Request a refund", "en")
    assert content_words("Él cancelará", "es") == content_words("el cancelara", "es")
    assert critical_words("Do it before, not after") == {"before", "after"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", " Two!", " Three?"]),
        ("\n\nKind regards,\nHalyard", ["\n\nKind regards,", "\nHalyard"]),
        ("Say “yes.” Then go", ["Say “yes.”", " Then go"]),
        ("Use 3.11 or e.g. this", ["Use 3.11 or e.g. this"]),
        ("\n1. Open Billing.", ["\n1. Open Billing."]),
        ("Do this:\n1. Open it.\n12) Save. Wait.", ["Do this:", "\n1. Open it.", "\n12) Save.", " Wait."]),
        ("\n- Öffnen Sie Billing.\n- Fertig.", ["\n- Öffnen Sie Billing.", "\n- Fertig."]),
        ("  ", []),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello [NAME_1],", "en"),
        ("Thank you for reaching out to Halyard support.", "en"),
        ("I'm sorry for the inconvenience, I understand how frustrating this is.", "en"),
        ("Please let us know if you have any further questions.", "en"),
        ("Kind regards,", "en"),
        ("Here is how to do it:", "en"),
        ("Could you tell me which browser you use?", "en"),
        ("You asked how to cancel the plan.", "en"),
        ("vielen Dank für Ihre Nachricht.", "de"),
        ("Es tut mir leid, dass Sie Unannehmlichkeiten haben.", "de"),
        ("Freundliche Grüße", "de"),
        ("Merci pour votre message.", "fr"),
        ("Gracias por escribirnos.", "es"),
    ],
)
def test_courtesy(text: str, language: str) -> None:
    assert is_courtesy(
        text,
        language=language,
        first=False,
        last=False,
        names=("Halyard",),
        customer_text="How can I cancel my plan?",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, your refund is approved.",
        "We are glad to refund you.",
        "Your refund has been approved, ok?",
        "You asked for help and it costs nothing.",
        "Hidden servers restart daily.",
        "I hope this helps within 3 days.",
        "Did you know backups are included?",
        "Restart the server.",
    ],
)
def test_a_claim_is_never_courtesy(text: str) -> None:
    for first, last in ((False, False), (True, False), (False, True)):
        assert not is_courtesy(
            text, language="en", first=first, last=last, names=("Halyard",), customer_text="I want a refund"
        )


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_the_offline_models_phrases_are_courtesy(language: str) -> None:
    for field in fields(phrases(language)):
        text = getattr(phrases(language), field.name).format(name="[NAME_1]", organisation="Halyard")
        assert is_courtesy(
            text,
            language=language,
            first=field.name.startswith("hello"),
            last=field.name == "team",
            names=("Halyard",),
            customer_text="",
        ), text
