"""The hand-written material: complete, filled in without gaps, resting on articles that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.sample.drafting import claims_of
from core.sample.evidence import ENOUGH
from core.sample.material import FOLDER, LOCALES, Material, read_material


def test_there_are_enough_scenarios_in_three_languages(material: Material) -> None:
    openings = {
        locale: sum(len(s.words[locale].openings) for s in material.scenarios.values() if locale in s.words)
        for locale in LOCALES
    }
    assert len(material.scenarios) >= 45
    assert openings["en"] >= 240
    assert openings["de"] >= 80
    assert openings["es"] >= 60
    assert 170 <= len(material.customers) <= 190
    assert len({customer.name for customer in material.customers}) == len(material.customers)


def test_every_scenario_can_be_told(material: Material) -> None:
    answers = {answer for c in material.criteria if c["name"] == "customer_intent" for answer in c["answers"]}
    for scenario in material.scenarios.values():
        assert "en" in scenario.words, scenario.id
        assert scenario.intent in answers, scenario.id
        assert scenario.decision in ("answer", "abstain", "escalate"), scenario.id
        assert scenario.decision == "answer" or (scenario.reason and scenario.question), scenario.id
        assert not scenario.incident or scenario.incident in material.incidents, scenario.id
        for words in scenario.words.values():
            assert words.subjects, scenario.id
            for opening in words.openings:
                assert opening.text.strip(), scenario.id
                assert opening.drafts or opening.replies, (scenario.id, opening.text)
                if scenario.decision != "answer":
                    assert opening.replies, (scenario.id, opening.text)


def test_articles_named_by_scenarios_exist(material: Material) -> None:
    articles = {path.stem for path in (FOLDER / "articles" / "en").glob("*.md")}
    for scenario in material.scenarios.values():
        assert set(scenario.articles) <= articles, scenario.id
        for words in scenario.words.values():
            named = {claim.article for draft in words.drafts for claim in claims_of(draft)}
            named |= {slip.article for slip in words.slips if slip.article}
            assert named <= articles, (scenario.id, named - articles)


def test_slips_change_a_sentence_of_a_draft(material: Material) -> None:
    for scenario in material.scenarios.values():
        for words in scenario.words.values():
            for slip in words.slips:
                assert any(slip.right in draft for draft in words.drafts), (scenario.id, slip)


def test_english_drafts_say_what_the_articles_say(material: Material) -> None:
    """Nearly every drafted sentence has a line in its article that shares most of its words."""
    close = total = 0
    for scenario in material.scenarios.values():
        for draft in scenario.words["en"].drafts:
            for claim in claims_of(draft):
                article = (FOLDER / "articles" / "en" / f"{claim.article}.md").read_text(encoding="utf-8")
                words = set(claim.text.lower().replace("*", "").replace(".", "").split())
                there = set(article.lower().replace("*", "").replace(".", "").split())
                close += len(words & there) / len(words) >= ENOUGH
                total += 1
    assert close / total > 0.97


def test_broken_material_is_named(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "odd.yaml").write_text("- {id: odd, intent: refund}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"odd\.yaml: scenario odd"):
        read_material(tmp_path)
    with pytest.raises(ConfigurationError, match=r"incidents\.yaml"):
        read_material(tmp_path / "nowhere")


def test_named_writers_are_customers(material: Material) -> None:
    known = {customer.name for customer in material.customers}
    known |= {customer.time_zone for customer in material.customers}
    for scenario in material.scenarios.values():
        for words in scenario.words.values():
            for opening in words.openings:
                assert not opening.writers or set(opening.writers) & known, (scenario.id, opening.writers)
