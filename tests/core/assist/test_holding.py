"""A live classifier that says the AI must not answer: asked first, named, and lifted by the rep in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from core.assist import DraftRunner, current_build
from core.classifiers import kind, opening, ship
from core.criteria import ensure_criteria
from core.database import Database
from core.identity import SYSTEM, Actor
from core.settings import Settings
from tests.core.assist.making import answering, conversation, finished, refund_answer, scripted, searching
from tests.core.classifiers.live.making import FakeKind, FakeModel, make_classifier


@pytest.fixture(autouse=True)
def risk(knowledge: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    with knowledge.transaction() as session:
        ensure_criteria(session=session)
    monkeypatch.setitem(kind._KINDS, "fake", FakeKind())
    monkeypatch.setattr(FakeModel, "down", "")
    opening._opened.clear()
    key, version = make_classifier(
        knowledge, "legal_threats", words={"lawyer": "complaint"}, hold_back=["complaint"]
    )
    with knowledge.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="live")
    yield key
    opening._opened.clear()


def _model() -> object:
    return scripted(searching(), answering(refund_answer()))


def test_nothing_is_drafted_past_it_until_the_rep_says_so(
    knowledge: Database, rita: Actor, runner_with: Callable[..., DraftRunner]
) -> None:
    model = _model()
    runner = runner_with(model)
    case = conversation(knowledge, "Refund me or my lawyer will write", "How long does a refund take?")
    held = finished(knowledge, runner.start(case, actor=rita))
    assert (held.state, held.decision, held.reason, held.text) == ("ready", "abstain", "policy", "")
    assert held.question == (
        "“Legal Threats” says “complaint”, 90 % sure. "
        "May the AI answer anyway? Write “yes”, or what the reply should say."
    )
    assert held.usage["requests"] == 0, "the model was not asked"
    still = finished(knowledge, runner.start(case, actor=rita, answer="No, this is for our lawyers"))
    assert (still.decision, still.reason) == ("abstain", "policy")
    lifted = finished(knowledge, runner.start(case, actor=rita, answer="yes"))
    assert (lifted.state, lifted.decision) == ("ready", "answer")
    assert "14 days" in lifted.text


def test_one_that_cannot_be_asked_holds_back_too(
    knowledge: Database,
    rita: Actor,
    runner_with: Callable[..., DraftRunner],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FakeModel, "down", "Out of order.")
    case = conversation(knowledge, "How long does a refund take?")
    held = finished(knowledge, runner_with(_model()).start(case, actor=rita))
    assert (held.decision, held.reason) == ("abstain", "policy")
    assert "could not be asked" in held.question


def test_everything_else_is_answered_as_before(
    knowledge: Database, rita: Actor, runner_with: Callable[..., DraftRunner]
) -> None:
    case = conversation(knowledge, "How long does a refund take?")
    draft = finished(knowledge, runner_with(_model()).start(case, actor=rita))
    assert (draft.state, draft.decision) == ("ready", "answer")


def test_the_build_names_what_may_hold_back(knowledge: Database, settings: Settings) -> None:
    with knowledge.reading() as session:
        build = current_build(session=session, settings=settings)
    assert build.contents["classifiers"] == [["legal_threats", 1]]
