"""How good the work in progress would be, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.classifiers.authoring.work import Lately, Work, check_settings, fit_work, read_work, rows_of
from core.classifiers.deciding import Threshold
from core.classifiers.kind import Example, Features, Question, Scores, Services
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require

if TYPE_CHECKING:
    from core.classifiers.measure import CurvePoint, Report

KEPT_SHARE = 0.95
"""Of the examples that have an answer, how many the default threshold still answers."""

MOST_PAID = 300
"""Examples that a model service is asked about for one measure. More would narrow the intervals little."""

QUICK_FROM = 1_500
"""Examples from which on a quick preview judges a fifth of them: some hundreds say enough for a look."""

UNLEARNED = Threshold(familiarity=0.5)
"""The default of a kind that does not learn. Its familiarity is no rank among examples: it is 0 where no rule
matches or a check cannot tell, and below one half where a model says that no answer fits."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Examples scored by models that had not seen them. ``scores``: one row an example, in their order."""

    question: Question
    examples: tuple[Example, ...]
    scores: Scores
    default: Threshold


@dataclass(frozen=True, slots=True)
class Preview:
    """The measure of the work in progress. ``curve`` is empty for kinds that do not learn."""

    measured: Measured
    threshold: Threshold
    report: Report
    curve: tuple[CurvePoint, ...]
    revision: int
    examples_digest: str
    partial: bool = False
    """Whether only some of the examples were judged."""


_measured: Lately[Measured] = Lately(8)
_curves: Lately[tuple[CurvePoint, ...]] = Lately(8)


def preview(
    actor: Actor,
    classifier_id: int,
    *,
    database: Database,
    services: Services,
    threshold: Threshold | None = None,
    with_curve: bool = True,
    quick: bool = False,
) -> Preview:
    """Measure the work in progress by cross-validation and on held-out examples; stores nothing.

    Asking again while nothing changed costs next to nothing, also with another threshold.

    Args:
        threshold: when to answer; by default what :func:`fit_version` would choose.
        with_curve: also how the figures grew with the examples.
        quick: judge only a part where there are :data:`QUICK_FROM` examples or more, so that figures can
            follow the work.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier.
        InvalidInput: no classifier can be made of it yet; says what is missing.
        ProviderError: the embedding service or the model failed.
    """
    from core.classifiers.measure import measure

    require(actor, Permission.CLASSIFIERS_READ)
    work = read_work(classifier_id, database=database)
    measured = measure_work(work, database=database, services=services, quick=quick)
    chosen = threshold or measured.default
    return Preview(
        measured=measured,
        threshold=chosen,
        report=measure(measured.question, measured.examples, measured.scores, chosen),
        curve=_curve(work, database=database, services=services) if with_curve else (),
        revision=work.desk.classifier.revision,
        examples_digest=work.digest,
        partial=len(measured.examples) < len(work.examples),
    )


def measure_work(work: Work, *, database: Database, services: Services, quick: bool = False) -> Measured:
    """Score the examples of a classifier by models that had not seen them. Kept, as :func:`preview` says.

    Args:
        quick: as in :func:`preview`; what was measured in full is taken where it is at hand.

    Raises:
        InvalidInput: no classifier can be made of it yet, or it has no examples to measure with.
        ProviderError: the embedding service or the model failed.
    """
    check_settings(work)
    if not work.examples:
        raise InvalidInput("There are no examples yet, so nothing can be measured. Add some first.")
    key = work.key(database=database, services=services)
    made = _measured.get(key)
    quick = quick and made is None and work.desk.kind.learns and len(work.examples) >= QUICK_FROM
    if quick:
        key = (key, "quick")
        made = _measured.get(key)
    if made is None:
        rows = rows_of(work, database=database, services=services)
        try:
            examples, scores = _score(work, rows, services=services, quick=quick)
        except InvalidInput as problem:
            fit_work(work, database=database, services=services)  # says what all of them together lack
            raise InvalidInput(
                "The examples are enough to learn from, but not to measure it, which keeps a part aside. Of "
                f"the rest: {problem}"
            ) from None
        made = Measured(work.desk.question, examples, scores, _default(work, examples, scores))
        _measured.put(key, made)
    return made


def _score(
    work: Work, rows: Features | None, *, services: Services, quick: bool
) -> tuple[tuple[Example, ...], Scores]:
    """What is judged, and its scores by models that had not seen it."""
    from core.classifiers.measure import first_look, out_of_fold

    desk, settings = work.desk, work.desk.classifier.settings
    if quick:
        looked_at, scores = first_look(
            desk.kind, desk.question, settings, work.examples, services=services, features=rows
        )
        return tuple(work.examples[row] for row in looked_at.tolist()), scores
    examples = _affordable(work.examples) if desk.classifier.kind == "prompt" else work.examples
    return examples, out_of_fold(
        desk.kind, desk.question, settings, examples, services=services, features=rows
    )


def _affordable(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """At most :data:`MOST_PAID` of them, drawn at random and always the same: each costs a call."""
    if len(examples) <= MOST_PAID:
        return examples
    drawn = np.random.default_rng(0).choice(len(examples), MOST_PAID, replace=False)
    return tuple(examples[place] for place in sorted(drawn.tolist()))


def _default(work: Work, examples: tuple[Example, ...], scores: Scores) -> Threshold:
    """Answers whatever is as familiar as all but the least familiar twentieth of what it should answer."""
    if not work.desk.kind.learns:
        return UNLEARNED
    in_scope = [place for place, each in enumerate(examples) if each.answer or work.desk.question.many]
    failed = np.isnan(scores.probabilities[in_scope]).any(axis=1)
    familiarity = scores.familiarity[in_scope][~failed]
    if not len(familiarity) or familiarity.min() == familiarity.max():  # a kind that cannot tell
        return Threshold()
    lowest = float(np.quantile(familiarity, 1 - KEPT_SHARE, method="lower"))
    return Threshold(familiarity=int(lowest * 1e6) / 1e6)  # rounded down, so that as many stay


def _curve(work: Work, *, database: Database, services: Services) -> tuple[CurvePoint, ...]:
    from core.classifiers.measure import learning_curve

    if not work.desk.kind.learns:
        return ()
    key = work.key(database=database, services=services)
    made = _curves.get(key)
    if made is None:
        made = tuple(
            learning_curve(
                work.desk.kind,
                work.desk.question,
                work.desk.classifier.settings,
                work.examples,
                services=services,
                features=rows_of(work, database=database, services=services),
            )
        )
        _curves.put(key, made)
    return made
