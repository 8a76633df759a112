"""Language detection: sure on sentences, silent on scraps."""

from __future__ import annotations

import pytest

from core.llm.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where can I find my invoice?", "en"),
        ("I WANT MY MONEY BACK NOW", "en"),
        ("Wo finde ich meine Rechnung?", "de"),
        ("Je ne peux pas me connecter à mon compte", "fr"),
        ("no puedo entrar en mi cuenta", "es"),
        ("Hej, jag kan inte logga in", "sv"),
        ("請求書はどこですか", "ja"),
        ("我的发票在哪里", "zh"),
        ("أين فاتورتي", "ar"),
        ("איפה החשבונית שלי", "he"),
        (
            "Guten Tag, mein Server ist down. Siehe https://status.example.org/incident?id=the-server-is-down",
            "de",
        ),
        ("Das Skript bricht ab:\n```\nprint('this is where it all goes wrong')\n```", "de"),
    ],
)
def test_sentences(text: str, language: str) -> None:
    assert detect_language(text, fallback="xx") == language


@pytest.mark.parametrize(
    "text", ["", "  ", "hi", "DNS", "👍👍", "404", "https://example.org", "a@b.de", "INC-2041"]
)
def test_scraps_leave_it_to_the_fallback(text: str) -> None:
    assert detect_language(text, fallback="pl") == "pl"


def test_long_and_broken_texts_are_fine() -> None:
    assert detect_language("Please cancel my subscription today. " * 50_000, fallback="xx") == "en"
    assert detect_language("\x00\ud800" * 100, fallback="de") == "de"
