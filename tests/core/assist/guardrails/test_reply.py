"""The guardrails after a draft: each speaks, names itself, and leaves a good reply alone."""

from __future__ import annotations

import pytest

from core.assist.guardrails import ReplyCheck, SentenceCheck, SourceText, blocks, check_reply

BACKUPS = SourceText("On Sloop, daily backups are kept for 7 days.")
DONE = SourceText("I have refunded 29.00 EUR for invoice HLY-2026-048213.", kind="action")
FAILED = SourceText("I have refunded 29.00 EUR for invoice HLY-2026-048213.", kind="action", done=False)
LIMITS = "| Support rep | up to 100 |\n| Billing specialist | up to 300 |"


def reply(*sentences: SentenceCheck, language: str = "en", internal: tuple[str, ...] = ()) -> ReplyCheck:
    text = " ".join(sentence.text for sentence in sentences)
    return ReplyCheck(text, sentences, language=language, internal_passages=internal)


def test_a_good_reply_passes() -> None:
    checked = reply(
        SentenceCheck("Thank you for writing.", "courtesy"),
        SentenceCheck("Daily backups are kept for 7 days.", "fact", [BACKUPS]),
        SentenceCheck(DONE.text, "fact", [DONE]),
        internal=(LIMITS,),
    )
    assert check_reply(checked) == []


@pytest.mark.parametrize(
    ("sentence", "guardrail", "severity"),
    [
        (SentenceCheck("Staging is included."), "unsupported", "block"),
        (SentenceCheck(FAILED.text, "fact", [FAILED]), "promise", "block"),
        (SentenceCheck("I guarantee that it works.", "courtesy"), "promise", "block"),
        (SentenceCheck("My limit is 100 EUR.", "courtesy"), "internal_content", "block"),
        (SentenceCheck("Your key is hly_live_8Jd72kLmQp0Z.", "courtesy"), "secrets", "block"),
        (SentenceCheck("Vielen Dank für Ihre freundliche Nachricht.", "courtesy"), "language", "warn"),
        (SentenceCheck("As I already told you, it works.", "courtesy"), "tone", "warn"),
    ],
)
def test_each_guardrail_speaks(sentence: SentenceCheck, guardrail: str, severity: str) -> None:
    found = [each for each in check_reply(reply(sentence, internal=(LIMITS,))) if each.guardrail == guardrail]
    assert [each.severity for each in found] == [severity]
    assert found[0].message.endswith(".")
    assert found[0].quote


def test_removed_sentences_are_told_and_do_not_block() -> None:
    found = check_reply(ReplyCheck("Thank you.", language="en", removed=["Backups last a year."]))
    assert [(each.guardrail, each.severity, each.quote) for each in found] == [
        ("unsupported", "warn", "Backups last a year.")
    ]
    assert not blocks(found)


def test_a_done_action_may_be_told_and_only_with_its_amount() -> None:
    more = SentenceCheck("I have refunded 290.00 EUR.", "fact", [DONE])
    assert check_reply(reply(SentenceCheck("I have refunded 29.00 EUR.", "fact", [DONE]))) == []
    assert {"promise", "unsupported"} == {each.guardrail for each in check_reply(reply(more))}


def test_a_deed_does_not_rest_on_an_article() -> None:
    rule = SourceText("Duplicate charges are refunded in full.")
    found = check_reply(reply(SentenceCheck("I have refunded the duplicate charge.", "fact", [rule])))
    assert "promise" in {each.guardrail for each in found}


def test_what_a_customer_or_a_public_source_says_is_not_internal() -> None:
    sentence = SentenceCheck(
        "The limit is 100 EUR.", "fact", [SourceText("The limit of a voucher is 100 EUR.")]
    )
    assert check_reply(reply(sentence, internal=(LIMITS,))) == []


def test_wording_for_customers_in_an_internal_article_may_be_used() -> None:
    internal = 'Use: "We need to complete a routine check before we can continue."'
    sentence = SentenceCheck("We need to complete a routine check before we can continue.", "courtesy")
    assert check_reply(reply(sentence, internal=(internal,))) == []


def test_the_quote_of_a_secret_does_not_repeat_it() -> None:
    found = check_reply(ReplyCheck("Your key is hly_live_8Jd72kLmQp0ZxWv31.", language="en"))
    assert [each.guardrail for each in found] == ["secrets"]
    assert "8Jd72k" not in found[0].quote


def test_a_reply_nobody_verified_is_read_sentence_by_sentence() -> None:
    found = check_reply(ReplyCheck("Thanks for waiting. I guarantee it.", language="en"))
    assert [(each.guardrail, each.quote) for each in found] == [("promise", "I guarantee it.")]
