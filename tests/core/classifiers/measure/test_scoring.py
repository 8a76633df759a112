"""Out-of-fold scores: nothing is judged by a model that knows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.classifiers.measure import first_look, group_of, measure, out_of_fold
from core.errors import InvalidInput
from tests.core.classifiers.measure.making import SERVICES, CentroidKind, FixedKind, examples, question


def test_no_group_is_judged_by_a_model_that_knows_it() -> None:
    made, rows = examples(20, group_size=4)
    kind = CentroidKind()
    scores = out_of_fold(kind, question(), {}, made, services=SERVICES, features=rows)
    assert not np.isnan(scores.probabilities).any()
    assert len(kind.taught) == 5
    everything = {each.example_id for each in made}
    judged: list[int] = []
    for taught in kind.taught:
        left = everything - {each.example_id for each in taught}
        assert not {each.group for each in taught} & {made[number - 1].group for number in left}
        judged += left
    assert sorted(judged) == sorted(everything)


def test_held_out_examples_are_never_taught_and_judged_by_the_model_of_all_others() -> None:
    made, rows = examples(20)
    made = [replace(each, held_out=at % 4 == 0) for at, each in enumerate(made)]
    kind = CentroidKind()
    scores = out_of_fold(kind, question(), {}, made, services=SERVICES, features=rows)
    assert not any(each.held_out for taught in kind.taught for each in taught)
    assert [len(taught) for taught in kind.taught] == [36] * 5 + [45]
    report = measure(question(), made, scores)
    assert report.cross_validated is not None
    assert report.held_out is not None
    assert (report.cross_validated.n, report.held_out.n) == (45, 15)
    whole = kind.fit(
        question(),
        {},
        [each for each in made if not each.held_out],
        services=SERVICES,
        features=rows[[not each.held_out for each in made]],
    )
    kept = np.flatnonzero([each.held_out for each in made])
    assert np.array_equal(scores.probabilities[kept], whole.score([], rows[kept]).probabilities)


@pytest.mark.parametrize("held_out", [False, True])
def test_a_first_look_is_a_part_of_it(held_out: bool) -> None:
    made, rows = examples(20, group_size=4)
    made = [replace(each, held_out=held_out and at < 4) for at, each in enumerate(made)]
    kind = CentroidKind()
    looked_at, some = first_look(kind, question(), {}, made, services=SERVICES, features=rows)
    assert len(kind.taught) == 1 + held_out
    every = out_of_fold(kind, question(), {}, made, services=SERVICES, features=rows)
    assert len(made) / 6 < len(looked_at) < len(made) / 3
    assert set(range(4 * held_out)) <= set(looked_at.tolist())
    assert np.array_equal(some.probabilities, every.probabilities[looked_at])
    assert np.array_equal(some.familiarity, every.familiarity[looked_at])


def test_the_score_is_honest_where_groups_share_their_noise() -> None:
    """Rows of a group are nearly copies and their answers are chance: only whole groups show that."""
    random = np.random.default_rng(0)
    made, _ = examples(60, count=2, group_size=6)
    rows = np.repeat(random.normal(size=(20, 40)), 6, axis=0).astype(np.float32)
    rows += 0.01 * random.normal(size=rows.shape).astype(np.float32)
    scores = out_of_fold(CentroidKind(), question(2), {}, made, services=SERVICES, features=rows)
    report = measure(question(2), made, scores)
    assert report.best is not None
    assert report.best.accuracy.low < 0.5


def test_a_kind_that_does_not_learn_is_asked_once_and_reads_the_texts_itself() -> None:
    made, rows = examples(10)
    kind = FixedKind()
    scores = out_of_fold(kind, question(), {}, made, services=SERVICES, features=rows)
    assert kind.asked == 30
    assert scores.cost == 0.5
    assert (scores.probabilities[:, 0] == 1).all()


def test_a_fold_that_makes_no_classifier_counts_as_failed_with_the_reason() -> None:
    made, rows = examples(1, count=2)
    extra, more = examples(6, count=2)
    made = [*made, *(replace(each, answer="answer 0", example_id=9) for each in extra)]
    rows = np.concatenate([rows, more])
    scores = out_of_fold(CentroidKind(), question(2), {}, made, services=SERVICES, features=rows)
    assert "at least two answers" in scores.errors[1]  # the only one of its answer
    report = measure(question(2), made, scores)
    assert report.best is not None
    assert report.best.errors == len(scores.errors) < len(made)
    assert "could not be judged" in report.best.note


def test_nothing_can_be_measured_with_one_answer_or_one_conversation() -> None:
    made, rows = examples(5, count=2)
    with pytest.raises(InvalidInput, match="at least two answers"):
        out_of_fold(CentroidKind(), question(2), {}, made[:5], services=SERVICES, features=rows[:5])
    together = [replace(each, group="one") for each in made]
    with pytest.raises(InvalidInput, match="one conversation"):
        out_of_fold(CentroidKind(), question(2), {}, together, services=SERVICES, features=rows)


def test_examples_of_one_conversation_stay_together_without_a_group() -> None:
    made, _ = examples(1)
    first, second = (replace(each, subject=replace(each.subject, conversation_id=7)) for each in made[:2])
    assert group_of(first, 0) == group_of(second, 1)
    assert group_of(made[0], 0) != group_of(made[1], 1)
    assert group_of(replace(first, group="pair"), 0) == "pair"
