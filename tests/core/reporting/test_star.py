"""Real suggestions: what the reports say equals what plain Python counts in the file."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from benchmarks.adapters import star_conversations, write_rows
from benchmarks.outcomes import FILE
from benchmarks.real_data import shared_data
from core.database import Database
from core.reporting import Filters, read_quality
from core.surfaces import ImportOptions, import_conversation_file
from tests.core.reporting.making import MANAGER

DIALOGUES = 200


DATA = shared_data()


@pytest.mark.skipif(DATA is None, reason="the public data is not here: set RATCHET_SHARED_DATA")
def test_the_first_dialogues_of_star(tmp_path: Path, database: Database) -> None:
    star = (DATA or Path()) / FILE
    path = tmp_path / "star.jsonl"
    write_rows(path, islice(star_conversations(star, complete=False), DIALOGUES))
    summary = import_conversation_file(path, database=database, options=ImportOptions(source="star"))
    assert (summary.new, summary.rejected) == (DIALOGUES, 0)
    with database.reading() as session:
        quality = read_quality(MANAGER, session=session, filters=Filters(source="star"))
    expected = counted_plainly(star)
    accepted, first = quality.drafts.accepted.rate, quality.drafts.first_rank.rate
    assert accepted is not None
    assert first is not None
    assert (accepted.successes, accepted.n) == expected["accepted"]
    assert (first.successes, first.n) == expected["first"]
    assert accepted.low < accepted.estimate < accepted.high
    found = {each.label: (each.rate.successes, each.n) for each in quality.customers.questions if each.rate}
    assert found == expected["questions"]
    people = {each.question: each.people for each in quality.criteria}
    assert {label: each.found for label, each in people.items()} == {
        label: f"{yes:,} of {n:,}" for label, (yes, n) in expected["of agents"].items()
    }
    assert all(each.rate is None for each in people.values())  # nobody drew these at random


def counted_plainly(star: Path) -> dict[str, Any]:
    """The same figures from the file itself, in the words of its README."""
    picked = own = first = dialogues = 0
    answers: dict[str, dict[str, tuple[int, int]]] = {"UserQuestionnaire": {}, "WizardQuestionnaire": {}}
    with gzip.open(star, "rt", encoding="utf-8") as lines:
        for line in lines:
            dialogue = json.loads(line)
            said = [f"{event['Agent']} {event['Action']}" for event in dialogue["Events"]]
            if not {"User utter", "User complete", "Wizard utter", "Wizard pick_suggestion"} & set(said):
                continue
            dialogues += 1
            if dialogues > DIALOGUES:
                break
            own += said.count("Wizard utter")
            for event in dialogue["Events"]:
                if event["Action"] == "pick_suggestion":
                    picked += 1
                    first += event["ActionLabelOptions"][0] == event["ActionLabel"]
            for name, counts in answers.items():
                for entry in dialogue[name] or ():
                    yes, asked = counts.get(entry["Question"], (0, 0))
                    counts[entry["Question"]] = (yes + entry["Answer"], asked + 1)
    return {
        "accepted": (picked, picked + own),
        "first": (first, picked),
        "questions": answers["UserQuestionnaire"],
        "of agents": answers["WizardQuestionnaire"],
    }
