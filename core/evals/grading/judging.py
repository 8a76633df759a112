"""Graders, asked about the outputs of a batch."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.classifiers import Prediction, Services, Subject, decide, open_version
from core.database import Database
from core.errors import RatchetError
from core.evals.grading.graders import Grader

log = logging.getLogger(__name__)

_BROKEN = "This grader broke off; the details are in the server's log."
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What a grader says of one subject. ``cost``: USD, its share of what the batch cost."""

    prediction: Prediction
    cost: float = 0.0

    @property
    def error(self) -> str:
        """Why judging failed; empty when it did not."""
        return self.prediction.error

    @property
    def voted(self) -> bool:
        """Whether it answered, and was sure enough."""
        return not self.prediction.error and not self.prediction.abstained


def ask(
    grader: Grader, subjects: Mapping[int, Subject], *, database: Database, services: Services
) -> dict[int, Said]:
    """What a grader says of each subject, by key. Never fails: what could not be judged says why."""
    if not subjects:
        return {}
    keys = list(subjects)
    try:
        opened = open_version(grader.version_id, database=database, services=services)
        scores = opened.model.score([subjects[key] for key in keys])
        predictions = decide(
            scores, opened.question.answers, many=opened.question.many, threshold=opened.threshold
        )
    except RatchetError as error:
        return _failed(keys, str(error))
    except Exception:  # a defect of one grader is its failed grading, never the end of a run
        log.exception("the grader %s could not be asked", grader.name)
        return _failed(keys, _BROKEN)
    each = scores.cost / len(keys)
    return {key: Said(prediction, each) for key, prediction in zip(keys, predictions, strict=True)}


def _failed(keys: Sequence[int], why: str) -> dict[int, Said]:
    return {key: Said(Prediction("", 0.0, True, (), "", why[:_LONGEST])) for key in keys}
