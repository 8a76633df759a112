"""Words and phrases that tell an answer apart."""

from __future__ import annotations

from random import Random

import pytest

from core.classifiers import Example, Subject, suggest_terms
from tests.core.classifiers.rules.making import made


def _example(text: str, answer: str, group: str = "") -> Example:
    return Example(Subject(text), answer, group)


def _conversations(count: int = 200) -> list[Example]:
    chance = Random(7)
    filler = [f"word{number}" for number in range(40)]
    examples = []
    for number in range(count):
        words = chance.sample(filler, 8)
        wanted = number % 2 == 0
        if wanted and number % 10 < 6:
            words[3:3] = ["Money", "back"]
        elif wanted:
            words.append("Rückerstattung.")
        examples.append(_example(" ".join(words), "refund" if wanted else "other", group=str(number)))
    return examples


def test_the_phrase_that_tells_an_answer_apart_comes_first() -> None:
    first, second, *others = suggest_terms(_conversations(), "refund", limit=10)
    assert [first.term, second.term] == ["money back", "rückerstattung"]
    assert (first.wanted, first.others) == (60, 0)
    assert (first.precision.estimate, first.precision.n) == (1.0, 60)
    assert first.recall.estimate == pytest.approx(0.6)
    assert first.precision.low < 1.0
    assert not {"money", "back"} & {term.term for term in others}


def test_a_term_finds_as_a_rule_what_it_was_counted_for() -> None:
    examples = _conversations()
    for term in suggest_terms(examples, "refund", limit=3):
        scores = made(f"yes when {term.condition}\nno otherwise").score([each.subject for each in examples])
        found = [example for example, yes in zip(examples, scores.probabilities[:, 0], strict=True) if yes]
        assert len(found) == term.precision.n
        assert len([example for example in found if example.answer == "refund"]) == term.precision.successes


def test_a_customer_who_repeats_himself_counts_once() -> None:
    loud = [_example("please zebra now", "refund", group="one") for _ in range(50)]
    quiet = [_example(f"the tiger is here {n}", "refund", group=f"g{n}") for n in range(10)]
    others = [_example(f"nothing of it {n}", "other", group=f"o{n}") for n in range(30)]
    terms = {term.term for term in suggest_terms([*loud, *quiet, *others], "refund")}
    assert any("tiger" in term for term in terms)
    assert not any("zebra" in term for term in terms)


def test_held_out_examples_are_not_looked_at() -> None:
    examples = _conversations()
    hidden = [
        Example(example.subject, example.answer, example.group, held_out="back" in example.subject.text)
        for example in examples
    ]
    assert suggest_terms(hidden, "refund", limit=1)[0].term == "rückerstattung"


def test_answers_among_several_and_scripts_without_blanks() -> None:
    examples = [_example(f"我想退款{number}", "refund | bug", str(number)) for number in range(20)]
    examples += [_example(f"你好世界{number}", "bug", str(100 + number)) for number in range(20)]
    best = suggest_terms(examples, "refund", limit=1)[0]
    assert best.term in "我想退款"
    assert best.recall.estimate == 1.0


def test_there_is_nothing_to_tell_apart() -> None:
    assert suggest_terms([], "yes") == []
    assert suggest_terms([_example("a", "yes"), _example("b", "yes")], "yes") == []
    assert suggest_terms([_example("", "yes"), _example("", "no")], "yes") == []
    assert suggest_terms(_conversations(), "nobody's answer") == []
    same = [_example("the same words", answer, str(n)) for n, answer in enumerate(["yes", "no"] * 20)]
    assert suggest_terms(same, "yes") == []
