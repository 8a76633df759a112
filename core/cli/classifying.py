"""``classify``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import opened
from core.cli.output import json_lines_out, read_json_lines, say
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.classifiers import Opened, Prediction, Subject
    from core.classifiers.tables import Classifier, ClassifierVersion
    from core.database import Database

_AT_ONCE = 256

Read = tuple[Any, "Subject"]
"""The id of a line as it came, and what is to be judged."""


def classify(
    name: Annotated[str, typer.Argument(help="Name of the classifier.")],
    inputs: Annotated[
        str,
        typer.Option("--inputs", help='JSON lines {"id","text","channel"?,"locale"?}; - is standard input.'),
    ],
    version: Annotated[
        int | None, typer.Option("--version", help="Default: the live one, or the newest if none is live.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write results here, not to the output.")] = None,
) -> None:
    """Answer for each line of a file: JSON lines {"id","answer","confidence","abstained","top"}.

    `answer` is the likeliest one, also where it abstains; a list where several may be right. Lines that
    cannot be read are named on standard error, and the exit code is 1 then.
    """
    from core.classifiers import open_services, open_version

    with opened() as (database, settings):
        _, stored = find_version(name, version, database)
        judge = open_version(stored.key, database=database, services=open_services(database, settings))
        failed = 0
        with json_lines_out(out) as handle:
            for read, wrong in _chunks(inputs, stored.subject_type):
                for number, reason in wrong:
                    say(f"{inputs}:{number}: {reason}")
                failed += len(wrong)
                for line in _answered(read, judge):
                    failed += "error" in line
                    handle.write(json.dumps(line, ensure_ascii=False) + "\n")
                handle.flush()
    if failed:
        lines = "1 line" if failed == 1 else f"{failed:,} lines"
        say(f"error: {lines} could not be classified")
        raise typer.Exit(1)


def find_version(name: str, number: int | None, database: Database) -> tuple[Classifier, ClassifierVersion]:
    """A classifier and one of its versions; without a number the live one, or the newest if none is live."""
    from core.classifiers import default_version, get_classifier, get_version
    from core.identity import SYSTEM

    with database.reading() as session:
        classifier = get_classifier(SYSTEM, name, session=session)
        if number is None:
            found = default_version(SYSTEM, classifier, session=session)
        else:
            found = get_version(SYSTEM, classifier.key, number, session=session)
    if found.kind == "prompt":
        import core.assist  # noqa: F401  (hides personal data in what is sent away)
    return classifier, found


def _chunks(path: str, subject_type: str) -> Iterator[tuple[list[Read], list[tuple[int, str]]]]:
    """Lines to judge together, and those that cannot be, with why. One chunk is in memory at a time."""
    read: list[Read] = []
    wrong: list[tuple[int, str]] = []
    for number, entry in read_json_lines(path):
        try:
            read.append(_subject(entry, subject_type))
        except InvalidInput as error:
            wrong.append((number, str(error)))
        if len(read) + len(wrong) == _AT_ONCE:
            yield read, wrong
            read, wrong = [], []
    yield read, wrong


def _subject(entry: dict[str, Any] | str, subject_type: str) -> Read:
    from core.classifiers import Subject

    if isinstance(entry, str):
        raise InvalidInput(entry)
    if "id" not in entry:
        raise InvalidInput("id is missing")
    if not isinstance(entry.get("text"), str):
        raise InvalidInput("text must be a text")
    for field in ("channel", "locale"):
        if not isinstance(entry.get(field) or "", str):
            raise InvalidInput(f"{field} must be a text")
    return entry["id"], Subject(
        entry["text"],
        subject_type,
        channel=entry.get("channel") or "",
        locale=entry.get("locale") or "",
    )


def _answered(read: list[Read], judge: Opened) -> Iterator[dict[str, Any]]:
    """In the order of the lines. Of a text that says nothing, nothing is said."""
    said = [subject for _, subject in read if subject.text.strip()]
    predictions = iter(judge.judge(said))
    for key, subject in read:
        if subject.text.strip():
            yield _shown(key, next(predictions), many=judge.question.many)
        else:
            empty: list[str] | str = [] if judge.question.many else ""
            yield {"id": key, "answer": empty, "confidence": 0.0, "abstained": True, "top": []}


def _shown(key: Any, prediction: Prediction, *, many: bool) -> dict[str, Any]:
    from core.criteria import given

    answer: list[str] | str = prediction.answer
    if many:
        answer = list(given(prediction.answer)) if prediction.answer else []
    return {
        "id": key,
        "answer": answer,
        "confidence": prediction.confidence,
        "abstained": prediction.abstained,
        "top": [{"answer": each, "confidence": confidence} for each, confidence in prediction.top],
        **({"error": prediction.error} if prediction.error else {}),
    }
