"""Cases, conversations and proposals to replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, select

from core.database import Database
from core.evals import EvalCase, EvalSuite, add_members, create_case, create_suite
from core.evals.tables import EvalResult
from core.identity import SYSTEM, Actor
from core.knowledge import embed_missing
from core.llm import Embedder
from core.releases import Proposal
from core.releases.replaying import ReplayView, read_replay, start_replay, work_on_replay
from core.releases.tables import Replay
from core.settings import Settings
from tests.core.assist.making import conversation
from tests.core.releases.making import fill

TEXTS = {
    "refunds": "A refund is paid within 14 days to the original card.",
    "password": "Choose Forgot password on the sign-in page to reset your password.",
    "invoices": "Invoices are sent by e-mail on the first day of each month.",
    "keys": "Create an API key under Settings and keep it secret.",
    "outages": "The status page shows every outage and when it began.",
}
WORDS = (
    "anchor", "barrel", "candle", "drawer", "engine", "feather", "gutter", "hammer", "island", "jacket",
    "kettle", "ladder", "magnet", "needle", "orchard", "pillow", "quarry", "ribbon", "saddle", "tunnel",
    "umbrella", "velvet", "window", "yarn", "zipper", "bucket", "carpet", "donkey", "fiddle", "goblet",
)  # fmt: skip
QUESTIONS = {
    "How many days does a refund take?": "14 days",
    "How do I reset my password?": "Forgot password",
    "When are invoices sent?": "first day",
    "Where do I create an API key?": "Settings",
    "Can I bring my zebra to the office?": "zebra",
}


def add_knowledge(database: Database, embedder: Embedder | None) -> dict[str, int]:
    """Articles with their vectors, if any; returns their ids by name."""
    others = {
        f"other-{number}": f"The {WORDS[number]} of model {number}{WORDS[-number]} is {number} inches long."
        for number in range(len(WORDS))
    }
    made = fill(database, **TEXTS, **others)
    if embedder is not None:
        embed_missing(database=database, embedder=embedder)
    return made


def add_case(session: Session, said: str, expected: str, **values: Any) -> EvalCase:
    """An accepted case that expects some words."""
    return create_case(
        SYSTEM,
        session=session,
        name=said,
        messages=[{"author": "customer", "text": said}],
        expectations=[{"kind": "contains", "texts": [expected]}],
        state="accepted",
        locale="en",
        **values,
    )


def add_smoke(database: Database, questions: Mapping[str, str] = QUESTIONS, **values: Any) -> list[int]:
    """A smoke suite of these cases; returns their ids."""
    with database.transaction() as session:
        cases = [add_case(session, said, expected, **values) for said, expected in questions.items()]
        suite = create_suite(SYSTEM, session=session, name="smoke", title="Smoke", kind="smoke")
        add_members(SYSTEM, suite.key, [each.key for each in cases], session=session)
        return [each.key for each in cases]


def ask(database: Database, *texts: str) -> None:
    """A conversation of one message each."""
    for number, text in enumerate(texts):
        conversation(database, text, external_id=f"asked-{number}", subject=text)


def replay_now(
    database: Database, settings: Settings, actor: Actor, proposal: Proposal, *, owner: str = "here"
) -> ReplayView:
    """The replay of a proposal, worked on in this thread."""
    replay = start_replay(actor, proposal.key, database=database, settings=settings)
    work_on_replay(replay.key, owner=owner, database=database, settings=settings)
    return seen(database, actor, proposal)


def seen(database: Database, actor: Actor, proposal: Proposal) -> ReplayView:
    """The newest replay of a proposal."""
    with database.reading() as session:
        found = read_replay(actor, proposal.key, session=session)
    assert found is not None
    return found


def answers(database: Database, run_id: int | None) -> dict[int, dict[str, Any]]:
    """What a run answered, by case, without what is of its making: times and costs."""
    names = (
        "text",
        "decision",
        "reason",
        "question",
        "citations",
        "retrieved",
        "confidence",
        "findings",
        "searches",
    )
    with database.reading() as session:
        results = session.exec(select(EvalResult).where(EvalResult.run_id == run_id)).all()
    return {each.case_id: {name: each.output[name] for name in names} for each in results}


def asked_again(database: Database, replay: Replay, *, of: str = "candidate_run_id") -> int:
    """How many results of a run were not taken over."""
    with database.reading() as session:
        results: Sequence[EvalResult] = session.exec(
            select(EvalResult).where(EvalResult.run_id == getattr(replay, of))
        ).all()
    return sum(each.cached_from_id is None for each in results)


def suites(database: Database) -> list[str]:
    """The kinds of all suites there are."""
    with database.reading() as session:
        return [each.kind for each in session.exec(select(EvalSuite))]
