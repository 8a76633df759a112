"""What tells texts of unknown answers from known ones is learned from answers that are held out."""

from __future__ import annotations

import numpy as np
import pytest

from core.classifiers import get_kind
from core.classifiers.examples.familiarity import Neighbours, Scale, usual_weights
from core.classifiers.examples.folds import answer_rounds, sample
from core.classifiers.examples.unfamiliar import weights_of
from tests.core.classifiers.examples.test_learning import clusters, fit, question
from tests.core.classifiers.fake_embedder import HashEmbedder, fake_services


def test_a_telling_signal_wins_whatever_its_size_and_a_useless_one_counts_nothing() -> None:
    random = np.random.default_rng(0)
    rounds = []
    for size in (1.0, 50.0, 0.1):  # models differ in the size of their signals
        known, unknown = (random.standard_normal((400, 3)).astype(np.float32) for _ in range(2))
        unknown[:, 0] -= 3
        unknown[:, 2] += 1  # telling, in the wrong direction
        rounds.append((known * size, unknown * size))
    weights = weights_of(rounds, usual_weights(3))
    assert weights[0] > 1.9
    assert weights[1] < 0.1
    assert weights[2] == 0
    assert weights.sum() == pytest.approx(2)


def test_few_texts_hardly_move_equal_weights() -> None:
    random = np.random.default_rng(1)
    known, unknown = (random.standard_normal((4, 2)).astype(np.float32) for _ in range(2))
    unknown[:, 0] -= 2
    few = weights_of([(known, unknown - [[0.0, 1.5]])], usual_weights(2))
    assert few.min() > 0.25 * few.max()


@pytest.mark.parametrize("turned", [False, True])
def test_the_usual_weights_are_kept_where_nothing_can_be_learned(turned: bool) -> None:
    usual = usual_weights(4)
    np.testing.assert_array_equal(weights_of([], usual), usual)
    if turned:  # known texts look stranger than unknown ones, in every signal
        known = np.random.default_rng(2).standard_normal((300, 4)).astype(np.float32)
        np.testing.assert_array_equal(weights_of([(known - 9, known)], usual), usual)


def test_each_answer_is_left_out_once_and_its_examples_are_never_shown() -> None:
    wanted = np.repeat(np.eye(9, dtype=np.float32), 10, axis=0)
    rounds = list(answer_rounds(wanted, [str(row) for row in range(90)]))
    assert np.sum([held.answers for held in rounds], axis=0).tolist() == [1] * 9
    for held in rounds:
        assert not wanted[held.shown][:, held.answers].any()
        assert wanted[held.unknown][:, held.answers].any(axis=1).all()
        assert not (held.known & held.unknown).any()
        assert wanted[held.known].sum(axis=0).tolist() == [0 if out else 2 for out in held.answers]


@pytest.mark.parametrize(("answers", "each", "groups"), [(7, 20, 140), (12, 7, 84), (9, 10, 1)])
def test_there_are_no_rounds_of_few_answers_examples_or_conversations(
    answers: int, each: int, groups: int
) -> None:
    wanted = np.repeat(np.eye(answers, dtype=np.float32), each, axis=0)
    assert list(answer_rounds(wanted, [str(row % groups) for row in range(len(wanted))])) == []


def test_examples_are_taken_up_to_a_number_of_each_answer() -> None:
    members = np.eye(3, dtype=bool)[np.repeat([0, 1, 2], [50, 3, 21])]
    assert np.bincount(members[sample(members)].argmax(axis=1)).tolist() == [20, 3, 20]


def test_what_is_typical_leaves_each_example_out() -> None:
    rows = np.array([[1, 0], [0, 1], [1, 0], [0, 0.5]], dtype=np.float32)
    members = np.array([[True, False]] * 3 + [[False, True]])
    neighbours = Neighbours.of(rows, members)
    typical = neighbours.typical(np.array([3, 3, 3, 9], dtype=np.float32))
    root = np.sqrt(0.5)
    expected = [3, 2 / 3, (root + 0 + root) / 3]
    np.testing.assert_allclose(typical[0], expected, rtol=1e-5)
    np.testing.assert_allclose(typical[1], expected, rtol=1e-5)  # one alone: as the others are
    near = neighbours.near(np.array([[0.5, 0], [0, 1]], dtype=np.float32), np.array([0, 1]))
    np.testing.assert_allclose(near, [[0.5, 0.5 * 2 / np.sqrt(5)], [0.5, 1]], rtol=1e-3)


def test_stranger_than_all_examples_is_still_told_apart() -> None:
    scale = Scale.of(np.array([[1], [2], [3]], dtype=np.float32), np.ones(1, dtype=np.float32))
    share = scale.share(np.array([[-40], [0], [0.9], [1], [1.5], [3], [9]], dtype=np.float32))
    assert (np.diff(share)[:5] > 0).all()
    assert share[0] < 1e-6
    assert share[5] == share[6] < 1


def test_the_weights_of_a_model_are_learned_from_its_answers() -> None:
    """Eight answers and more have weights of their own, and fewer the usual ones."""
    services = fake_services(HashEmbedder())
    many, few = (question(*(f"answer {number}" for number in range(count))) for count in (9, 7))
    learned = fit(many, *clusters(many.answers, 10, noise=0.15), services).scale.factors
    usual = fit(few, *clusters(few.answers, 10, noise=0.15), services).scale.factors
    assert learned.shape == usual.shape == (4,)
    assert (learned >= 0).all()
    assert learned[[1, 3]].any()
    assert not usual[[1, 3]].any()
    assert usual[[0, 2]].all()


def test_learned_weights_are_the_same_in_any_order_and_are_stored() -> None:
    services = fake_services(HashEmbedder())
    asked = question(*(f"answer {number}" for number in range(9)))
    examples, rows = clusters(asked.answers, 8, noise=0.15)
    order = np.random.default_rng(5).permutation(len(examples))
    one = fit(asked, examples, rows, services)
    other = fit(asked, [examples[place] for place in order], rows[order], services)
    np.testing.assert_allclose(one.scale.factors, other.scale.factors, rtol=1e-4)
    again = get_kind("examples").load(asked, {}, one.dump(), services=services)
    later = clusters(asked.answers, 3, noise=0.3, seed=1)[1]
    np.testing.assert_array_equal(again.score([], later).familiarity, one.score([], later).familiarity)
