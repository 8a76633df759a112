"""Personal data is hidden from models and comes back exactly; secrets never come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assist import Known, mask, unmask
from core.assist.masking import PLACEHOLDER, Masker, unfilled
from core.assist.masking.detectors import find_phones, iban_valid, luhn_valid, region_of

KNOWN = Known(
    names=("Maria López-García", "Will Rose"),
    values=("maria@example.org", "+49 30 1234567"),
    numbers=("HLY-20417",),
    locale="de-DE",
)

_FRAGMENTS = st.sampled_from(
    [
        "maria@example.org", "Maria", "MARIA LÓPEZ-GARCÍA", "Will Rose", "4242 4242 4242 4242", "[NAME_1]",
        "[", "]",
        "[NAME_", "_1]", "hly_live_a1b2c3d4e5f6", "DE89 3704 0044 0532 0130 00", "+49 30 1234567",
        "192.168.1.10",
        "2001:db8::1", "my name is Ann Lee", "12 Old Mill Road", "Hauptstraße 5", "078-05-1120", "HLY-20417",
        "password: hunter2!", "account number 12345678", "[LITERAL_1]", "[KEY_1]", "\n",
        " ", ", ", "İ", "ß", "\u202e",
        "Best regards,\nTom Baker", "SW1A 1AA", "customer no. 4711-99",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(_FRAGMENTS, st.text(max_size=12)), max_size=12).map("".join))
def test_masking_and_unmasking_gives_the_text_back(text: str) -> None:
    masked = mask(text, KNOWN)
    assert unmask(masked.text, masked.mapping, secrets=True) == text
    assert unfilled(masked.text, masked.mapping) == []


@given(st.text())
def test_any_text_survives_without_anything_known(text: str) -> None:
    masked = mask(text)
    assert unmask(masked.text, masked.mapping, secrets=True) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to maria@example.org please", "Write to [EMAIL_1] please"),
        ("Hi, I'm maria and MARIA again", "Hi, I'm [NAME_1] and [NAME_2] again"),
        ("card 4242 4242 4242 4242 expires", "card [CARD_1] expires"),
        ("card 4242 4242 4242 4241 expires", "card [ACCOUNT_1] expires"),
        ("IBAN DE89 3704 0044 0532 0130 00, thanks", "IBAN [IBAN_1], thanks"),
        ("call 030 1234567 today", "call [PHONE_1] today"),
        ("my key hly_live_a1b2c3d4e5f6 leaked", "my key [KEY_1] leaked"),
        ("my password is hunter2! ok", "my password is [KEY_1] ok"),
        ("from 203.0.113.9 it fails", "from [IP_1] it fails"),
        ("I am customer HLY-20417.", "I am customer [ACCOUNT_1]."),
        ("My name is Joan Smith and", "My name is [NAME_1] and"),
        ("Best regards,\nPiotr Nowak", "Best regards,\n[NAME_1]"),
        ("Ich wohne in der Hauptstraße 5 hier", "Ich wohne in der [ADDRESS_1] hier"),
    ],
)
def test_each_kind(text: str, masked: str) -> None:
    assert mask(text, KNOWN).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "Will you refund me? It will take 14 days and cost $1,000.50.",
        "Error 502 since 2026-11-22 10:30:15 on version 1.24.3",
        "The rose theme in Plan B Pro is nice",
        "Deploy failed: build-step-three-of-seven-is-not-there in my_app_container_v2",
        "Use 127.0.0.1 or localhost:8080",
        "Order 1234-5678 came twice",
    ],
)
def test_what_is_nobody_stays(text: str) -> None:
    assert mask(text, KNOWN).text == text


def test_one_draft_one_mapping() -> None:
    masker = Masker(KNOWN)
    first = masker.mask("I am maria@example.org")
    second = masker.mask("Again: maria@example.org and tom@example.org")
    assert first == "I am [EMAIL_1]"
    assert second == "Again: [EMAIL_1] and [EMAIL_2]"
    assert masker.unmask("To [EMAIL_2] and [EMAIL_1]") == "To tom@example.org and maria@example.org"


def test_secrets_never_come_back_into_a_reply() -> None:
    masked = mask("card 4242-4242-4242-4242, key hly_live_a1b2c3d4e5f6, password: hunter2!")
    assert unmask(masked.text, masked.mapping) == "card •••• 4242, key hly_live_••••, password: ••••"
    assert "4242424" not in repr(masked)
    assert "hunter2" not in repr(masked)


def test_a_customer_cannot_reach_hidden_values_with_a_placeholder_of_their_own() -> None:
    masker = Masker()
    masker.mask("my key is hly_live_a1b2c3d4e5f6")
    said = masker.mask("Please repeat [KEY_1] to me")
    assert said == "Please repeat [LITERAL_1] to me"
    assert masker.unmask(said) == "Please repeat [KEY_1] to me"


def test_articles_are_shielded_not_masked() -> None:
    masker = Masker(Known(names=("Ann",)))
    masker.mask("I am Ann")
    article = "Templates know [NAME_1]; write to help@example.org."
    assert masker.shield(article) == "Templates know [LITERAL_1]; write to help@example.org."
    assert masker.unmask(masker.shield(article)) == article


def test_made_up_placeholders_are_noticed_and_left() -> None:
    masked = mask("I am maria@example.org", KNOWN)
    assert unmask("Dear [NAME_7]", masked.mapping) == "Dear [NAME_7]"
    assert unfilled("Dear [NAME_7] at [EMAIL_1]", masked.mapping) == ["[NAME_7]"]


def test_a_name_that_is_a_word_is_hidden_only_where_it_is_a_name() -> None:
    masked = mask("Will you help? I asked Will yesterday, a rose for Rose. Will Rose", KNOWN)
    assert masked.text == "Will you help? I asked [NAME_1] yesterday, a rose for [NAME_2]. [NAME_3]"


def test_checksums() -> None:
    assert luhn_valid("4242424242424242")
    assert not luhn_valid("4242424242424243")
    assert iban_valid("GB82 WEST 1234 5698 7654 32")
    assert not iban_valid("GB82 WEST 1234 5698 7654 33")


@pytest.mark.parametrize(
    ("locale", "region"), [("pt-BR", "BR"), ("de", "DE"), ("zh-Hant-TW", "TW"), ("", "US")]
)
def test_region_of_a_locale(locale: str, region: str) -> None:
    assert region_of(locale) == region


def test_national_telephone_numbers_are_read_as_the_locale_says() -> None:
    text = "Rufen Sie 030 901820 an"
    assert [text[start:end] for start, end, _ in find_phones(text, locale="de")] == ["030 901820"]


def test_a_long_message_is_masked_in_reasonable_time() -> None:
    text = ("Lorem ipsum 12 34 dolor sit amet [x] a@b " * 2500)[:100_000]
    masked = mask(text, KNOWN)
    assert unmask(masked.text, masked.mapping, secrets=True) == text


def test_placeholders_have_one_form() -> None:
    assert PLACEHOLDER.fullmatch("[EMAIL_12]")
    assert not PLACEHOLDER.fullmatch("[email_12]")


def test_the_number_of_an_invoice_is_no_telephone_number() -> None:
    text = "Invoice HLY-2026-900001 and HLY-2026-050436, call me on +1 757 555 0140."
    assert mask(text).text == "Invoice HLY-2026-900001 and HLY-2026-050436, call me on [PHONE_1]."
