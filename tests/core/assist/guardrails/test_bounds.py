"""No text makes a guardrail fail or slow."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.assist.guardrails import (
    CustomerTexts,
    ReplyCheck,
    SentenceCheck,
    SourceText,
    check_customer,
    check_reply,
    check_source,
)

SIZE = 20_000
SECONDS = 2.0
"""Of processor time: a quadratic expression takes minutes, and a busy machine does not count."""
TYPICAL_MS = 10.0

_PIECES = (
    "a", "a ", "a.", "1 ", "4242", "4.", "<", "<a ", "<!--", "<!-- x -->", "<div hidden>",
    "&amp;", "&#x41;", "\n",
    " ", "\t\n", "'", '"', "ignore ", "ignore your ", "all previous ", "system: ", "you are now ",
    "from now on ",
    "from now on you will ", "%41", "QUJD", "41 ", "[x]: # (y)\n", "A-", "aB1", "\u200b",
    "\u202e", "\U000e0041",
    "ѕ", "é", "eins ", "one ", "my password is ", "DE89", "hly_live_", "://a:", "a@", "a(at)", "born on ",
    "we will refund ", "it was ", "your ", "habe ", "> A ", "`", "**", "Billing > ", "assistant ",
    "refund ",
    "note to ", "the manager has approved ", "call ", "{\"name\": ", "p1n ", "a.b.", "10.0.0.",
    "1-", "-----BEGIN PRIVATE KEY-----",
)  # fmt: skip


def seconds(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


@pytest.mark.parametrize("piece", _PIECES, ids=range(len(_PIECES)))
def test_repetition_takes_no_more_than_linear_time(piece: str) -> None:
    text = (piece * (SIZE // len(piece)))[:SIZE]
    assert seconds(lambda: check_customer(CustomerTexts(text, html=text))) < 2 * SECONDS
    assert seconds(lambda: check_source(text, origin="customer", name="message")) < SECONDS
    assert seconds(lambda: check_reply(ReplyCheck(text, language="en", internal_passages=[text]))) < SECONDS


_TEXT = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(_PIECES), max_size=60).map("".join),
    st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=5)), max_size=40).map("".join),
)


@settings(max_examples=150, deadline=None)
@given(text=_TEXT, other=_TEXT)
def test_customers_texts_never_raise(text: str, other: str) -> None:
    found = check_customer(CustomerTexts(text, subject=other, file_names=[other], html=text))
    assert all(each.stage == "before" and each.quote for each in found)
    for origin in ("customer", "article", "tool"):
        once = check_source(text, origin=origin, name=other)  # type: ignore[arg-type]
        assert bool(once.findings) or len(once.text) <= len(text)


@settings(max_examples=150, deadline=None)
@given(text=_TEXT, other=_TEXT, language=st.sampled_from(["en", "de", "es", "fr", "", "xx", "pt-BR"]))
def test_replies_never_raise(text: str, other: str, language: str) -> None:
    sources = [SourceText(other), SourceText(text, kind="action", done=False)]
    check_reply(
        ReplyCheck(
            text,
            [SentenceCheck(text, "fact", sources), SentenceCheck(other, "courtesy")],
            language=language,
            customer_text=other,
            internal_passages=[other],
            removed=[other],
        )
    )


def test_a_typical_reply_takes_milliseconds() -> None:
    sentences = [
        SentenceCheck(
            f"Backups number {each} are kept for 7 days on Sloop.",
            "fact",
            [SourceText("Backups of Sloop: 7 days.")],
        )
        for each in range(8)
    ]
    checked = ReplyCheck(
        " ".join(sentence.text for sentence in sentences),
        sentences,
        language="en",
        customer_text="How long are backups kept? I need one from last week. " * 4,
        internal_passages=[
            "| Support rep | up to 100 |\nSplitting an amount into several refunds is not allowed."
        ]
        * 6,
    )
    texts = CustomerTexts(checked.customer_text * 2, subject="Backups", file_names=["a.png"])
    check_reply(checked)
    check_customer(texts)
    best = min(seconds(lambda: (check_reply(checked), check_customer(texts))) for _ in range(7))
    assert best * 1000 < TYPICAL_MS
