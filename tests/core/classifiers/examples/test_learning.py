"""Learning from examples: right, calibrated, the same in any order, and plain about what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifiers import Example, ExamplesModel, Question, Services, Subject, get_kind
from core.criteria import SEPARATOR
from core.errors import InvalidInput
from tests.core.classifiers.fake_embedder import HashEmbedder, fake_services

DIMENSIONS = 8 + 256
Floats = NDArray[np.float32]


@pytest.fixture
def services() -> Services:
    return fake_services(HashEmbedder())


def question(*answers: str, kind: str = "one_of") -> Question:
    return Question("intent", "What is it about?", "", kind, answers)


def clusters(
    answers: Sequence[str], each: int, *, noise: float = 0.05, seed: int = 0
) -> tuple[list[Example], Floats]:
    """Examples around one random direction an answer; the directions are the same for any ``seed``."""
    centres = np.random.default_rng(99).standard_normal((len(answers), DIMENSIONS))
    random = np.random.default_rng(seed)
    places = np.repeat(np.arange(len(answers)), each)
    rows = centres[places] / np.sqrt(DIMENSIONS) + noise * random.standard_normal((len(places), DIMENSIONS))
    examples = [Example(Subject(f"text {seed} {row}"), answers[place]) for row, place in enumerate(places)]
    return examples, rows.astype(np.float32)


def fit(asked: Question, examples: Sequence[Example], rows: Floats, services: Services) -> ExamplesModel:
    model = get_kind("examples").fit(asked, {}, examples, services=services, features=rows)
    assert isinstance(model, ExamplesModel)
    return model


def test_it_learns_and_says_how_sure_it_is(services: Services) -> None:
    asked = question("refund", "card", "login")
    model = fit(asked, *clusters(asked.answers, 20), services)
    examples, rows = clusters(asked.answers, 10, seed=1)
    scores = model.score([], rows)
    found = [asked.answers[column] for column in scores.probabilities.argmax(axis=1)]
    assert found == [example.answer for example in examples]
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1, atol=1e-5)
    assert scores.probabilities.max(axis=1).min() > 0.8
    assert 0.3 < scores.familiarity.mean() < 0.7


def test_texts_are_read_where_no_rows_are_at_hand() -> None:
    class Blank(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Floats:
            return 0 * super().embed(texts)

    services = fake_services(Blank())
    asked = question("refund", "card")
    texts = {"refund": "money back please {}", "card": "card does not work {}"}
    examples = [Example(Subject(text.format(n)), answer) for answer, text in texts.items() for n in range(8)]
    model = get_kind("examples").fit(asked, {}, examples, services=services)
    scores = model.score([Subject("my card does not work"), Subject("please give money back")])
    assert scores.probabilities.argmax(axis=1).tolist() == [1, 0]
    assert model.score([]).probabilities.shape == (0, 2)


def test_probabilities_are_calibrated(services: Services) -> None:
    """With answers drawn by known odds, the mean confidence is the share that is right."""
    asked = question("a", "b")

    def drawn(count: int, seed: int) -> tuple[list[Example], Floats, NDArray[np.bool_]]:
        random = np.random.default_rng(seed)
        rows = random.standard_normal((count, DIMENSIONS)).astype(np.float32)
        rows[:, 40:] = 0
        odds = 1 / (1 + np.exp(-1.5 * rows[:, 0]))
        is_b = random.random(count) < odds
        examples = [Example(Subject(f"{seed} {n}"), "b" if b else "a") for n, b in enumerate(is_b)]
        return examples, rows, is_b

    examples, rows, _ = drawn(1_200, 1)
    model = fit(asked, examples, rows, services)
    _, rows, is_b = drawn(4_000, 2)
    chances = model.score([], rows).probabilities
    right = chances.argmax(axis=1) == is_b
    assert abs(chances.max(axis=1).mean() - right.mean()) < 0.04
    assert model.temperature > 1  # bare logits would be too sure


def test_the_order_of_examples_makes_no_difference(services: Services) -> None:
    asked = question("refund", "card", "login")
    examples, rows = clusters(asked.answers, 12, noise=0.2)
    order = np.random.default_rng(5).permutation(len(examples))
    one = fit(asked, examples, rows, services)
    other = fit(asked, [examples[place] for place in order], rows[order], services)
    _, asked_rows = clusters(asked.answers, 5, noise=0.2, seed=2)
    for name in ("probabilities", "familiarity"):
        first, second = getattr(one.score([], asked_rows), name), getattr(other.score([], asked_rows), name)
        np.testing.assert_allclose(first, second, atol=1e-5)


def test_strange_texts_are_less_familiar(services: Services) -> None:
    asked = question("refund", "card", "login")
    model = fit(asked, *clusters(asked.answers, 30), services)
    strange = np.random.default_rng(8).standard_normal((50, DIMENSIONS)).astype(np.float32) / 16
    known = model.score([], clusters(asked.answers, 20, seed=1)[1]).familiarity
    unknown = model.score([], strange).familiarity
    assert np.quantile(known, 0.05) > unknown.max()


def test_examples_of_none_of_the_answers_teach_what_to_leave_alone(services: Services) -> None:
    asked = question("refund", "card")
    every, rows = clusters(["refund", "card", "weather"], 30)
    none = [Example(each.subject, "" if each.answer == "weather" else each.answer) for each in every]
    model = fit(asked, none, rows, services)
    _, later = clusters(["refund", "card", "weather"], 20, seed=1)
    scores = model.score([], later)
    assert scores.probabilities.shape == (60, 2)
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1, atol=1e-5)
    assert scores.familiarity[40:].max() <= 0.01
    assert np.median(scores.familiarity[:40]) > 0.2


def test_an_answer_without_examples_is_never_given(services: Services) -> None:
    asked = question("refund", "unheard of", "card")
    model = fit(asked, *clusters(["refund", "card"], 10), services)
    chances = model.score([], clusters(["refund", "card"], 5, seed=1)[1]).probabilities
    assert chances.shape == (10, 3)
    assert not chances[:, 1].any()


def test_several_answers_at_once(services: Services) -> None:
    asked = question("new", "card", "fee", kind="many_of")
    centres = np.random.default_rng(4).standard_normal((3, DIMENSIONS)) / 16
    random = np.random.default_rng(6)
    wanted = random.random((120, 3)) < 0.4
    rows = wanted @ centres + 0.01 * random.standard_normal((120, DIMENSIONS))
    examples = [
        Example(Subject(str(n)), SEPARATOR.join(np.array(asked.answers)[each]))
        for n, each in enumerate(wanted)
    ]
    assert any(example.answer == "" for example in examples)
    model = fit(asked, examples[:80], rows[:80].astype(np.float32), services)
    scores = model.score([], rows[80:].astype(np.float32))
    assert ((scores.probabilities >= 0.5) == wanted[80:]).mean() > 0.97
    assert scores.familiarity.mean() > 0.2


def test_five_hundred_answers(services: Services) -> None:
    asked = question(*(f"answer {number}" for number in range(500)))
    model = fit(asked, *clusters(asked.answers, 4), services)
    examples, rows = clusters(asked.answers, 1, seed=1)
    scores = model.score([], rows)
    found = [asked.answers[column] for column in scores.probabilities.argmax(axis=1)]
    assert np.mean([one == each.answer for one, each in zip(found, examples, strict=True)]) > 0.95
    assert len(model.dump()) < 6_000_000


def test_examples_of_one_conversation_are_enough_to_begin(services: Services) -> None:
    asked = question("refund", "card")
    examples, rows = clusters(asked.answers, 4)
    together = [Example(each.subject, each.answer, group="conversation 1") for each in examples]
    scores = fit(asked, together, rows, services).score([], rows)
    assert np.isfinite(scores.probabilities).all()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], "There are no examples yet"),
        (["refund"], "1 example is too few to learn from: add at least 3 more"),
        (["refund", "card", "card"], "3 examples are too few to learn from: add at least 1 more"),
        (["refund"] * 12, "All examples that have an answer say “refund”"),
        (["refund"] * 12 + [""] * 3, "All examples that have an answer say “refund”"),
        ([""] * 5, "All examples are of none of the answers"),
        (["refund", "card", "card", "pin"], "An example says “pin”, which is no answer of"),
    ],
)
def test_what_is_missing_is_said_plainly(answers: list[str], said: str, services: Services) -> None:
    examples = [Example(Subject(f"text {number}"), answer) for number, answer in enumerate(answers)]
    with pytest.raises(InvalidInput, match=said):
        get_kind("examples").fit(question("refund", "card"), {}, examples, services=services)


def test_several_answers_that_are_always_the_same_teach_nothing(services: Services) -> None:
    examples = [Example(Subject(f"text {number}"), "a | b") for number in range(6)]
    with pytest.raises(InvalidInput, match="All examples have the same answers"):
        get_kind("examples").fit(question("a", "b", kind="many_of"), {}, examples, services=services)


def test_names_count_as_examples_only_where_they_are_telling(services: Services) -> None:
    """Names are embedded once, and a yes/no question's are never."""
    embedder = HashEmbedder()
    services = fake_services(embedder)
    answers = ("lost_card", "getRefund")
    examples, rows = clusters(answers, 3)
    names = embedder.embed(["lost card", "get refund"])
    near = rows.copy()
    near[:, :8] = np.repeat(names, 3, axis=0)
    blank = np.zeros((2, DIMENSIONS), dtype=np.float32)
    blank[:, :8] = names
    near[:, 8:] *= 0.1
    embedder.embedded.clear()
    fit(question(*answers), examples, near, services)
    fit(question(*answers), examples, near, services)
    assert sorted(embedder.embedded) in ([], ["get refund", "lost card"])
    embedder.embedded.clear()
    yes_no, rows = clusters(("yes", "no"), 3)
    fit(question("yes", "no", kind="yes_no"), yes_no, rows, services)
    assert embedder.embedded == []
