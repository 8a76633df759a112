"""How long the offline draft takes, stage by stage, in a full installation.

2,757 articles (the AWS core corpus) and 100,000 conversations in one SQLite database; drafts for real
first questions. The reference is the search alone, measured in the same run: what a draft costs beyond
finding its passages.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from benchmarks import data as public
from benchmarks import queue
from benchmarks.search import RememberingEmbedder
from benchmarks.table import ms, percentile, print_table, ratio, timed
from core.assist import DraftResult, draft_now, equip
from core.database import Database, migrate
from core.knowledge import embed_missing, import_articles, search
from core.llm import get_embedder
from core.settings import get_settings

TARGET_MS = 400.0
STAGES = ("context", "search", "model", "verify")


def main() -> int:
    """Print the table; 1 when the p95 misses the target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--drafts", type=int, default=200)
    parser.add_argument("--conversations", type=int, default=100_000)
    options = parser.parse_args()
    data = public.shared_data()
    if data is None:
        print("skipped: no public data (set RATCHET_SHARED_DATA, or put it into ../shared/data)")
        return 0
    settings = get_settings()
    embedder = get_embedder(settings)
    remembering = RememberingEmbedder(embedder, settings.home / "benchmarks" / "vectors.sqlite")
    with tempfile.TemporaryDirectory(prefix="ratchet-drafts-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'drafts.sqlite'}")
        migrate(database)
        queue.build(database, options.conversations)
        report = import_articles(public.aws_articles(data), database=database, source="aws")
        embed_missing(database=database, embedder=remembering, batch=256)
        questions = [question.text for question in public.aws_questions(data)]
        equipment = equip(database, settings)
        asked = list(islice(cycle(questions), options.drafts))

        def write(text: str) -> DraftResult:
            messages = [{"author": "customer", "text": text}]
            return draft_now(messages, database=database, settings=settings, equipment=equipment)

        for question in questions[:3]:  # loads the model and the index
            write(question)

        found = iter(asked)

        def find() -> None:
            with database.reading() as session:
                search(next(found), session=session, embedder=embedder, audience="public", locale="en")

        alone = timed(find, times=len(asked) - 1, warm_up=1)
        results = [write(text) for text in asked]
        database.dispose()
    whole = [sum(result.stages.values()) for result in results]
    rows = [
        [stage, ms(percentile(values, 50)), ms(percentile(values, 95)), ""]
        for stage in STAGES
        if (values := [result.stages.get(stage, 0.0) for result in results])
    ]
    p50, p95 = percentile(whole, 50), percentile(whole, 95)
    rows.append(["whole draft", ms(p50), ms(p95), ratio(p95, alone.p95)])
    rows.append(["reference: one search", ms(alone.p50), ms(alone.p95), "1.00x"])
    answered = sum(result.decision == "answer" for result in results)
    print_table(
        f"{len(asked)} offline drafts, {report.new:,} articles, {options.conversations:,} conversations, "
        f"{answered} answered (milliseconds)",
        ["stage", "p50", "p95", "p95 to reference"],
        rows,
    )
    if p95 > TARGET_MS:
        print(f"\nabove the target of {TARGET_MS:.0f} ms at p95")
    return int(p95 > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
