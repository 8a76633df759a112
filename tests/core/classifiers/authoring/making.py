"""An embedder of fixed vectors, and examples that a linear model tells apart by a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sqlmodel import select

from core.classifiers import Added, NewExample, Services, add_examples
from core.classifiers.tables import Classifier
from core.conversations import Message
from core.criteria import Criterion, publish_criterion
from core.database import Database
from core.identity import SYSTEM, Actor
from core.settings import Settings
from tests.core.conversations.make import load, record, said

ANSWERS = ("refund", "login", "other")
_WORDS = {
    "refund": "I want my money back for order",
    "login": "The password page will not let me in",
    "other": "Which colours do you sell in the shop",
}


@dataclass
class WordEmbedder:
    """A unit vector from the words of a text; remembers how many texts it was given."""

    name: str = "words"
    dimensions: int = 32
    embedded: int = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row, crc32(word.encode()) % self.dimensions] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1), dtype=np.float32)


def services(embedder: WordEmbedder | None = None) -> Services:
    words = embedder or WordEmbedder()
    return Services(Settings(), lambda: words)


def publish(
    database: Database,
    name: str = "want",
    *,
    kind: str = "one_of",
    subjects: Sequence[str] = ("message",),
    answers: Sequence[str] = ANSWERS,
) -> Criterion:
    with database.transaction() as session:
        return publish_criterion(
            SYSTEM,
            session=session,
            name=name,
            question="What do they want?",
            kind=kind,
            subjects=subjects,
            answers=answers,
        )


def texts(answer: str, count: int, *, start: int = 0) -> list[NewExample]:
    return [NewExample(f"{_WORDS[answer]} {place}", answer) for place in range(start, start + count)]


def add(
    database: Database, actor: Actor, classifier: Classifier, *new: NewExample, source: str = "click"
) -> Added:
    with database.transaction() as session:
        return add_examples(actor, classifier.key, new, session=session, source=source)


def taught(database: Database, actor: Actor, classifier: Classifier, each: int = 8) -> Added:
    return add(database, actor, classifier, *(new for answer in ANSWERS for new in texts(answer, each)))


def talk(database: Database, *words: str) -> list[int]:
    """One conversation for each, in which the customer says it and we answer; ids of what they said."""
    load(
        database,
        [
            record(
                f"c{place}",
                said("customer", text, external_id=f"m{place}"),
                said("rep", "We look into it.", external_id=f"r{place}", minute=1),
            )
            for place, text in enumerate(words)
        ],
    )
    with database.reading() as session:
        found = session.exec(select(Message.text, Message.id).where(Message.author == "customer"))
        ids = dict(found.all())
    return [ids[text] or 0 for text in words]
