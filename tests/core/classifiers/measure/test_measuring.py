"""The figures are scikit-learn's, their intervals hold, and what is missing is said."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from core.classifiers import Example, Prediction, Scores, Subject, Threshold, decide
from core.classifiers.measure import FAILED, NO_ANSWER, Report, answers_given, measure, outcomes
from core.classifiers.measure.rates import f1, macro_f1
from core.errors import InvalidInput
from core.statistics import wilson_rate
from tests.core.classifiers.measure.making import question


def scored(n: int, *, count: int = 4, many: bool = False, seed: int = 0, group_size: int = 1):
    """Examples with noisy scores of them: (question, examples, scores)."""
    random = np.random.default_rng(seed)
    asked = question(count, "many_of" if many else "one_of")
    if many:
        wanted = random.random((n, count)) < 0.35
        probabilities = np.clip(0.7 * wanted + 0.15 + random.normal(0, 0.25, (n, count)), 0.01, 0.99)
    else:
        wanted = np.eye(count, dtype=bool)[random.integers(0, count, n)]
        raw = np.exp(2 * wanted + random.normal(0, 1.2, (n, count)))
        probabilities = raw / raw.sum(axis=1, keepdims=True)
    made = [
        Example(
            Subject(f"text {row}"),
            " | ".join(asked.answers[at] for at in np.flatnonzero(wanted[row])),
            str(row // group_size),
            example_id=row + 1,
        )
        for row in range(n)
    ]
    return asked, made, Scores(probabilities.astype(np.float32), np.ones(n, dtype=np.float32))


def best(report: Report):
    assert report.best is not None
    return report.best


def test_the_figures_are_those_of_scikit_learn() -> None:
    asked, made, scores = scored(400)
    figures = best(measure(asked, made, scores))
    truth = [each.answer for each in made]
    given = [asked.answers[at] for at in scores.probabilities.argmax(axis=1)]
    precision, recall, scores_f1, support = precision_recall_fscore_support(
        truth, given, labels=list(asked.answers)
    )
    assert [each.n for each in figures.answers] == support.tolist()
    assert [each.precision.estimate for each in figures.answers] == pytest.approx(precision.tolist())
    assert [each.recall.estimate for each in figures.answers] == pytest.approx(recall.tolist())
    assert [each.f1.estimate for each in figures.answers] == pytest.approx(scores_f1.tolist())
    assert figures.accuracy.estimate == pytest.approx(accuracy_score(truth, given))
    assert figures.macro_f1.estimate == pytest.approx(f1_score(truth, given, average="macro"))
    assert figures.micro_f1.estimate == pytest.approx(f1_score(truth, given, average="micro"))
    for each in figures.answers:
        for rate in (each.precision, each.recall, each.f1):
            assert rate.low < rate.estimate < rate.high
    assert figures.answers[0].recall == wilson_rate(figures.answers[0].recall.successes, int(support[0]))


def test_several_answers_at_once_are_measured_one_by_one_and_together() -> None:
    asked, made, scores = scored(300, many=True)
    figures = best(measure(asked, made, scores))
    found = outcomes(asked, made, scores)
    precision, recall, scores_f1, _ = precision_recall_fscore_support(found.wanted, found.given)
    assert [each.precision.estimate for each in figures.answers] == pytest.approx(precision.tolist())
    assert [each.recall.estimate for each in figures.answers] == pytest.approx(recall.tolist())
    assert [each.f1.estimate for each in figures.answers] == pytest.approx(scores_f1.tolist())
    assert figures.macro_f1.estimate == pytest.approx(f1_score(found.wanted, found.given, average="macro"))
    assert figures.micro_f1.estimate == pytest.approx(f1_score(found.wanted, found.given, average="micro"))
    assert figures.accuracy.estimate == pytest.approx(accuracy_score(found.wanted, found.given))
    kept = sum(cell.n for cell in figures.confusion if cell.wanted == cell.given != NO_ANSWER)
    assert kept == int((found.wanted & found.given).sum())


@pytest.mark.parametrize("many", [False, True])
def test_what_is_measured_is_what_would_be_decided(many: bool) -> None:
    asked, made, scores = scored(200, many=many)
    scores = replace(scores, familiarity=np.random.default_rng(1).random(200).astype(np.float32))
    scores.probabilities[5] = np.nan
    threshold = Threshold(0.62, 0.2)
    made_up: list[Prediction] = decide(scores, asked.answers, many=many, threshold=threshold)
    found = outcomes(asked, made, scores, threshold)
    assert found.abstained.tolist() == [each.abstained for each in made_up]
    assert found.confidence.tolist() == pytest.approx([each.confidence for each in made_up], abs=1e-6)
    silent = None if many else ""
    expected = [
        None if row == 5 else silent if each.abstained else each.answer for row, each in enumerate(made_up)
    ]
    assert answers_given(asked, found) == expected
    figures = best(measure(asked, made, scores, threshold))
    assert (figures.errors, figures.abstained) == (1, sum(each.abstained for each in made_up) - 1)
    answered = [row for row, each in enumerate(made_up) if not each.abstained]
    assert figures.coverage.successes == len(answered)
    right = sum(made_up[row].answer == made[row].answer for row in answered)
    assert figures.right_when_answering.successes == right


def test_abstaining_and_failing_cost_recall_and_never_precision() -> None:
    asked = question(2)
    made = [Example(Subject("x"), "answer 0", example_id=at + 1) for at in range(10)]
    probabilities = np.tile(np.array([0.9, 0.1], dtype=np.float32), (10, 1))
    probabilities[0] = np.nan
    probabilities[1] = (0.55, 0.45)
    scores = Scores(probabilities, np.ones(10, dtype=np.float32), errors={0: "It timed out."})
    figures = best(measure(asked, made, scores, Threshold(0.6)))
    first = figures.answers[0]
    assert (first.precision.successes, first.precision.n) == (8, 8)
    assert (first.recall.successes, first.recall.n) == (8, 10)
    assert figures.accuracy.successes == 9  # the unsure one was right, the failed one was not
    cells = {(cell.wanted, cell.given): cell.example_ids for cell in figures.confusion}
    assert cells[("answer 0", FAILED)] == (1,)
    assert cells[("answer 0", NO_ANSWER)] == (2,)
    assert len(cells[("answer 0", "answer 0")]) == 8


def test_what_wants_no_answer_is_for_abstaining() -> None:
    asked = question(2)
    made = [Example(Subject("x"), "" if at < 4 else "answer 0", example_id=at + 1) for at in range(10)]
    probabilities = np.tile(np.array([0.9, 0.1], dtype=np.float32), (10, 1))
    probabilities[:3] = (0.5, 0.5)
    figures = best(measure(asked, made, Scores(probabilities, np.ones(10, dtype=np.float32)), Threshold(0.6)))
    assert (figures.none_refused.successes, figures.none_refused.n) == (3, 4)
    assert (figures.accuracy.successes, figures.accuracy.n) == (6, 6)
    assert (figures.right_when_answering.successes, figures.right_when_answering.n) == (6, 7)
    assert figures.answers[0].precision.successes == 6


def test_examples_of_one_conversation_widen_the_intervals() -> None:
    asked, made, scores = scored(240)
    apart = best(measure(asked, made, scores))
    repeated = [replace(each, group=str(at % 60)) for at, each in enumerate([*made[:60]] * 4)]
    scores = Scores(np.tile(scores.probabilities[:60], (4, 1)), scores.familiarity)
    together = best(measure(asked, repeated, scores))
    assert together.groups == 60
    assert together.accuracy.high - together.accuracy.low > 1.5 * (apart.accuracy.high - apart.accuracy.low)
    assert together.macro_f1.high - together.macro_f1.low > 1.5 * (apart.macro_f1.high - apart.macro_f1.low)


def test_the_intervals_of_f1_hold_what_is_true() -> None:
    """By simulation: of 95 % intervals over examples in groups of two, at least 92 % hold it."""
    asked, made, scores = scored(20_000)
    found = outcomes(asked, made, scores)
    macro = f1_score(found.wanted, found.given, average="macro")
    first = f1_score(found.wanted[:, 0], found.given[:, 0])
    random = np.random.default_rng(4)
    groups = np.arange(120) // 2
    held = np.zeros(2)
    sets = 400
    for _ in range(sets):
        rows = np.repeat(random.integers(0, len(made), 60), 2)
        wanted, given = found.wanted[rows], found.given[rows]
        whole = macro_f1(wanted, given, groups)
        wants, gets = wanted[:, 0], given[:, 0]
        one = f1(groups[wants & gets], groups[wants & ~gets], groups[gets & ~wants])
        held += (whole.low <= macro <= whole.high, one.low <= first <= one.high)
    assert (held / sets > 0.92).all()


def test_calibration_bins_are_those_of_scikit_learn() -> None:
    asked, made, scores = scored(500)
    figures = best(measure(asked, made, scores))
    found = outcomes(asked, made, scores)
    observed, said = calibration_curve(found.correct, found.confidence, n_bins=10)
    assert [each.right.estimate for each in figures.calibration] == pytest.approx(observed.tolist())
    assert [each.confidence for each in figures.calibration] == pytest.approx(said.tolist())
    sizes = np.array([each.right.n for each in figures.calibration])
    expected = float((sizes * np.abs(observed - said)).sum() / sizes.sum())
    assert figures.calibration_error == pytest.approx(expected)


def test_too_few_labels_are_said_with_how_many_more() -> None:
    asked, made, scores = scored(200, count=3)
    made = [each for each in made if each.answer != "answer 2"]
    few = [row for row, each in enumerate(made) if each.answer == "answer 1"][:5]
    rows = [row for row, each in enumerate(made) if each.answer == "answer 0" or row in few]
    scores = Scores(scores.probabilities[rows], scores.familiarity[rows])
    figures = best(measure(asked, [made[row] for row in rows], scores))
    enough, five, none = figures.answers
    assert (enough.warning, enough.more) == ("", 0)
    assert five.warning.startswith("5 labels: not enough to say. About ")
    assert five.more >= 25
    assert (none.more, none.recall.n) == (30, 0)
    assert none.warning == "No labels yet: nothing can be said. Add about 30."


@pytest.mark.parametrize("many", [False, True])
def test_a_report_is_kept_as_json(many: bool) -> None:
    asked, made, scores = scored(60, many=many)
    made[0] = replace(made[0], held_out=True)
    report = measure(asked, made, scores, Threshold(0.5, 0.1))
    stored = json.loads(json.dumps(report.to_json(), allow_nan=False))
    again = Report.from_json(stored)
    assert again.to_json() == stored
    assert best(again).confusion == best(report).confusion
    assert best(again).accuracy.low == pytest.approx(best(report).accuracy.low, abs=1e-6)
    assert again.held_out is not None
    with pytest.raises(InvalidInput, match="Measure the classifier again"):
        Report.from_json({**stored, "format": 0})
    with pytest.raises(InvalidInput, match="Measure the classifier again"):
        Report.from_json({})


def test_no_examples_give_empty_figures() -> None:
    report = measure(
        question(), [], Scores(np.zeros((0, 3), dtype=np.float32), np.zeros(0, dtype=np.float32))
    )
    assert report.best is None
    assert Report.from_json(report.to_json()) == report


def test_an_answer_that_is_no_longer_offered_is_named() -> None:
    asked, made, scores = scored(10)
    made[3] = replace(made[3], answer="gone")
    with pytest.raises(InvalidInput, match="1 example wants “gone”"):
        measure(asked, made, scores)


def test_seventy_seven_answers_and_ten_thousand_examples_take_less_than_a_second() -> None:
    asked, made, scores = scored(10_000, count=77, group_size=2)
    started = time.process_time()
    report = measure(asked, made, scores, Threshold(0.1))
    stored = report.to_json()
    assert time.process_time() - started < 1
    started = time.process_time()
    Report.from_json(stored)
    assert time.process_time() - started < 0.1
