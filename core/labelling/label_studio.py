"""Label Studio's JSON: a list of tasks, each with its annotations. Read and written as a stream."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, BinaryIO

import ijson

from core.conversations import Reject
from core.errors import InvalidInput
from core.labelling.records import LabelRecord, answered, read_moment

_BOM = b"\xef\xbb\xbf"
_SPANS = ("labels", "hypertextlabels")


def write_label_studio(records: Iterable[LabelRecord], *, kind: str) -> Iterator[str]:
    """A JSON list, one task a subject, in pieces. Records of one subject must follow each other.

    Args:
        kind: of the criterion the records answer.
    """
    before = "["
    for _, same in groupby(records, key=lambda each: (each.subject_type, each.subject_id)):
        labels = list(same)
        yield before + json.dumps(_task(labels, kind), ensure_ascii=False)
        before = ",\n"
    yield "]\n" if before != "[" else "[]\n"


def read_label_studio(handle: BinaryIO, *, kind: str) -> Iterator[LabelRecord | Reject]:
    """The annotations of each task; ``line`` counts tasks. Cancelled annotations are left out."""
    source = io.BufferedReader(handle)  # type: ignore[type-var]
    if source.peek(3).startswith(_BOM):
        source.read(3)
    number = 0
    try:
        for task in ijson.items(source, "item", use_float=True):
            number += 1
            yield from _labels(task, number, kind)
    except (ijson.JSONError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        yield Reject(number + 1, f"not JSON from here on, the rest was not read: {reason}")
        return
    finally:
        source.detach()  # the file is its owner's to close
    if not number:
        yield Reject(0, "there is no task in it: a Label Studio export is a list of tasks")


def _task(labels: list[LabelRecord], kind: str) -> dict[str, Any]:
    first = labels[0]
    return {
        "id": first.subject_id,
        "data": {
            "text": first.text,
            "subject_type": first.subject_type,
            "subject_id": first.subject_id,
            "conversation": first.conversation,
            "criterion": first.criterion,
            "version": first.version,
        },
        "annotations": [
            {
                "id": label.external_id,
                "completed_by": {"username": label.judge},
                "created_at": label.created_at.isoformat() if label.created_at else None,
                "was_cancelled": False,
                "result": list(_results(label, kind)),
            }
            for label in labels
        ],
    }


def _results(label: LabelRecord, kind: str) -> Iterator[dict[str, Any]]:
    if kind == "scale":
        yield _result("rating", {"rating": int(label.answers[0])})
    elif kind not in ("span", "note"):
        yield _result("choices", {"choices": list(label.answers)})
    if label.span is not None:
        yield _result("labels", {**label.span, "labels": list(label.answers)}, name="span")
    if label.reason:
        yield _result("textarea", {"text": [label.reason]}, name="answer" if kind == "note" else "reason")


def _result(type_: str, value: dict[str, Any], *, name: str = "answer") -> dict[str, Any]:
    return {"type": type_, "from_name": name, "to_name": "text", "value": value}


def _labels(task: Any, number: int, kind: str) -> Iterator[LabelRecord | Reject]:
    data = task.get("data") if isinstance(task, dict) else None
    annotations = task.get("annotations") if isinstance(task, dict) else None
    if not isinstance(data, dict) or not isinstance(annotations, list):
        yield Reject(number, "a task needs “data” and a list of “annotations”")
        return
    for annotation in annotations:
        if not isinstance(annotation, dict):
            yield Reject(number, "an annotation must be a JSON object")
            continue
        if annotation.get("was_cancelled"):
            continue
        external_id = _text(annotation.get("id"))
        try:
            yield _label(data, annotation, number, kind, external_id)
        except (InvalidInput, TypeError, ValueError, AttributeError, KeyError) as error:
            reason = str(error) if isinstance(error, InvalidInput) else "its result cannot be read"
            yield Reject(number, reason, external_id[:200])


def _label(
    data: dict[str, Any], annotation: dict[str, Any], number: int, kind: str, external_id: str
) -> LabelRecord:
    chosen: list[str] = []
    texts: list[str] = []
    spans: list[dict[str, Any]] = []
    for result in annotation.get("result") or ():
        type_, value = result["type"], result["value"]
        if type_ == "choices":
            chosen += [str(each) for each in value["choices"]]
        elif type_ == "rating":
            chosen.append(_text(value["rating"]))
        elif type_ == "textarea":
            said = value["text"]
            texts += [said] if isinstance(said, str) else [str(each) for each in said]
        elif type_ in _SPANS:
            spans.append({name: part for name, part in value.items() if name not in _SPANS})
        else:
            raise InvalidInput(f"results of type {str(type_)[:40]!r} are not read")
    reason = "\n".join(texts)
    answers, span = answered(kind, tuple(chosen), spans, reason)
    subject_id, version = data.get("subject_id"), data.get("version")
    return LabelRecord(
        subject_type=_text(data.get("subject_type")),
        subject_id=int(subject_id) if subject_id is not None else None,
        answers=answers,
        judge=_judge(annotation.get("completed_by")),
        conversation=_text(data.get("conversation")),
        criterion=_text(data.get("criterion")),
        version=int(version) if version is not None else None,
        reason=reason,
        span=span,
        created_at=read_moment(annotation.get("created_at")),
        external_id=external_id,
        text=_text(data.get("text")),
        line=number,
    )


def _judge(completed_by: Any) -> str:
    """User name, e-mail address or number of whoever annotated."""
    if isinstance(completed_by, dict):
        for name in ("username", "email", "id"):
            if completed_by.get(name) not in (None, ""):
                return _text(completed_by[name])
        return ""
    return _text(completed_by)


def _text(value: object) -> str:
    """A text as it is, a whole number as its digits, anything else as nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return ""
    return str(int(value))
