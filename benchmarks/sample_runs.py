"""Record what the offline model answers to the sample's eval cases, before and after the knowledge fix.

    python -m benchmarks.sample_runs

Loads the sample company into a fresh database and asks the whole way to a draft (the target ``assist`` of
a real run) about the cases of the suites that were run; then puts the articles back to what
``data/halyard/before_fix.yaml`` says they were, and asks again. Writes
``data/halyard/eval_answers.jsonl``, from which ``init --sample`` makes its finished runs: the outputs are
kept, the grades are given anew at every load.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import yaml
from sqlmodel import Session, col, select

from core.conversations import Conversation
from core.database import Database, migrate
from core.evals import Asked, CaseContent, EvalCase, Output, open_target
from core.evals.tables import EvalCaseVersion, EvalSuite, EvalSuiteVersion, EvalSuiteVersionCase
from core.knowledge import embed_missing
from core.llm import get_embedder
from core.sample import SOURCE, load_sample
from core.sample.calendar import WRITTEN
from core.sample.evals import AFTER, ANSWERS, BEFORE, CORE, SMOKE, asked_in, key_of, recorded, writing
from core.sample.material import FOLDER
from core.settings import Settings, get_settings
from core.surfaces import ImportOptions, import_article_file

_REFERENCE = WRITTEN + timedelta(hours=12)


def main() -> int:
    """Write the file and say what is in it."""
    with tempfile.TemporaryDirectory(prefix="ratchet-sample-runs-") as name:
        folder = Path(name)
        os.environ["RATCHET_HOME"] = str(folder)
        get_settings.cache_clear()
        settings = get_settings()
        database = Database(f"sqlite:///{folder / 'ratchet.sqlite'}")
        migrate(database)
        with patch.object(writing, "read_answers", dict):  # all cases are asked, not only those that were
            load_sample(database, settings, reference=_REFERENCE)
        with database.reading() as session:
            cases = _cases(session)
        after = _answers(cases.values(), database=database, settings=settings)
        import_article_file(
            _earlier_articles(folder / "articles"),
            database=database,
            options=ImportOptions(source=SOURCE),
            format="markdown",
        )
        before = _answers(cases.values(), database=database, settings=settings)
        database.dispose()
    lines = [
        {"case": key, "asked": asked_in(content.input), BEFORE: recorded(then), AFTER: recorded(now)}
        for (key, content), then, now in zip(cases.items(), before, after, strict=True)
    ]
    ANSWERS.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )
    print(f"{len(lines)} cases in {ANSWERS.name}, {ANSWERS.stat().st_size / 1e3:,.0f} kB")
    for state, outputs in ((BEFORE, before), (AFTER, after)):
        print(f"{state}: {dict(Counter(each.decision for each in outputs))}")
    changed = sum(then.text != now.text for then, now in zip(before, after, strict=True))
    print(f"{changed} texts differ")
    return 0


def _cases(session: Session) -> Mapping[str, CaseContent]:
    """The cases of any version of the suites that were run, by the key of their answers, in their order."""
    names = dict(session.exec(select(Conversation.id, Conversation.external_id)).all())
    found = session.exec(
        select(EvalCase).where(
            col(EvalCase.id).in_(
                select(EvalCaseVersion.case_id)
                .join(
                    EvalSuiteVersionCase, col(EvalSuiteVersionCase.case_version_id) == col(EvalCaseVersion.id)
                )
                .join(
                    EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalSuiteVersionCase.suite_version_id)
                )
                .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
                .where(col(EvalSuite.name).in_((SMOKE, CORE)))
            )
        )
    )
    cases = {key_of(case, names): CaseContent.of_case(case) for case in found}
    return dict(sorted(cases.items()))


def _answers(cases: Collection[CaseContent], *, database: Database, settings: Settings) -> list[Output]:
    """What the whole way to a draft answers with the articles of this moment, in the order of the cases."""
    embed_missing(database=database, embedder=get_embedder(settings))

    async def ask() -> list[Output]:
        target = await asyncio.to_thread(open_target, "assist", Asked(database, settings))
        try:
            return [await target.answer(case, 0) for case in cases]
        finally:
            await target.aclose()

    return asyncio.run(ask())


def _earlier_articles(folder: Path) -> Path:
    """The articles as they were before the fix, those that changed."""
    changes = yaml.safe_load((FOLDER / "before_fix.yaml").read_text(encoding="utf-8"))
    for path in sorted((FOLDER / "articles").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        name = next(line.removeprefix("id: ") for line in text.splitlines() if line.startswith("id: "))
        if name not in changes:
            continue
        for now, then in changes.pop(name):
            if text.count(now) != 1:
                raise ValueError(f"{name}: {now!r} is there {text.count(now)} times")
            text = text.replace(now, then)
        target = folder / path.relative_to(FOLDER / "articles")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    if changes:
        raise ValueError(f"There are no articles {', '.join(changes)}")
    return folder


if __name__ == "__main__":
    sys.exit(main())
