"""Values as people write them, in three languages."""

from __future__ import annotations

import pytest

from core.knowledge.comparing.values import read_values
from core.knowledge.comparing.wording import folded


@pytest.mark.parametrize(
    ("text", "language", "kind", "amount"),
    [
        ("within two weeks", "en", "duration", 14 * 24.0),
        ("after 1,500 requests", "en", "count", 1500.0),
        ("nach 1.500 Anfragen", "de", "count", 1500.0),
        ("3,5 Prozent", "de", "percent", 3.5),
        ("el 3,5 por ciento", "es", "percent", 3.5),
        ("a fee of $1.25 million", "en", "usd", 1_250_000.0),
        ("25 €", "de", "eur", 25.0),
        ("in 5 business days", "en", "workdays", 5.0),
        ("5 días hábiles", "es", "workdays", 5.0),
        ("innerhalb von fünf Werktagen", "de", "workdays", 5.0),
        ("files of 500 MB", "en", "size", 500e6),
        ("until 5 pm", "en", "clock", 17 * 60.0),
        ("bis 17 Uhr", "de", "clock", 17 * 60.0),
        ("twenty-four hours", "en", "duration", 24.0),
    ],
)
def test_one_value(text: str, language: str, kind: str, amount: float) -> None:
    (value,) = read_values(folded(text), language)
    assert (value.kind, value.amount) == (kind, pytest.approx(amount))


@pytest.mark.parametrize("text", ["version 1.2.3", "one of the members", "ein Konto", "una cuenta"])
def test_versions_and_articles_are_no_values(text: str) -> None:
    language = "de" if text.startswith("ein") else "es" if text.startswith("una") else "en"
    assert read_values(folded(text), language) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("31 March 2026", (2026, 3, 31)),
        ("March 31, 2026", (2026, 3, 31)),
        ("31. März 2026", (2026, 3, 31)),
        ("31 de marzo de 2026", (2026, 3, 31)),
        ("2026-03-31", (2026, 3, 31)),
        ("31.3.2026", (2026, 3, 31)),
        ("1 May", (0, 5, 1)),
    ],
)
def test_dates(text: str, parts: tuple[int, int, int]) -> None:
    (value,) = read_values(folded(text), "en")
    assert (value.kind, value.partial) == ("date", parts)
