"""What a reply says, however it was typed."""

from __future__ import annotations

import pytest

from tests.core.evals.expecting.making import check, passed


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("don't", "You don’t need to."),
        ('"Billing"', "It is under “Billing”."),
        ("5-10 days", "It takes 5–10 days."),
        ("REFUND", "Your refund is on its way."),
        ("Straße", "Sie finden es in der STRASSE."),
        ("cafe\N{COMBINING ACUTE ACCENT}", "The café is open."),
        ("business days", "within 5 business\ndays"),
        ("20 EUR", "20\N{NO-BREAK SPACE}EUR"),
        ("wait...", "wait…"),
        ("cancelled", "can\N{SOFT HYPHEN}celled"),
    ],
)
def test_how_it_was_typed_makes_no_difference(wanted: str, said: str) -> None:
    assert passed({"kind": "contains", "texts": [wanted]}, said) is True
    assert passed({"kind": "not_contains", "texts": [wanted]}, said) is False


def test_accents_and_case_count_where_they_should() -> None:
    assert passed({"kind": "contains", "texts": ["resume"]}, "Your résumé") is False
    assert passed({"kind": "contains", "texts": ["refund"], "ignore_case": False}, "REFUND") is False


def test_all_or_one_of_several() -> None:
    both = {"kind": "contains", "texts": ["Billing", "Invoices"]}
    one = {**both, "all": False}
    grade = check(both, "Look under billing.")
    assert grade.passed is False
    assert grade.reason == "It does not say “Invoices”."
    assert passed(one, "Look under billing.") is True
    assert passed(one, "Look elsewhere.") is False
    assert (
        check({"kind": "not_contains", "texts": ["x-ray", "billing"]}, "Billing").reason
        == "It says “billing”."
    )


def test_the_whole_reply_and_its_beginning() -> None:
    assert passed({"kind": "equals", "texts": ["Yes", "Yes."]}, "Yes.\n") is True
    assert passed({"kind": "equals", "texts": ["yes"]}, "Yes") is False
    assert passed({"kind": "equals", "texts": ["yes"], "ignore_case": True}, "Yes") is True
    assert passed({"kind": "starts_with", "texts": ["Hello", "Dear"]}, "Dear Ada") is True
    assert passed({"kind": "starts_with", "texts": ["Hello"]}, "Dear Ada. Hello") is False
    assert passed({"kind": "starts_with", "texts": ["Hello"]}, "") is False


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"a": [1, 2.5, null]}', True),
        ("  [] ", True),
        ("7", True),
        ("", False),
        ("{'a': 1}", False),
        ("{} and more", False),
        ("NaN", False),
        ('{"a": Infinity}', False),
        ("[" * 100_000, False),
    ],
)
def test_json(text: str, wanted: bool) -> None:
    assert passed({"kind": "is_json"}, text) is wanted


def test_nothing_that_is_kept_breaks_a_database() -> None:
    grade = check({"kind": "equals", "texts": ["x"]}, "a\0b\ud800" + "c" * 5000)
    assert grade.passed is False
    assert len(grade.answer) == 1000
    assert grade.answer.startswith("ab\ufffdc")
    grade.answer.encode()
