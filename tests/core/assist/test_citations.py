"""Only what was retrieved, found and supporting counts; the rest is taken out, and said so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assist.grounding.citations import (
    NOT_SUPPORTED,
    ONLY_INTERNAL,
    UNKNOWN_PLACEHOLDER,
    Verified,
    verify,
)
from core.assist.masking import Known, Masker
from core.knowledge import Hit
from core.llm import DraftSentence
from tests.core.assist.making import hit, said

REFUND = (
    "You can ask for a refund within 14 days of the purchase. Refunds go back to the card you paid with and "
    "take 5 to 7 business days. Domains are not refunded. Do not share the invoice; keep it safe."
)
PASSAGES = {
    "P1": hit(REFUND),
    "P2": hit(
        "Support may grant a goodwill credit of 20 EUR after an outage.", passage_id=2, audience="internal"
    ),
    "P3": hit("Rückerstattungen sind innerhalb von 14 Tagen möglich.", passage_id=3, locale="de"),
}
FIRST = "You can ask for a refund within 14 days of the purchase."


def check(
    *sentences: DraftSentence, language: str = "en", masker: Masker | None = None, **options: Any
) -> Verified:
    passages: dict[str, Hit] = options.pop("passages", PASSAGES)
    return verify(
        sentences,
        passages=passages,
        masker=masker or Masker(),
        language=language,
        names=("Halyard",),
        **options,
    )


def test_a_supported_reply_stays_as_it_is() -> None:
    verified = check(said("Hello,"), said(f"\n\n{FIRST}", ("P1", FIRST)), said("\n\nKind regards,\nHalyard"))
    assert verified.text == f"Hello,\n\n{FIRST}\n\nKind regards,\nHalyard"
    (citation,) = verified.citations
    assert verified.text[citation.start : citation.end] == FIRST
    assert (citation.quote, citation.support) == (FIRST, 1.0)
    assert (verified.factual, verified.supported, verified.removed) == (1, 1, ())


@pytest.mark.parametrize(
    "sentence",
    [
        said("You may request a refund up to 14 days from the purchase.", ("P1", FIRST)),
        said("Within fourteen days of the purchase you can ask for a refund.", ("P1", FIRST)),
        said("Domains are not refunded.", ("P1", "Domains are not refunded.")),
        said("We do not refund domains.", ("P1", "Domains are not refunded.")),
        said("Keep the invoice safe.", ("P1", "Do not share the invoice; keep it safe.")),
        said("Refunds take 5 to 7 business days.", ("P1", "take 5 to 7 business days")),
        said(
            "Refunds go back to the card you paid with.",
            (" [P1] ", "Refunds go back to the card you paid with"),
        ),
    ],
)
def test_supported(sentence: DraftSentence) -> None:
    verified = check(sentence)
    assert verified.removed == ()
    assert len(verified.citations) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        said("You can ask for a refund within 30 days of the purchase.", ("P1", FIRST)),
        said("You cannot ask for a refund within 14 days of the purchase.", ("P1", FIRST)),
        said("Domains are refunded.", ("P1", "Domains are not refunded.")),
        said("You can ask for a refund before 14 days of the purchase.", ("P1", FIRST)),
        said("You can always ask for a refund within 14 days of the purchase.", ("P1", FIRST)),
        said(FIRST, ("P9", FIRST)),
        said(FIRST, ("P1", "Refunds are paid in gold at the harbour office of the company")),
        said(FIRST, ("P1", "the")),
        said(FIRST, ("P1", "")),
        said(FIRST),
        said("Your server will be moved to a faster machine tonight.", ("P1", FIRST)),
        said("We have refunded the purchase on 2026-11-20.", ("P1", FIRST)),
    ],
)
def test_not_supported(sentence: DraftSentence) -> None:
    verified = check(sentence)
    assert verified.text == ""
    assert verified.citations == ()
    assert [each.reason for each in verified.removed] == [NOT_SUPPORTED]
    assert (verified.factual, verified.supported) == (1, 0)


def test_a_fuzzy_quote_is_stored_in_the_passages_own_words() -> None:
    verified = check(said(FIRST, ("P1", "You can ask for a refund within 14 days of purchase")))
    (citation,) = verified.citations
    assert citation.quote in REFUND
    assert "of the purchase" in citation.quote


def test_a_wrong_citation_is_dropped_and_the_right_one_kept() -> None:
    verified = check(said(FIRST, ("P1", "Domains are not refunded."), ("P9", "x"), ("P1", FIRST)))
    assert [citation.quote for citation in verified.citations] == [FIRST]


def test_two_quotes_may_carry_a_sentence_together() -> None:
    verified = check(
        said(
            "Ask for a refund within 14 days of the purchase, and it takes 5 to 7 business days.",
            ("P1", FIRST),
            ("P1", "take 5 to 7 business days"),
        )
    )
    assert len(verified.citations) == 2


def test_each_sentence_of_a_paragraph_is_checked() -> None:
    verified = check(said(f"{FIRST} We also add a free month.", ("P1", FIRST)))
    assert verified.text == FIRST
    assert [each.text for each in verified.removed] == ["We also add a free month."]


def test_internal_knowledge_never_leaves() -> None:
    quote = "Support may grant a goodwill credit of 20 EUR after an outage."
    verified = check(
        said(FIRST, ("P1", FIRST)), said("We may grant a goodwill credit of 20 EUR.", ("P2", quote))
    )
    assert verified.text == FIRST
    assert [(each.text, each.reason) for each in verified.removed] == [
        ("We may grant a goodwill credit of 20 EUR.", ONLY_INTERNAL)
    ]


def test_an_internal_passage_may_stand_beside_a_public_one() -> None:
    passages = {**PASSAGES, "P4": hit(REFUND, passage_id=4, audience="internal")}
    verified = check(said(FIRST, ("P1", FIRST), ("P4", FIRST)), passages=passages)
    assert {citation.source.audience for citation in verified.citations} == {"public", "internal"}


def test_an_internal_number_does_not_slip_in_beside_a_public_source() -> None:
    verified = check(
        said(
            "You can ask for a refund within 14 days of the purchase and get 20 EUR.",
            ("P1", FIRST),
            ("P2", "goodwill credit of 20 EUR"),
        )
    )
    assert verified.text == ""


def test_another_language_is_checked_by_quote_numbers_and_negation() -> None:
    quote = "Rückerstattungen sind innerhalb von 14 Tagen möglich."
    fine = check(
        said("Puede pedir la devolución del dinero en un plazo de 14 días.", ("P3", quote)), language="es"
    )
    assert [citation.support for citation in fine.citations] == [0.5]
    number = check(
        said("Puede pedir la devolución del dinero en un plazo de 30 días.", ("P3", quote)), language="es"
    )
    assert number.citations == ()
    denial = check(said("No puede pedir la devolución del dinero en 14 días.", ("P3", quote)), language="es")
    assert denial.citations == ()


def test_a_sentence_in_the_passages_language_is_compared_by_words() -> None:
    verified = check(
        said("Rückerstattungen sind innerhalb von 14 Tagen möglich.", ("P3", PASSAGES["P3"].text))
    )
    assert [citation.support for citation in verified.citations] == [1.0]


def test_offsets_are_those_of_the_unmasked_text() -> None:
    masker = Masker(Known(names=("Maximiliana Featherstonehaugh",)))
    masker.mask("I am Maximiliana Featherstonehaugh")
    verified = check(said("Hello [NAME_1],"), said(FIRST, ("P1", FIRST)), masker=masker)
    assert verified.text == f"Hello Maximiliana Featherstonehaugh, {FIRST}"
    (citation,) = verified.citations
    assert verified.text[citation.start : citation.end] == FIRST


def test_a_made_up_placeholder_takes_its_sentence_along() -> None:
    verified = check(said("Hello [NAME_3],"), said(FIRST, ("P1", FIRST)))
    assert verified.text == FIRST
    assert [each.reason for each in verified.removed] == [UNKNOWN_PLACEHOLDER]


_QUOTES = st.sampled_from(
    [
        FIRST,
        "Domains are not refunded.",
        "take 5 to 7 business days",
        "goodwill credit of 20 EUR",
        "",
        "nonsense here",
    ]
)
_TEXTS = st.one_of(
    _QUOTES,
    st.sampled_from(
        ["Hello,", "\n\nKind regards,\nHalyard", "[NAME_1] has 14 days.", "[NAME_9]", "It is free.", " "]
    ),
    st.text(max_size=40),
)
_SENTENCES = st.lists(
    st.builds(
        lambda text, cites: said(text, *cites),
        _TEXTS,
        st.lists(st.tuples(st.sampled_from(["P1", "P2", "P3", "P9", ""]), _QUOTES), max_size=3),
    ),
    max_size=6,
)


@given(_SENTENCES)
def test_whatever_a_model_returns(sentences: list[DraftSentence]) -> None:
    masker = Masker(Known(names=("Maria",)))
    masker.mask("I am Maria")
    verified = check(*sentences, masker=masker)
    shown = [PASSAGES[label] for label in PASSAGES]
    previous = 0
    for citation in verified.citations:
        assert citation.source in shown
        assert citation.quote
        assert citation.quote in citation.source.text
        assert 0 <= previous <= citation.start < citation.end <= len(verified.text)
        sentence = verified.text[citation.start : citation.end]
        assert sentence == sentence.strip()
        assert 0.0 < citation.support <= 1.0
        previous = citation.start
    cited = {(citation.start, citation.end) for citation in verified.citations}
    assert len(cited) == verified.supported <= verified.factual
    assert "20 EUR" not in verified.text
    assert "[NAME_9]" not in verified.text
