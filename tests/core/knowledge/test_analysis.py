"""Words and stems: alike for article and query, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.knowledge.analysis import language_of, query_terms, terms, words


@pytest.mark.parametrize(
    ("language", "written", "asked"),
    [
        ("en", "Refunds are issued", "refund issuing"),
        ("de", "Rechnungen wurden bezahlt", "Rechnung bezahlt"),
        ("de-AT", "Häuser", "Hauser"),
        ("es", "las contraseñas", "contrasena"),
        ("fr", "remboursements", "remboursement"),
        ("ru", "счета", "счет"),
    ],
)
def test_inflected_forms_meet(language: str, written: str, asked: str) -> None:
    assert set(terms(asked, language)) & set(terms(written, language))


def test_scripts_without_blanks_become_pairs() -> None:
    assert words("請求書を") == ["請求", "求書", "書を"]
    assert words("APIキー") == ["api", "キー"]
    assert words("水") == ["水"]


def test_marks_of_indic_scripts_stay_in_their_word() -> None:
    assert words("हिन्दी में") == ["हिन्दी", "में"]


def test_addresses_possessives_and_punctuation() -> None:
    assert words("The customer's e-mail: see https://example.org/a?b=c, don't guess!") == [
        "the", "customer", "e", "mail", "see", "dont", "guess",
    ]  # fmt: skip


def test_languages_of_locales() -> None:
    assert [language_of(locale) for locale in ("pt_BR", "de-AT", "EN", "nb")] == ["pt", "de", "en", "no"]


@given(st.text(max_size=300), st.sampled_from(["en", "de", "ja", "xx", ""]))
def test_terms_are_plain(text: str, language: str) -> None:
    for term in terms(text, language):
        assert term
        assert not set(term) & set(" \"'\\\t\n\x00")


@pytest.mark.parametrize(
    ("language", "query", "left"),
    [
        ("en", "How do I reset my password, please?", ["reset", "password"]),
        ("de", "Wie kann ich mein Passwort zurücksetzen?", ["passwort", "zurucksetz"]),
        ("fr", "Où est ma facture ?", ["factur"]),
        ("xx", "who is who", ["who", "is"]),
    ],
)
def test_queries_leave_function_words_out(language: str, query: str, left: list[str]) -> None:
    assert query_terms(query, language) == left


def test_a_query_of_function_words_only_keeps_them() -> None:
    assert query_terms("The Who", "en") == ["the", "who"]
