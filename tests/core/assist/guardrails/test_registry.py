"""The list of guardrails, and what a finding of one looks like."""

from __future__ import annotations

import pytest

from core.assist.guardrails import GUARDRAILS, Finding, blocks
from core.assist.guardrails.registry import AFTER, BEFORE, Flag, Guardrail, declare, finding

STAGES = {
    "before": {"injection", "personal_data"},
    "tools": {"limits", "wrong_customer", "stale_facts"},
    "after": {"unsupported", "promise", "internal_content", "secrets", "language", "tone"},
}


def test_every_guardrail_has_its_stage_and_words_for_people() -> None:
    found = {stage: {name for name, each in GUARDRAILS.items() if each.stage == stage} for stage in STAGES}
    assert found == STAGES
    for name, each in GUARDRAILS.items():
        assert each.name == name
        assert each.severity in {"block", "warn"}
        assert each.title
        assert each.description.endswith(".")


def test_checks_stand_in_the_stage_of_their_guardrail() -> None:
    assert set(BEFORE) == STAGES["before"]
    assert set(AFTER) == STAGES["after"]


def test_the_list_cannot_be_changed_from_outside() -> None:
    with pytest.raises(TypeError):
        GUARDRAILS["injection"] = GUARDRAILS["tone"]  # type: ignore[index]


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="two guardrails named 'tone'"):
        declare(Guardrail("tone", "Tone", "after", "warn", "Again."))


def test_a_finding_is_as_severe_as_its_guardrail_unless_the_flag_says_less() -> None:
    assert finding("promise", Flag("m", "q")).severity == "block"
    assert finding("unsupported", Flag("m", "q", "warn")).severity == "warn"


def test_a_quote_is_one_short_line() -> None:
    found = finding("tone", Flag("m", "a\n  b " + "x" * 1000))
    assert found.quote.startswith("a b xxx")
    assert len(found.quote) <= 240


def test_only_block_blocks() -> None:
    warning = Finding("tone", "warn", "after", "m", "q")
    assert not blocks([])
    assert not blocks([warning])
    assert blocks([warning, Finding("secrets", "block", "after", "m", "q")])
