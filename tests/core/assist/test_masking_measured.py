"""How much personal data is found, measured on public data. Skips where that data is not there."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.assist import Known, mask
from core.assist.masking import Masker

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("RATCHET_SHARED_DATA", ROOT.parent / "shared" / "data"))

LEAST_RECALL = {
    "CREDIT_CARD": 1.0, "EMAIL_ADDRESS": 1.0, "IBAN_CODE": 1.0, "IP_ADDRESS": 1.0, "US_SSN": 1.0,
    "US_DRIVER_LICENSE": 0.8, "PHONE_NUMBER": 0.9, "PERSON": 0.4, "STREET_ADDRESS": 0.15,
}  # fmt: skip
"""Share of the spans of which at least 80 % of the characters are hidden, with nothing known beforehand."""


pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data is not here: set RATCHET_SHARED_DATA"
)


def hidden_part(text: str) -> list[bool]:
    """For each character of ``text`` whether masking hides it."""
    masker = Masker()
    masked = masker.mask(text)
    hidden = [False] * len(text)
    position = 0
    for piece in _pieces(masked, masker):
        if isinstance(piece, tuple):
            hidden[position : position + len(piece[0])] = [True] * len(piece[0])
            position += len(piece[0])
        else:
            position += len(piece)
    assert position == len(text)
    return hidden


def _pieces(masked: str, masker: Masker) -> list[Any]:
    from core.assist.masking import PLACEHOLDER

    pieces: list[Any] = []
    position = 0
    for match in PLACEHOLDER.finditer(masked):
        pieces += [masked[position : match.start()], (masker.mapping[match.group()].value,)]
        position = match.end()
    return [*pieces, masked[position:]]


def test_synthetic_records() -> None:
    path = SHARED.joinpath("pii_synth", "records_half_a.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    found, all_of_them, wrong, harmless = Counter[str](), Counter[str](), 0, 0
    for record in records:
        hidden = hidden_part(record["full_text"])
        private = [False] * len(hidden)
        for span in record["spans"]:
            start, end = span["start_position"], span["end_position"]
            private[start:end] = [True] * (end - start)
            all_of_them[span["entity_type"]] += 1
            found[span["entity_type"]] += sum(hidden[start:end]) >= 0.8 * (end - start)
        wrong += sum(h and not p for h, p in zip(hidden, private, strict=True))
        harmless += sum(not p for p in private)
    recall = {kind: found[kind] / all_of_them[kind] for kind in LEAST_RECALL}
    print({kind: round(value, 3) for kind, value in recall.items()}, round(wrong / harmless, 4))
    assert {kind for kind, value in recall.items() if value < LEAST_RECALL[kind]} == set()
    assert wrong / harmless < 0.01


@pytest.mark.parametrize("language", ["en", "fr", "pl"])
def test_known_customers_are_hidden_wherever_they_are_named(language: str) -> None:
    path = SHARED.joinpath("evi", f"records.{language}.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        people = [row for row, _ in zip(csv.DictReader(lines), range(2000), strict=False)]
    leaks = []
    for person in people:
        known = Known(names=(person["name"],), values=(person["email"],), locale=language)
        text = (
            f"good morning {person['name'].lower()} here, write to {person['email'].upper()}. "
            f"Thanks, {person['name_first']}. Invoice for {person['name_last']}, {person['name_first']}"
        )
        masked = mask(text, known).text
        if (
            any(
                secret.casefold() in masked.casefold().split() for secret in (person["name"], person["email"])
            )
            or "@" in masked
            or f" {person['name_last']}," in masked
        ):
            leaks.append(person["name"])
    assert leaks == []


def test_spelled_out_answers_of_callers() -> None:
    path = SHARED.joinpath("evi", "dialogues.en.tsv.gz")
    names = SHARED.joinpath("evi", "records.en.csv.gz")
    with gzip.open(names, "rt", encoding="utf-8") as lines:
        profiles = {row["scenario_id"]: row["name"] for row in csv.DictReader(lines)}
    said, hidden = 0, 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            name = profiles.get(row["scenario_id"], "")
            whole = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
            if name and row["item"] == "name" and whole.search(row["transcription"]):
                said += 1
                hidden += not whole.search(mask(row["transcription"], Known(names=(name,))).text)
    assert said > 500
    assert hidden == said
