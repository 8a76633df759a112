"""What suggestions are called, and which sentences are knowledge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database import now
from core.insights.suggestions.evidence import ABSTENTION, Evidence
from core.insights.suggestions.titles import LONGEST_TITLE, title_of
from core.insights.suggestions.written import new_sentences


def _evidence(
    question: str, text: str = "A domain can be moved after 60 days.", locale: str = "en"
) -> Evidence:
    return Evidence(
        key="reply:1", kind=ABSTENTION, text=text, question=question, locale=locale, created_at=now()
    )


@pytest.mark.parametrize(
    ("question", "locale", "title"),
    [
        ("Hi there, can I move my domain to you?", "en", "Can I move my domain to you?"),
        (
            "Guten Tag, ich bin neu hier. Kann ich meine Domain zu Ihnen umziehen?",
            "de",
            "Kann ich meine Domain zu Ihnen umziehen?",
        ),
        ("Hola, ¿puedo mover mi dominio a su servicio?", "es", "¿Puedo mover mi dominio a su servicio?"),
        ("the invoice is wrong since last month.", "en", "The invoice is wrong since last month"),
        # another language than the answer's would not tell a specialist what it is about
        (
            "Buongiorno, il certificato SSL non funziona, cosa devo fare?",
            "en",
            "A domain can be moved after 60 days",
        ),
        ("Thanks!", "en", "A domain can be moved after 60 days"),
    ],
)
def test_a_title_is_what_was_asked(question: str, locale: str, title: str) -> None:
    assert title_of(_evidence(question, locale=locale)) == title


@pytest.mark.parametrize(
    ("question", "text", "title"),
    [
        (
            "¿Cómo puede ser? Me han cobrado la transferencia extra.",
            "La transferencia extra cuesta 0,08 por GB.",
            "Me han cobrado la transferencia extra",
        ),
        (
            "Bitte dringend um Hilfe. Seit gestern sehen alle Kunden nur Fehler 502.",
            "Ein 502 bedeutet, dass Ihre App nicht antwortet.",
            "Seit gestern sehen alle Kunden nur Fehler 502",
        ),
        (
            "Wir arbeiten für eine Kommune. Bieten Sie XRechnung an?",
            "Das Format wählen Sie unter Billing.",
            "Bieten Sie XRechnung an?",
        ),
    ],
)
def test_a_title_names_something(question: str, text: str, title: str) -> None:
    assert title_of(_evidence(question, text, locale="es" if "¿" in question else "de")) == title


@given(st.text(max_size=400), st.text(min_size=1, max_size=400))
def test_a_title_is_one_short_line(question: str, text: str) -> None:
    title = title_of(_evidence(question, text))
    assert len(title) <= LONGEST_TITLE
    assert title == " ".join(title.split())


def test_what_holds_for_one_customer_is_no_knowledge() -> None:
    reply = (
        "Ich sehe zwei Zahlungen zu HLY-2026-043924 und habe die zweite erstattet.\n"
        "I know that is not the answer you hoped for.\n"
        "Annual plans are refunded in full within 30 days."
    )
    assert new_sentences(reply) == ["Annual plans are refunded in full within 30 days."]
