"""How long a replay of a one-article change takes, offline, and how much of it need not be asked again.

    python -m benchmarks.replay [--cases 300] [--articles 2757]

2,757 articles (the AWS core corpus) and 300 cases, every one of them in the smoke suite, so that all are
replayed: the 56 questions of customers, and titles of articles as questions. Without the public data the
articles of the sample company stand in, each as often as it takes with words of its own. Four replays:

* *first*: nothing is known, what is live is asked about every case;
* *second*: another article, against the same build: what is live has answered;
* *after a release*: of the first change, so that what is live is another build;
* *everything anew*: the second one without anything taken over, which is what reuse saves.

Exit 1 when one of the first three takes more than 60 seconds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from random import Random
from unittest.mock import patch

from sqlmodel import select

from benchmarks import data as public
from benchmarks.search import RememberingEmbedder
from benchmarks.table import print_table
from core.criteria import ensure_criteria
from core.database import Database, migrate
from core.evals import add_members, create_case, create_suite
from core.identity import SYSTEM
from core.knowledge import (
    ArticleRecord,
    embed_missing,
    import_articles,
    open_edit,
    save_edit,
    text_of,
)
from core.knowledge.tables import Article
from core.llm import get_embedder
from core.releases import Proposal, apply_changes, propose_edit
from core.releases.opening import changes_of
from core.releases.replaying import ReplayView, read_replay, start_replay, steps, work_on_replay
from core.sample.material import FOLDER
from core.settings import Settings, get_settings

TARGET_SECONDS = 60.0
ARTICLES = 2_757


@dataclass(frozen=True)
class Took:
    """What one replay took."""

    name: str
    wall: float
    cpu: float
    view: ReplayView


def main() -> int:
    """Print the table; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--articles", type=int, default=ARTICLES, help="fewer are quicker to embed")
    options = parser.parse_args()
    settings = get_settings()
    with tempfile.TemporaryDirectory(prefix="ratchet-replay-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'replay.sqlite'}")
        migrate(database)
        with database.transaction() as session:
            ensure_criteria(session=session)
        articles, questions = _knowledge(options.articles)
        _fill(database, articles, settings)
        _add_cases(database, articles, questions, options.cases)
        first, second = _propose(database, articles, 0), _propose(database, articles, 1)
        results = [
            _replay("first", first, database, settings),
            _replay("second", second, database, settings),
        ]
        with database.transaction() as session:  # what shipping does, without its gate
            apply_changes(SYSTEM, changes_of(first.key, session=session), session=session)
        embed_missing(database=database, embedder=get_embedder(settings))
        results.append(_replay("after a release", second, database, settings))
        anew = patch.object(steps, "take_over", lambda *_arguments, **_named: 0)
        results.append(_replay("everything anew", second, database, settings, around=anew))
        database.dispose()
    print_table(
        f"{len(articles):,} articles, {results[0].view.n} cases, one article changed, offline",
        ("replay", "wall s", "CPU s", "cases", "verdict", "taken over", "other answers"),
        [
            [
                each.name,
                f"{each.wall:.1f}",
                f"{each.cpu:.1f}",
                f"{each.view.n}",
                each.view.verdict,
                f"{each.view.reused} of {2 * each.view.n}",
                f"{each.view.changed}",
            ]
            for each in results
        ],
    )
    slow = [each.name for each in results[:3] if each.wall > TARGET_SECONDS]
    if slow:
        print(f"more than {TARGET_SECONDS:.0f} s: {', '.join(slow)}")
    return 1 if slow else 0


def _knowledge(most: int) -> tuple[list[ArticleRecord], list[str]]:
    """Articles and questions, those that the first questions need before others."""
    data = public.shared_data()
    if data is not None:
        asked = public.aws_questions(data)
        needed = {name for each in asked for name in each.relevant}
        articles = sorted(public.aws_articles(data), key=lambda each: each.external_id not in needed)
        return articles[:most], [each.text for each in asked]
    print("no public data (RATCHET_SHARED_DATA, or ../shared/data): the sample articles stand in, multiplied")
    sample = [
        ArticleRecord(each.stem, each.stem.replace("-", " ").capitalize(), each.read_text(encoding="utf-8"))
        for each in sorted((FOLDER / "articles" / "en").glob("*.md"))
    ]
    made = (
        ArticleRecord(
            f"{each.external_id}-{number}",
            f"{each.title} {number}",
            f"For plan P{number}.\n\n{each.body}",
            locale="en",
        )
        for number in count()
        for each in sample
    )
    return list(islice(made, most)), []


def _fill(database: Database, articles: Sequence[ArticleRecord], settings: Settings) -> None:
    began = time.monotonic()
    report = import_articles(articles, database=database, source="benchmark")
    vectors = RememberingEmbedder(get_embedder(settings), settings.home / "benchmarks" / "vectors.sqlite")
    embed_missing(database=database, embedder=vectors, batch=256)
    print(f"{len(articles):,} articles in {time.monotonic() - began:.0f} s ({report})"[:200], flush=True)


def _add_cases(
    database: Database, articles: Sequence[ArticleRecord], questions: Sequence[str], size: int
) -> None:
    others = Random(7).sample(
        list(articles), min(len(articles), max(0, size - len(questions)))
    )  # the same each time
    texts = [*questions, *(f"What should I know about {each.title}?" for each in others)][:size]
    with database.transaction() as session:
        keys = [
            create_case(
                SYSTEM,
                session=session,
                name=text[:100],
                messages=[{"author": "customer", "text": text}],
                expectations=[{"kind": "decision", "decisions": ["answer"]}],
                state="accepted",
                locale="en",
            ).key
            for text in dict.fromkeys(texts)
        ]
        suite = create_suite(SYSTEM, session=session, name="smoke", title="Smoke", kind="smoke")
        add_members(SYSTEM, suite.key, keys, session=session)


def _propose(database: Database, articles: Sequence[ArticleRecord], number: int) -> Proposal:
    """One article says something more in its middle."""
    record = Random(11 + number).choice(list(articles))
    lines = record.body.split("\n")
    middle = len(lines) // 2
    body = "\n".join((*lines[:middle], "", "Since December the limit is 500.", "", *lines[middle:]))
    with database.transaction() as session:
        article = session.exec(select(Article).where(Article.external_id == record.external_id)).one()
        edit = open_edit(SYSTEM, article.key, session=session)
        text = text_of(edit)
        saved = save_edit(SYSTEM, edit.key, base=text, mine=replace(text, body=body), session=session)
        return propose_edit(SYSTEM, saved.edit.key, session=session)


def _replay(
    name: str,
    proposal: Proposal,
    database: Database,
    settings: Settings,
    *,
    around: AbstractContextManager[object] | None = None,
) -> Took:
    with around or nullcontext():
        wall, cpu = time.monotonic(), time.process_time()
        replay = start_replay(SYSTEM, proposal.key, database=database, settings=settings)
        work_on_replay(replay.key, owner=name, database=database, settings=settings)
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    with database.reading() as session:
        view = read_replay(SYSTEM, proposal.key, session=session)
    if view is None or view.state != "finished":
        sys.exit(f"{name}: {view.words if view is not None else 'no replay'}")
    print(f"{name}: {wall:.1f} s", flush=True)
    return Took(name, wall, cpu, view)


if __name__ == "__main__":
    sys.exit(main())
