"""How quick it is with numbers at hand: fitting, cross-validating, and a million stored conversations."""

from __future__ import annotations

import resource
import tempfile
import time

import numpy as np

from benchmarks.classifiers.splits import Task
from benchmarks.table import print_table
from core.classifiers import (
    Example,
    Features,
    Model,
    Services,
    Threshold,
    decide_columns,
    feature_blocks,
    featurizer,
    get_kind,
    keep_features,
)
from core.classifiers.tables import SubjectFeatures
from core.database import Database, migrate

_EXAMPLES = 10_000
_FOLDS = 5
_BLOCK = 8_192


def measure(task: Task, *, services: Services, stored: int) -> None:
    """Print what it takes. ``task`` gives texts and numbers; answers are put together for fewer of them."""
    places = [*task.learn, *task.report][:_EXAMPLES]
    examples, features = task.examples(places), task.features[places]
    kind = get_kind("examples")
    started, worked = time.perf_counter(), time.process_time()
    fine = kind.fit(task.question, {}, examples, services=services, features=features)
    lines = [_line(f"fit {len(places):,} examples, {len(task.question.answers)} answers", started, worked)]

    dozen = tuple(task.question.answers[:12])
    turn = {answer: dozen[at % len(dozen)] for at, answer in enumerate(task.question.answers)}
    coarse = [Example(each.subject, turn[each.answer]) for each in examples[: _EXAMPLES // 2]]
    question = type(task.question)("matter", "What is it about?", "", "one_of", dozen)
    fold = np.arange(len(coarse)) % _FOLDS
    started, worked = time.perf_counter(), time.process_time()
    for number in range(_FOLDS):
        shown = np.flatnonzero(fold != number)
        model = kind.fit(
            question, {}, [coarse[at] for at in shown], services=services, features=features[shown]
        )
        model.score([], features[: len(coarse)][fold == number])
    lines.append(_line(f"{_FOLDS}-fold out of {len(coarse):,} examples, 12 answers", started, worked))
    print_table("With numbers at hand", ["what", "seconds", "CPU seconds"], lines)

    with tempfile.TemporaryDirectory(prefix="ratchet-classifiers-") as folder:
        database = Database(f"sqlite:///{folder}/ratchet.sqlite")
        try:
            migrate(database)
            _store(features, stored, database=database, services=services)
            table = [
                [f"{answers} answers", *_classify(each, stored, database=database, services=services)]
                for answers, each in ((12, model), (len(task.question.answers), fine))
            ]
        finally:
            database.dispose()
    print_table(
        f"{stored:,} stored conversations, from the database to decisions, one core",
        ["classifier", "rows/s", "rows/CPU s", "the judging alone", "growth of memory"],
        table,
    )


def _line(what: str, started: float, worked: float) -> list[str]:
    return [what, f"{time.perf_counter() - started:.2f}", f"{time.process_time() - worked:.2f}"]


def _store(features: Features, count: int, *, database: Database, services: Services) -> None:
    """Rows of public texts with a little noise, so that no two are the same."""
    random = np.random.default_rng(0)
    source = featurizer(services)
    for start in range(0, count, _BLOCK):
        ids = list(range(start + 1, min(count, start + _BLOCK) + 1))
        rows = features[np.array(ids) % len(features)]
        rows = rows + 0.005 * random.standard_normal(rows.shape).astype(np.float32)
        with database.transaction() as session:
            keep_features(
                "conversation", ids, ["0" * 32] * len(ids), rows, session=session, featurizer=source
            )


def _classify(model: Model, count: int, *, database: Database, services: Services) -> list[str]:
    source, seen, answered, judging = featurizer(services), 0, 0, 0.0
    threshold = Threshold(0.5, 0.05)
    before, started, worked = _peak(), time.perf_counter(), time.process_time()
    with database.reading() as session:
        for block in feature_blocks("conversation", session=session, featurizer=source, size=_BLOCK):
            begun = time.process_time()
            decided = decide_columns(model.score([], block.rows), threshold)
            judging += time.process_time() - begun
            seen += len(block)
            answered += int((~decided.abstained).sum())
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    assert seen == count, f"{seen} of {count} {SubjectFeatures.__tablename__}"
    assert 0 < answered <= seen
    return [
        f"{seen / seconds:,.0f}",
        f"{seen / cpu:,.0f}",
        f"{seen / judging:,.0f}",
        f"{_peak() - before:.0f} MB",
    ]


def _peak() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
