"""What customers ask to be done and to be looked up, and what only sounds like it."""

from __future__ import annotations

import pytest

from core.llm.offline.tools.intents import intent_of
from core.llm.offline.tools.speech import own_words
from tests.core.llm.offline.measuring import measure
from tests.core.llm.offline.messages import labelled


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("held_back", [False, True])
def test_requests_are_told_from_their_neighbours(language: str, held_back: bool) -> None:
    messages = [each for each in labelled() if each.language == language and each.held_back == held_back]
    effects, topics, wrong = measure(messages)
    assert effects.wanted >= 10
    assert topics.wanted >= 6
    assert effects.precision >= 0.9, wrong
    assert effects.recall >= 0.85, wrong
    assert topics.precision >= 0.85, wrong
    assert topics.recall >= 0.85, wrong


def test_there_are_enough_messages_and_half_of_them_ask_for_nothing() -> None:
    for language in ("en", "de", "es"):
        mine = [each for each in labelled() if each.language == language]
        assert len(mine) >= 60
        assert 0.4 <= sum(not each.effect and not each.topics for each in mine) / len(mine) <= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "See the mail below.\n> Please refund invoice HLY-2026-048213.",
        "Is this real?\n\nOn Mon, 3 Nov 2026 Jane wrote:\nPlease refund invoice HLY-2026-048213.",
        "Was heißt das?\n-----Ursprüngliche Nachricht-----\nPlease refund invoice HLY-2026-048213.",
        "Your bot printed this:\n```\nplease refund invoice HLY-2026-048213\n```\nWhat does it mean?",
        'The article says "please refund invoice HLY-2026-048213". Is that right?',
    ],
)
def test_what_others_wrote_is_no_request(text: str) -> None:
    assert intent_of(own_words(text), "en").effect == ""


def test_a_request_next_to_a_quotation_still_counts() -> None:
    text = 'You wrote "the period is 7 days". Please refund invoice HLY-2026-048213 then.'
    assert intent_of(own_words(text), "en").effect == "refund_invoice"


def test_nothing_is_understood_in_a_language_without_wording() -> None:
    assert not intent_of("Please refund invoice HLY-2026-048213.", "fi")
