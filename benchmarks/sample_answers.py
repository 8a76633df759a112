"""Make the labelled answers of the sample company: which offline drafts were right, and their signals.

    python -m benchmarks.sample_answers

Writes ``data/halyard/answering.jsonl``, from which ``init --sample`` fits the calibration that the
sample starts with. Every opening of every scenario goes through the real drafting pipeline. An
answer counts as right when it cites an article that the scenario names as answering, and as wrong when
it cites others only, or when the matter was not to be answered at all; that is a stricter or
looser measure than a person's in places, so the calibration is marked as the sample's.
Openings the model did not answer are left out: the score is about answers.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.answers import build, is_right, openings
from benchmarks.search import RememberingEmbedder
from core.assist import draft_now, equip
from core.database import Database
from core.llm import get_embedder
from core.sample import ANSWERS
from core.sample.material import read_material
from core.settings import get_settings


def main() -> int:
    """Write the file and say what is in it."""
    settings = get_settings()
    rows = []
    with tempfile.TemporaryDirectory(prefix="ratchet-sample-answers-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'answers.sqlite'}")
        memory = settings.home / "benchmarks" / "vectors.sqlite"
        build(database, RememberingEmbedder(get_embedder(settings), memory))
        equipment = equip(database, settings)
        for case in openings(read_material()):
            messages = [{"author": "customer", "text": case.text}]
            draft = draft_now(messages, database=database, settings=settings, equipment=equipment)
            if draft.decision == "answer" and draft.signals:
                cited = {citation.hit.article_external_id for citation in draft.citations}
                rows.append(
                    {
                        "group": case.scenario.id,
                        "locale": case.locale,
                        "right": case.kind != "handed over" and is_right(case, cited),
                        "signals": draft.signals,
                    }
                )
        database.dispose()
    ANSWERS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    counted = Counter((str(row["locale"]), row["right"]) for row in rows)
    for locale in sorted({locale for locale, _ in counted}):
        print(f"{locale}: {counted[locale, True]} right, {counted[locale, False]} wrong")
    print(f"{len(rows)} answers of {len({row['group'] for row in rows})} scenarios in {ANSWERS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
