"""The calibration the sample starts with, fitted on labelled answers of the offline model.

Not on the history: its drafts are written from material, not by a model, and what reps did with them
was drawn by lot. A score fitted on that would look right and mean nothing.
"""

from __future__ import annotations

import json

from sqlmodel import Session, select

from core.assist import abstention
from core.assist.tables import Calibration
from core.identity import SYSTEM
from core.sample.material import FOLDER

ANSWERS = FOLDER / "answering.jsonl"
"""One line an answer, made by ``python -m benchmarks.sample_answers``."""
SCOPE = "Sample: openings of the sample company, answered by the offline model; right by the article cited"


def prepare_calibration() -> Calibration:
    """Fit what :data:`ANSWERS` holds: every draft gets a score, none is held back until somebody chooses.

    Takes a few tenths of a second; call it outside of transactions.
    """
    with ANSWERS.open(encoding="utf-8") as lines:
        examples = list(abstention.read_labelled(json.loads(line) for line in lines))
    made = abstention.prepare(examples, source="labelled", scope=SCOPE)
    made.live = True
    return made


def add_sample_calibration(made: Calibration, *, session: Session) -> bool:
    """Store it, unless this installation has a calibration already. Returns whether it was stored."""
    if session.exec(select(Calibration.id).limit(1)).first() is not None:
        return False
    abstention.add_calibration(SYSTEM, made, session=session)
    return True
