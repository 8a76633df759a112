"""The shared public data as articles and questions with known answers."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.knowledge import INTERNAL, PUBLIC, ArticleRecord
from core.settings import ROOT


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the external ids of the articles that answer it."""

    id: str
    text: str
    relevant: frozenset[str]


def shared_data() -> Path | None:
    """Where the public data is: ``RATCHET_SHARED_DATA``, or ``shared/data`` beside the repository."""
    folder = Path(os.environ.get("RATCHET_SHARED_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None


def aws_articles(data: Path) -> Iterator[ArticleRecord]:
    """The AWS core corpus: 2,757 long technical pages."""
    for row in _lines(data / "aws_docs_qa" / "corpus_core.jsonl.gz"):
        yield ArticleRecord(row["id"], row["title"], row["text"], locale="en")


def aws_questions(data: Path) -> list[Question]:
    """Questions of AWS customers, one answering page each."""
    rows = _lines(data / "aws_docs_qa" / "queries_half_a.jsonl.gz")
    return [Question(row["id"], row["question"], frozenset({row["document"]})) for row in rows]


def bank_articles(data: Path) -> Iterator[ArticleRecord]:
    """The 698 short help and internal articles of a bank."""
    for row in _lines(data / "tau2" / "banking_knowledge" / "documents.jsonl.gz"):
        audience = INTERNAL if row["title"].startswith("Internal:") else PUBLIC
        yield ArticleRecord(row["id"], row["title"], row["content"], audience=audience, locale="en")


def bank_requests(data: Path) -> list[Question]:
    """Bank tasks: what the customer wants, in full, and every article the task needs (1 to 30).

    The query is the whole text that instructs the simulated customer
    (``user_scenario.instructions``, about 550 words), as it stands: nothing is picked out by hand.
    """
    with gzip.open(
        data / "tau2" / "banking_knowledge" / "tasks_half_a.json.gz", "rt", encoding="utf-8"
    ) as handle:
        tasks = json.load(handle)
    return [
        Question(task["id"], task["user_scenario"]["instructions"], frozenset(task["required_documents"]))
        for task in tasks
    ]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)
