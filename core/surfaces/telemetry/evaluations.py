"""Judgements about drafts as evaluations of their traces."""

from __future__ import annotations

import json
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from core.criteria import Criterion, Judgement
from core.surfaces.telemetry.conventions import EVALUATION_EVENT
from core.surfaces.telemetry.wire import key_values, nanoseconds, root_id, span_id, wire_span
from core.traces import Trace

_ANNOTATORS = {"person": "HUMAN", "customer": "HUMAN", "classifier": "CODE"}
_SCORES = {"yes": 1.0, "partly": 0.5, "no": 0.0}


def evaluation_span(
    judgement: Judgement, criterion: Criterion, trace: Trace, *, with_text: bool = False
) -> WireSpan:
    """A judgement as a span under the run it is about, with the event ``gen_ai.evaluation.result``.

    A judgement comes after its run has been sent, and what was sent cannot be added to: hence a span
    of its own. Its ``trace.evaluations.0.evaluation.*`` are OpenInference's for a whole run.

    Args:
        with_text: send the judge's reason too, which is somebody's own words.
    """
    explanation = judgement.reason if with_text else ""
    facts = evaluation(judgement, criterion, explanation=explanation)
    span = wire_span(
        trace.id,
        span_id(f"judgement {judgement.key}"),
        parent=root_id(trace.id),
        name=f"evaluate {criterion.name}",
        started_at=judgement.created_at,
        ended_at=judgement.created_at,
        attributes={
            "openinference.span.kind": "EVALUATOR",
            "ratchet.draft.id": trace.draft_id,
            "ratchet.build.id": judgement.build_id or trace.build_id,
            **{f"trace.evaluations.0.{name}": value for name, value in facts.items()},
        },
    )
    event = span.events.add(name=EVALUATION_EVENT, time_unix_nano=nanoseconds(judgement.created_at))
    event.attributes.extend(
        key_values(
            {
                "gen_ai.evaluation.name": criterion.name,
                "gen_ai.evaluation.score.label": judgement.answer,
                "gen_ai.evaluation.score.value": facts["evaluation.score"],
                "gen_ai.evaluation.explanation": explanation,
                **facts,
            }
        )
    )
    return span


def evaluation(judgement: Judgement, criterion: Criterion, *, explanation: str = "") -> dict[str, Any]:
    """The OpenInference keys of a judgement.

    ``evaluation.score`` is 1, 0.5 or 0 for yes, partly and no, the number for numeric answers, else absent.
    """
    metadata = {
        "criterion_version": criterion.version,
        "judge_type": judgement.judge_type,
        "judge": judgement.judge,
        "confidence": judgement.confidence,
        "superseded": judgement.superseded_by_id is not None,
    }
    return {
        "evaluation.name": criterion.name,
        "evaluation.label": judgement.answer,
        "evaluation.score": score(judgement.answer),
        "evaluation.explanation": explanation,
        "evaluation.annotator_kind": _ANNOTATORS.get(judgement.judge_type, "LLM"),
        "evaluation.identifier": f"judgement-{judgement.key}",
        "evaluation.metadata": json.dumps({k: v for k, v in metadata.items() if v is not None}),
    }


def score(answer: str) -> float | None:
    """An answer as a number, if it is one of yes, partly and no or a number; else None."""
    if answer in _SCORES:
        return _SCORES[answer]
    try:
        return float(answer)
    except ValueError:
        return None
