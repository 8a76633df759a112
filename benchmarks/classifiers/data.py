"""The public sets of labelled customer texts, each as one pool of rows that the benchmark splits itself."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.adapters import read_rows

_TURNS = 10_000  # of MultiDoGO's 93,261: embedding them all would take most of the run
_SEED = 20261122


@dataclass(frozen=True, slots=True)
class Row:
    """A text with its right answers: exactly one, or any number in a many-of set."""

    text: str
    answers: tuple[str, ...]
    group: str = ""
    """Rows of one conversation (or hidden intent) never straddle a split; empty: by itself."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Train and validation parts of a set together."""

    name: str
    rows: list[Row]
    many: bool = False


def banking77(data: Path) -> Pool:
    """Bank queries, 77 intents. The few-shot files are rows of the same train file, so only that is read."""
    with gzip.open(data / "banking77" / "train.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        return Pool("BANKING77", [Row(row["text"], (row["category"],)) for row in csv.DictReader(handle)])


def clinc150(data: Path) -> Pool:
    """Queries to an assistant, 150 intents, without the out-of-scope ones."""
    rows = [
        Row(row["text"], (row["intent"],))
        for part in ("train", "val")
        for row in read_rows(data / "clinc150" / f"{part}.jsonl.gz")
    ]
    return Pool("CLINC150", rows)


def hwu64(data: Path) -> Pool:
    """Commands to a home assistant, 64 intents."""
    rows = [
        Row(row["text"], (row["label"],))
        for part in ("train", "valid")
        for row in read_rows(data / "hwu64" / f"{part}.jsonl.gz")
    ]
    return Pool("HWU64", rows)


def nlupp_banking(data: Path) -> Pool:
    """Bank queries with any number of 48 intents."""
    return _nlupp(data, "banking")


def nlupp_hotels(data: Path) -> Pool:
    """Hotel queries with any number of 40 intents."""
    return _nlupp(data, "hotels")


def multidogo(data: Path) -> Pool:
    """10,000 customer turns drawn from six domains, 50 intents; turns with several intents are left out."""
    rows = []
    for path in sorted((data / "multidogo" / "turn_level").glob("*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
            rows += [
                Row(row["utterance"], (row["intent"],), row["conversationId"])
                for row in csv.DictReader(handle, delimiter="\t")
                if row["intent"] and "<div>" not in row["intent"] and row["utterance"].strip()
            ]
    return Pool("MultiDoGO", random.Random(_SEED).sample(rows, min(_TURNS, len(rows))))


def natcs(data: Path) -> Pool:
    """Spoken-style insurance utterances, 22 skewed intents."""
    path = data / "natcs_intents" / "insurance_utterances.jsonl.gz"
    return Pool("NatCS", [Row(row["utterance"], (row["intent"],)) for row in read_rows(path)])


POOLS: dict[str, Callable[[Path], Pool]] = {
    "banking77": banking77,
    "clinc150": clinc150,
    "hwu64": hwu64,
    "nlupp (banking)": nlupp_banking,
    "nlupp (hotels)": nlupp_hotels,
    "multidogo": multidogo,
    "natcs_intents": natcs,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """In-scope rows to learn from and to keep, and rows near to them that must not be answered."""

    known: list[Row]
    kept: list[Row]
    near: list[Row]
    far: list[Row]


def banking77_oos(data: Path) -> Scope:
    """50 of the bank's intents; the other 27 are the near unknowns, CLINC150's unknowns the far ones."""
    folder = data / "banking77_oos"

    def rows(name: str) -> Iterator[Row]:
        return (
            Row(row["text"], (row["label"],), row.get("label_original", ""))
            for row in read_rows(folder / f"{name}.jsonl.gz")
        )

    return Scope(
        known=list(rows("train")),
        kept=list(rows("valid")),
        near=[*rows("id_oos_train"), *rows("id_oos_valid")],
        far=list(rows("ood_oos_valid")),
    )


def as_in_banking77(scope: Scope, data: Path) -> Scope:
    """The same texts with the labels BANKING77 gives them, which the published recut does not.

    There, the first eleven or so rows of many answers have the label of the answer before or after: 366 of
    the 5,905 rows to learn from, of which 145 ask what is to be unknown; 58 of those to keep; and 156 of the
    near unknowns ask what is known.
    """
    right = {row.text.strip().lower(): row.answers[0] for row in banking77(data).rows}
    answers = {row.answers[0] for row in scope.known}

    def label(row: Row) -> str:
        return right.get(row.text.strip().lower(), row.group or row.answers[0])

    def answered(rows: list[Row]) -> list[Row]:
        return [replace(row, answers=(label(row),)) for row in rows if label(row) in answers]

    return Scope(
        known=answered(scope.known),
        kept=answered(scope.kept),
        near=[row for row in scope.near if label(row) not in answers],
        far=scope.far,
    )


def _nlupp(data: Path, domain: str) -> Pool:
    path = data / "nlupp" / f"{domain}_folds00-17.jsonl.gz"
    rows = [Row(row["text"], tuple(row.get("intents", ()))) for row in read_rows(path)]
    return Pool(f"NLU++ {domain}", rows, many=True)
