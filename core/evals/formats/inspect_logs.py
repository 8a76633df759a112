"""inspect_ai logs, ``.json`` and ``.eval``: samples as cases, and what was answered and scored there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.errors import InvalidInput
from core.evals.formats.archive import archive_members
from core.evals.formats.json_text import parse_json, plain_json
from core.evals.formats.record import CaseRecord, Problem, Read, ReadOptions
from core.evals.formats.registry import case_format
from core.evals.formats.samples import Shape, read_sample

_OF_A_RUN = (
    "uuid", "epoch", "messages", "output", "scores", "store", "events", "timelines", "model_usage",
    "role_usage", "started_at", "completed_at", "total_time", "working_time", "error", "error_retries",
    "limit", "attachments", "invalidation", "sandbox", "setup", "files", "model_fallbacks",
)  # fmt: skip
_SHAPE = Shape(
    "inspect-log", expected="target", name="id", known=("id", "input", "target", "metadata", *_OF_A_RUN)
)
_ZIP = b"PK\x03\x04"
_ATTACHED = "attachment://"
_LONGEST = 20_000
_MOST_EPOCHS = 20


def _recognises(head: bytes) -> bool:
    return head.startswith(_ZIP) or (head.startswith(b"{") and b'"eval"' in head[:2_000])


@case_format("inspect-log", label="inspect_ai log", suffixes=(".eval", ".json"), recognises=_recognises)
def read_inspect_log(content: bytes, options: ReadOptions) -> Read:
    """A case a sample, whatever the number of epochs; answers and scores are kept with its origin.

    Lines count samples in the order of the file.
    """
    try:
        log, samples = _opened(content)
    except InvalidInput as error:
        yield Problem(1, str(error))
        return
    epochs: dict[str, list[dict[str, Any]]] = {}
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    number = 0
    try:
        for number, sample in enumerate(samples, start=1):
            if not isinstance(sample, dict):
                yield Problem(number, "it must be a JSON object")
                continue
            name = str(sample.get("id", number))
            first.setdefault(name, (number, sample))
            epochs.setdefault(name, []).append(sample)
    except InvalidInput as error:
        yield Problem(number + 1, str(error))
    about = _about(log)
    for name, (line, sample) in first.items():
        record = read_sample(_with_attachments(sample), _SHAPE, options, line=line)
        if isinstance(record, CaseRecord):
            results = [_result(each) for each in epochs[name][:_MOST_EPOCHS]]
            record = replace(
                record, provenance={**record.provenance, "format": _SHAPE.tool, **about, "results": results}
            )
        yield record


def _opened(content: bytes) -> tuple[Mapping[str, Any], Iterator[Any]]:
    if not content.startswith(_ZIP):
        log = plain_json(content)
        if not isinstance(log, dict) or not isinstance(log.get("samples"), list):
            raise InvalidInput("a log of inspect_ai is an object with samples; this one has none")
        return log, iter(log["samples"])
    headers = dict(archive_members(content, prefix="header.json"))
    started = dict(archive_members(content, prefix="_journal/start.json"))
    told = headers.get("header.json") or started.get("_journal/start.json")
    if told is None:
        raise InvalidInput("it is a zip file and no log of inspect_ai: header.json is missing")
    log = parse_json(told)
    return log if isinstance(log, dict) else {}, _sampled(content)


def _sampled(content: bytes) -> Iterator[Any]:
    for name, packed in archive_members(content, prefix="samples/"):
        try:
            yield parse_json(packed)
        except InvalidInput as error:
            raise InvalidInput(f"{name[:200]}: {error}") from None


def _about(log: Mapping[str, Any]) -> dict[str, Any]:
    run = log.get("eval")
    if not isinstance(run, dict):
        return {}
    names = ("task", "model", "created", "run_id")
    return {name: run[name] for name in names if isinstance(run.get(name), str)}


def _result(sample: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered in one epoch, and the scores it got."""
    output = sample.get("output")
    choices = output.get("choices") if isinstance(output, dict) else None
    said = output.get("completion", "") if isinstance(output, dict) else ""
    if not said and isinstance(choices, list) and choices and isinstance(choices[0], dict):
        message = choices[0].get("message")
        said = message.get("content", "") if isinstance(message, dict) else ""
    scores = sample.get("scores")
    return {
        "epoch": sample.get("epoch", 1),
        "answer": str(_attached(said, sample))[:_LONGEST],
        "scores": {
            str(name): {
                key: _attached(score[key], sample)
                for key in ("value", "answer", "explanation")
                if key in score
            }
            for name, score in (scores.items() if isinstance(scores, dict) else ())
            if isinstance(score, dict)
        },
    }


def _with_attachments(sample: dict[str, Any]) -> dict[str, Any]:
    """Long texts stand apart in a log; put back where the case has them."""
    return {
        name: _attached(value, sample) if name in ("input", "target", "metadata") else value
        for name, value in sample.items()
    }


def _attached(value: Any, sample: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith(_ATTACHED):
        attachments = sample.get("attachments")
        known = attachments if isinstance(attachments, dict) else {}
        return known.get(value.removeprefix(_ATTACHED), value)
    if isinstance(value, dict):
        return {key: _attached(item, sample) for key, item in value.items()}
    return [_attached(item, sample) for item in value] if isinstance(value, list) else value
