"""What each check finds."""

from __future__ import annotations

from typing import Any

import pytest

from core.classifiers import Subject, get_check
from core.classifiers.checks import filled_in
from core.classifiers.checks.readability import reading_ease

PASSAGE = "Refunds are paid within **14 days**.\n\n- To the card\n- To the account – as you wish"


def found(name: str, text: str, parameters: dict[str, Any] | None = None, **subject: Any) -> bool | None:
    made = get_check(name)
    finding = made.run(Subject(text, **subject), filled_in(made, parameters or {}))
    assert finding.why
    return finding.yes


@pytest.mark.parametrize(
    ("citations", "expected"),
    [
        ([], False),
        ([{"quote": "paid within 14 days", "passage": PASSAGE}], True),
        ([{"quote": "REFUNDS are … to the card", "passage": PASSAGE}], True),
        ([{"quote": "to the account - as you wish", "passage": PASSAGE}], True),
        ([{"quote": "to the card … refunds", "passage": PASSAGE}], False),
        ([{"quote": "paid within 30 days", "passage": PASSAGE}], False),
        ([{"quote": "", "passage": PASSAGE}], False),
        ([{"quote": "14 days", "passage": PASSAGE}, {"quote": "a gift", "passage": PASSAGE}], False),
        ([{"quote": "14 days", "passage": PASSAGE}, {"quote": "gone"}], None),
        ([{"quote": "gone"}, {"quote": "a gift", "passage": PASSAGE}], False),
    ],
)
def test_quotes_must_stand_in_the_passages(citations: list[dict[str, str]], expected: bool | None) -> None:
    assert found("citation_valid", "You get it soon.", citations=tuple(citations)) is expected


GERMAN = "Vielen Dank für Ihre Nachricht, wir kümmern uns sofort darum."
ENGLISH = "Where can I see the invoice of last month, please?"


@pytest.mark.parametrize(
    ("text", "question", "locale", "expected"),
    [
        (GERMAN, "Wo finde ich bitte meine letzte Rechnung?", "", True),
        (GERMAN, ENGLISH, "de", False),
        (GERMAN, "", "de-AT", True),
        (GERMAN, "", "", None),
        ("OK", ENGLISH, "en", None),
        ("12345 " * 20, ENGLISH, "en", None),
    ],
)
def test_language(text: str, question: str, locale: str, expected: bool | None) -> None:
    assert found("language_matches", text, question=question, locale=locale) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello. We will refund you the full amount.", True),
        ("I guarantee that it works.", True),
        ("Wir erstatten Ihnen den Betrag.", True),
        ("Ich verspreche es Ihnen.", True),
        ("Le reembolsaremos el importe.", True),
        ("Le garantizo que funciona.", True),
        ("The server will be back within two hours.", True),
        ("Shall we refund you?", False),
        ("We cannot refund you.", False),
        ("Wir erstatten das leider nicht.", False),
        ("I asked my colleague whether we will refund you.", False),
        ("You find your invoices under Billing.", False),
        ("I have refunded the amount.", False),
    ],
)
def test_promises(text: str, expected: bool) -> None:
    assert found("contains_promise", text) is expected


def test_what_is_done_counts_as_a_promise_when_wanted() -> None:
    assert found("contains_promise", "I have refunded the amount.", {"done": True})


def test_reading_ease_is_flesch() -> None:
    # 12 words of one syllable in 2 sentences: 206.835 - 84.6 * 1 - 1.015 * 6
    assert reading_ease("The cat sat on the mat. The dog ran to the cat.", "en") == pytest.approx(116.145)
    # Amstad, 4 words with 2 + 1 + 1 + 2 syllables
    assert reading_ease("Meine Frau mag Kuchen.", "de") == pytest.approx(180 - 58.5 * 6 / 4 - 4)
    # Fernández Huerta, 4 words with 2 + 1 + 4 + 1 syllables
    assert reading_ease("Quiero un reembolso ya.", "es") == pytest.approx(206.84 - 60 * 8 / 4 - 1.02 * 4)
    assert reading_ease("Прочитайте это письмо.", "ru") is None
    assert reading_ease("123 …", "en") is None


def test_reading_level_needs_a_formula_and_enough_words() -> None:
    easy = "We got your note. We will look at it now. You will hear from us soon. " * 3
    assert found("reading_level", easy) is True
    assert found("reading_level", easy, {"least": 100, "fewest_words": 5}) is not None
    assert found("reading_level", "Too short.") is None
    russian = "Мы получили ваше письмо и скоро ответим вам на все вопросы о счёте. " * 3
    assert found("reading_level", russian) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Ana, here you go.", True),
        ("Sehr geehrte Frau Müller,\nvielen Dank.", True),
        ("¡Buenos días! Gracias.", True),
        ("Chère Madame, merci.", True),
        ("Here is your invoice.", False),
        ("Hiring is not our business.", False),
        ("", False),
    ],
)
def test_greetings(text: str, expected: bool) -> None:
    assert found("greeting", text) is expected


def test_a_closing_line_when_wanted() -> None:
    assert found("greeting", "Hi Ana,\nhere you go.\n\nKind regards\nTomasz", {"closing": True})
    assert found("greeting", "Hallo Ana,\nbitte sehr.\n\nViele Grüße\nLucía", {"closing": True})
    assert not found("greeting", "Hi Ana,\nhere you go.", {"closing": True})


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, True),
        ({"least": 4}, False),
        ({"most": 2}, False),
        ({"least": 3, "most": 3}, True),
        ({"unit": "characters", "most": 12}, False),
        ({"unit": "characters", "most": 13}, True),
    ],
)
def test_length(parameters: dict[str, Any], expected: bool) -> None:
    assert found("length", "one two three", parameters) is expected
