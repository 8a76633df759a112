"""What conditions hold for."""

from __future__ import annotations

import pytest

from core.classifiers.rules import count_words
from core.classifiers.rules.folding import folded
from tests.core.classifiers.rules.making import holds

DECOMPOSED = "Ku\N{COMBINING DIAERESIS}ndigung"


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ('text contains "REFUND"', "I want refunds"),
        ('text contains "money back"', "my money\n  BACK please"),
        ('text contains "kündigung"', f"Meine {DECOMPOSED}!"),
        ('text contains "straße"', "Hauptstrasse 5"),
        ('text contains "don\'t"', "I don’t know"),
        ('text contains "退款"', "我想退款"),
        ('text contains "a" and "b"', "b a"),
        ('text contains word "art"', "State of the Art."),
        ('text contains word "über"', "darüber hinaus, über uns"),
        ('text contains word "退款"', "我想退款谢谢"),
        ('text contains word "возврат"', "Нужен ВОЗВРАТ."),
        ('text starts with "cancel"', "  “Cancel my plan"),
        ('text ends with "thanks"', "That is all, thanks!!"),
        ('text is "yes" or "ok"', "OK."),
        ('not text is "ok"', "ok then"),
        (r"text matches /order \d{3}\b/", "About Order 123"),
        ("text matches /ÜBER/", "u\N{COMBINING DIAERESIS}ber"),
        ("words is 3", "I don't know"),
        ("words at least 2", "退款谢谢"),
        ("words < 1", " … "),
        ("characters is 3", "u\N{COMBINING DIAERESIS}ab"),
    ],
)
def test_it_holds(condition: str, text: str) -> None:
    assert holds(condition, text)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ('text contains "café"', "the cafe"),  # accents count
        ('text contains "a" and "b"', "only a"),
        ('text contains word "art"', "the party started"),
        ('text contains word "uber"', "darüber"),
        ('text does not contain "refund"', "REFUND"),
        ('text starts with "cancel"', "please cancel"),
        ('text is "ok"', "ok then"),
        ('text is not "ok"', "ok"),
        ("text matches /^b/", "a\nb"),
        ("words more than 3", "one two three"),
    ],
)
def test_it_does_not_hold(condition: str, text: str) -> None:
    assert not holds(condition, text)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("customer plan is pro", True),
        ('customer Plan is "PRO" or team', True),
        ("customer plan is not pro", False),
        ("customer seats more than 10", True),
        ("customer seats is 12", True),
        ("customer seats at most 11.5", False),
        ('customer tags is "vip"', True),
        ('customer tags contains "beta"', True),
        ("customer trial is no", True),
        ("customer owner is known", False),
        ("customer owner is not known", True),
        ('customer "billing country" is DE', True),
        ("customer plan at least 3", False),
    ],
)
def test_what_is_known_of_a_customer(condition: str, expected: bool) -> None:
    facts = {
        "plan": "Pro", "seats": 12.0, "tags": ["VIP", "beta tester"], "trial": False, "owner": None,
        "billing country": "de",
    }  # fmt: skip
    assert holds(condition, "", facts=facts) is expected


def test_channel_and_question() -> None:
    assert holds("channel is chat or EMAIL", channel="email")
    assert not holds("channel is not email", channel="email")
    assert holds('question contains "refund"', "Sure!", question="A refund?")
    assert not holds('question contains "refund"', "refund")


def test_language_is_the_conversations_and_else_that_of_the_text() -> None:
    german = "Ich möchte bitte meinen Vertrag zum Ende des Monats kündigen."
    assert holds("language is de", german)
    assert holds("language is de", german, locale="de_AT")
    assert holds("language is en", german, locale="en")
    assert holds("language is pt-br", "x", locale="pt_BR")
    assert not holds("language is pt-br", "x", locale="pt-PT")
    assert not holds("language is de or en", "12345")


def test_folding_comes_to_rest() -> None:
    for text in ("ΐ", "ẞ", "İ", DECOMPOSED, "a\u00a0 b\t", "ſt"):
        assert folded(folded(text)) == folded(text)


def test_words_are_counted_in_any_script() -> None:
    assert count_words("it's well-known, über 3 µm") == 5
    assert count_words("привет мир") == 2
    assert count_words("我想退款 OK") == 3
