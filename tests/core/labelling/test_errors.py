"""Likely label errors: injected ones are found, and what cannot be looked at is said."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from core.criteria import SEPARATOR, Criterion, Judgement, adjudicate
from core.database import Database
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.identity import Actor, Role
from core.labelling import find_label_errors
from tests.core.conversations.make import add_actor, load, record, said

WORDS = {
    "refund": "refund money back charged twice return payment card amount",
    "outage": "server down offline timeout error unreachable slow incident",
    "access": "password login locked account reset code email sign",
}
FILLERS = [
    "please",
    "hello",
    "since",
    "yesterday",
    "still",
    "need",
    "help",
    "with",
    "my",
    "the",
    "and",
    "today",
    "thanks",
    "for",
    "again",
]


class WordVectors:
    """A small stand-in for an embedder: hashed words, unit length."""

    name = "words"
    dimensions = 96

    def __init__(self) -> None:
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += len(texts)
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[crc32(word.encode()) % self.dimensions] += 1
        return rows / np.maximum(1e-9, np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture
def specialist(database: Database) -> Actor:
    return add_actor(database, "lucia", Role.SPECIALIST)


def conversations(database: Database, count: int, *, seed: int = 1) -> list[str]:
    """Conversations 1 to ``count``; what each is truly about."""
    random = np.random.default_rng(seed)
    topics = [str(topic) for topic in random.choice(list(WORDS), count)]
    records = []
    for number, topic in enumerate(topics):
        words = [*random.choice(WORDS[topic].split(), 3, replace=False), *random.choice(FILLERS, 5)]
        records.append(record(f"c{number}", said("customer", " ".join(random.permutation(words)))))
    load(database, records)
    return topics


def label(
    database: Database, answers: Sequence[str], *, kind: str = "one_of", judge: str = "outside:Zoe"
) -> Criterion:
    with database.transaction() as session:
        criterion = Criterion(
            name="about",
            question="What is it about?",
            kind=kind,
            subjects=["conversation"],
            answers=list(WORDS),
        )
        session.add(criterion)
        session.flush()
        session.add_all(
            Judgement(
                criterion_id=criterion.key,
                subject_type="conversation",
                subject_id=number,
                answer=answer,
                judge_type="person",
                judge=judge,
                origin="label",
            )
            for number, answer in enumerate(answers, 1)
        )
    return criterion


def wronged(topics: Sequence[str], share: float, *, seed: int = 2) -> tuple[list[str], set[int]]:
    """The labels with so many changed at random, and the keys of those."""
    random = np.random.default_rng(seed)
    changed = {int(place) for place in random.choice(len(topics), int(share * len(topics)), replace=False)}
    labels = [
        str(random.choice([other for other in WORDS if other != topic])) if place in changed else topic
        for place, topic in enumerate(topics)
    ]
    return labels, {place + 1 for place in changed}


def test_changed_labels_are_found(database: Database, specialist: Actor) -> None:
    topics = conversations(database, 240)
    labels, wrong = wronged(topics, 0.05)
    criterion = label(database, labels)
    seen: list[tuple[int, int]] = []
    found = find_label_errors(
        specialist,
        criterion.key,
        database=database,
        embedder=WordVectors(),
        progress=lambda done, total: seen.append((done, total)),
    )
    named = {each.subject_id for each in found.suspects}
    assert len(named & wrong) / len(named) >= 0.6  # precision; 0.48 to 0.71 is usual on real texts
    assert len(named & wrong) / len(wrong) >= 0.6  # recall
    for each in found.suspects:
        assert each.given == labels[each.subject_id - 1]
        if each.subject_id in wrong:
            assert each.suggested == topics[each.subject_id - 1]
        assert 0 <= each.score <= 1
    assert [each.score for each in found.suspects] == sorted(each.score for each in found.suspects)
    assert (found.looked_at, found.left_out, seen[-1]) == (240, {}, (240, 240))


def test_the_same_labels_give_the_same_suspects(database: Database, specialist: Actor) -> None:
    criterion = label(database, wronged(conversations(database, 90), 0.08)[0])
    one, other = (
        find_label_errors(specialist, criterion.key, database=database, embedder=WordVectors())
        for _ in range(2)
    )
    assert one == other
    assert one.suspects


def test_what_was_decided_is_not_suspected_again(database: Database, specialist: Actor) -> None:
    criterion = label(database, wronged(conversations(database, 120), 0.05)[0])
    first = find_label_errors(specialist, criterion.key, database=database, embedder=WordVectors())
    kept = first.suspects[0]
    with database.transaction() as session:
        adjudicate(
            specialist, criterion.key, "conversation", kept.subject_id, session=session, answer=kept.given
        )
    again = find_label_errors(specialist, criterion.key, database=database, embedder=WordVectors())
    assert kept.subject_id not in {each.subject_id for each in again.suspects}
    assert again.looked_at == first.looked_at


def test_several_answers_are_looked_at_one_by_one(database: Database, specialist: Actor) -> None:
    topics = conversations(database, 150)
    labels = list(topics)
    labels[7] = SEPARATOR.join(
        sorted({topics[7], "access" if topics[7] != "access" else "outage"}, key=list(WORDS).index)
    )
    criterion = label(database, labels, kind="many_of")
    found = find_label_errors(specialist, criterion.key, database=database, embedder=WordVectors())
    suspect = {each.subject_id: each for each in found.suspects}[8]
    assert (suspect.given, suspect.suggested) == (labels[7], topics[7])


def test_too_few_labels_are_counted_in_the_message(database: Database, specialist: Actor) -> None:
    conversations(database, 14)
    criterion = label(database, ["refund"] * 11 + ["outage"] * 3)
    vectors = WordVectors()
    with pytest.raises(InvalidInput, match=r"two answers need 10 each.*outage 3, refund 11"):
        find_label_errors(specialist, criterion.key, database=database, embedder=vectors)
    assert not vectors.texts  # no slow work for nothing


def test_rare_answers_are_left_out_and_named(database: Database, specialist: Actor) -> None:
    topics = conversations(database, 60)
    rare = [place for place, topic in enumerate(topics) if topic == "access"][4:]
    labels = ["refund" if place in rare else topic for place, topic in enumerate(topics)]
    found = find_label_errors(
        specialist, label(database, labels).key, database=database, embedder=WordVectors()
    )
    assert found.left_out == {"access": 4}
    assert found.looked_at == 56


def test_who_and_what_may_not(database: Database, specialist: Actor) -> None:
    conversations(database, 3)
    criterion = label(database, ["noted"], kind="note")
    rep = add_actor(database, "rosa", Role.REP)
    for actor, error in ((rep, PermissionDenied), (specialist, InvalidInput)):
        with pytest.raises(error):
            find_label_errors(actor, criterion.key, database=database, embedder=WordVectors())


def test_it_can_be_stopped(database: Database, specialist: Actor) -> None:
    criterion = label(database, conversations(database, 60))
    with pytest.raises(Conflict, match="stopped"):
        find_label_errors(
            specialist,
            criterion.key,
            database=database,
            embedder=WordVectors(),
            should_stop=lambda: True,
        )
