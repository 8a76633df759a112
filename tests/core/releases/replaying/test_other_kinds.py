"""What is no article is tried as it would be released, too, and nobody who works meanwhile sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.assist import current_build
from core.classifiers import kind, opening
from core.criteria import ensure_criteria
from core.database import Database
from core.evals import start_run, work_on_run
from core.evals.tables import EvalRun
from core.identity import SYSTEM, Actor
from core.llm.offline.model import OfflineModel
from core.releases import Proposal, apply_changes, catalogue_digest, changes_of, propose_change
from core.releases.replaying import steps
from core.releases.replaying.reporting import write_report
from core.settings import Settings
from tests.core.classifiers.live.making import FakeKind, FakeModel, make_classifier
from tests.core.knowledge.making import WordEmbedder
from tests.core.releases.replaying.making import QUESTIONS, add_knowledge, add_smoke, answers, replay_now
from tests.fake_openai import fake_openai

BRIEF = "Be brief. Answer in one sentence and cite it."


@pytest.fixture
def risk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """A classifier that would hold the AI back from refunds, not live; its id and its version's."""
    with database.transaction() as session:
        ensure_criteria(session=session)
    monkeypatch.setitem(kind._KINDS, "fake", FakeKind())
    monkeypatch.setattr(FakeModel, "down", "")
    opening._opened.clear()
    yield make_classifier(database, "risk", words={"refund": "complaint"}, hold_back=["complaint"])
    opening._opened.clear()


@pytest.fixture
def before(database: Database, embedder: WordEmbedder) -> None:
    """Five articles, and five cases in the smoke suite."""
    add_knowledge(database, embedder)
    add_smoke(database)


@pytest.mark.usefixtures("before")
def test_a_classifier_holds_back_on_the_stage_as_it_does_when_released(
    database: Database,
    settings: Settings,
    sue: Actor,
    risk: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    classifier_id, version_id = risk
    with database.transaction() as session:
        content = {"version_id": version_id}
        proposal = propose_change(sue, "classifier", content, session=session, classifier_id=classifier_id)
    live = _watch_live(database, settings, monkeypatch)
    baseline, candidate = _tried_as_released(database, settings, sue, proposal)
    assert (len(live), len(set(live))) == (2, 1), "what is live changed while a replay was under way"
    differing = [key for key, said in candidate.items() if said != baseline[key]]
    assert len(differing) == 1
    [key] = differing
    assert (candidate[key]["decision"], candidate[key]["reason"]) == ("abstain", "policy")
    assert baseline[key]["decision"] == "answer"


@pytest.mark.usefixtures("before")
def test_instructions_reach_the_model_on_the_stage_only(
    database: Database, settings: Settings, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    for name in ("get_response", "stream_response"):
        _note_instructions(name, told, monkeypatch)
    with database.transaction() as session:
        proposal = propose_change(sue, "instructions", {"text": BRIEF}, session=session)
    live = _watch_live(database, settings, monkeypatch)
    _tried_as_released(database, settings, sue, proposal, ready=lambda: _half(told))
    assert (len(live), len(set(live))) == (2, 1)


@pytest.mark.usefixtures("before")
def test_another_model_is_asked_on_the_stage_only(
    database: Database, settings: Settings, sue: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_openai() as server:
        content = {
            "provider": "compatible",
            "name": "other",
            "base_url": server.url,
            "api": "chat_completions",
        }
        with database.transaction() as session:
            proposal = propose_change(sue, "model", content, session=session)
        live = _watch_live(database, settings, monkeypatch)
        baseline, candidate = _tried_as_released(database, settings, sue, proposal)
        assert len(server.requests) >= 2 * len(QUESTIONS)  # the candidate, then the released build
        assert {each["body"]["model"] for each in server.requests} == {"other"}
    assert (len(live), len(set(live))) == (2, 1)
    assert candidate != baseline


def _half(told: list[bool]) -> None:
    """The baseline is asked first and never hears of them; the candidate never hears of anything else."""
    assert told == sorted(told)
    assert told.count(False) >= len(QUESTIONS)
    assert told.count(True) >= len(QUESTIONS)


def _note_instructions(name: str, told: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(OfflineModel, name)

    def noting(self: OfflineModel, system_instructions: str | None, *rest: Any, **named: Any) -> Any:
        told.append(BRIEF in (system_instructions or ""))
        return real(self, system_instructions, *rest, **named)

    monkeypatch.setattr(OfflineModel, name, noting)


def _watch_live(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The build that everybody else works with: before, and while the stage stands."""
    seen: list[str] = []
    actions = catalogue_digest(database=database, settings=settings)

    def look() -> None:
        with database.reading() as session:
            seen.append(current_build(session=session, settings=settings, actions=actions).id)

    def looking(*arguments: Any, **named: Any) -> Any:
        look()
        return write_report(*arguments, **named)

    look()
    monkeypatch.setattr(steps, "write_report", looking)
    return seen


def _tried_as_released(
    database: Database, settings: Settings, sue: Actor, proposal: Proposal, *, ready: Any = None
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """Replay, release, ask all anew: the same answers. Returns the baseline's and the candidate's."""
    view = replay_now(database, settings, sue, proposal)
    assert view.state == "finished", view.error
    assert view.before_build != view.after_build
    if ready is not None:
        ready()
    candidate = answers(database, view.replay.candidate_run_id)
    assert len(candidate) == len(QUESTIONS)
    with database.transaction() as session:  # what shipping does, without its gate
        apply_changes(SYSTEM, changes_of(proposal.key, session=session), session=session)
    suite = view.replay.suite_version_id or 0
    run = start_run(SYSTEM, suite, database=database, settings=settings, fresh=True)
    work_on_run(run.key, owner="after", database=database, settings=settings)
    with database.reading() as session:
        after = session.get_one(EvalRun, run.key)
    assert (after.state, after.build_id) == ("finished", view.after_build)
    assert answers(database, run.key) == candidate
    return answers(database, view.replay.baseline_run_id), candidate
