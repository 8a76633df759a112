"""A draft belongs to one build, although knowledge changes while it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.testing import ModelStep, ScriptedModel

from core.assist import Draft, DraftRunner, knowledge_digest
from core.assist.footing import MOST_ATTEMPTS
from core.assist.tables import Build
from core.database import Database
from core.identity import SYSTEM, Actor
from core.knowledge import ArticleRecord, publish
from tests.core.assist.making import (
    REFUNDS,
    answering,
    conversation,
    finished,
    output,
    refund_answer,
    said,
    searching,
)

Make = Callable[..., DraftRunner]
NEW_TERM = REFUNDS.replace("within 14 days", "within 30 days")
MENUS = "# Menus\n\nThe menu opens with a click on its name.\n"


def put(database: Database, external_id: str, body: str) -> None:
    with database.transaction() as session:
        record = ArticleRecord(external_id=external_id, title=external_id.title(), body=body)
        publish(SYSTEM, record, session=session, source="test")


def meanwhile(change: Callable[[], None], then: Any) -> ModelStep:
    """A step of the model during which something is published."""

    def respond(_call: Any) -> list[Any]:
        change()
        return [then]

    return ModelStep(responder=respond)


def knowledge_of(database: Database, draft: Draft) -> str:
    with database.reading() as session:
        return str(session.get_one(Build, draft.build_id).contents["knowledge"])


def live_knowledge(database: Database) -> str:
    with database.reading() as session:
        return knowledge_digest(session=session)


def thirty() -> Any:
    sentence = "You can ask for a refund within 30 days of the purchase."
    return answering(output(said("Hello,"), said(f"\n\n{sentence}", ("P1", sentence))))


def test_a_draft_whose_passage_changed_is_written_again(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    model = ScriptedModel(
        [
            [searching()],
            meanwhile(lambda: put(knowledge, "refunds", NEW_TERM), answering(refund_answer())),
            [searching()],
            [thirty()],
        ]
    )
    draft = finished(knowledge, runner_with(model).start(case, actor=rita))
    assert (draft.state, draft.decision) == ("ready", "answer")
    assert "30 days" in draft.text
    assert "14 days" not in draft.text
    assert knowledge_of(knowledge, draft) == live_knowledge(knowledge)


def test_a_draft_is_not_written_again_for_what_it_did_not_find(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    before = live_knowledge(knowledge)
    model = ScriptedModel(
        [
            [searching()],
            meanwhile(lambda: put(knowledge, "menus", MENUS), answering(refund_answer())),
        ]
    )
    draft = finished(knowledge, runner_with(model).start(case, actor=rita))
    assert "14 days" in draft.text
    assert model.remaining_steps == 0
    assert knowledge_of(knowledge, draft) == live_knowledge(knowledge) != before


def test_searches_of_two_states_are_not_mixed(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund, and where are the regions?")
    model = ScriptedModel(
        [
            [searching()],
            meanwhile(lambda: put(knowledge, "refunds", NEW_TERM), searching("region")),
            [answering(refund_answer())],
            [searching()],
            [searching("region")],
            [thirty()],
        ]
    )
    draft = finished(knowledge, runner_with(model).start(case, actor=rita))
    assert "30 days" in draft.text
    assert len({each["passage_id"] for each in draft.retrieved}) == len(draft.retrieved)
    assert knowledge_of(knowledge, draft) == live_knowledge(knowledge)


def test_it_gives_up_in_plain_words(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    case = conversation(knowledge, "How long can I ask for a refund?")
    steps: list[Any] = []
    for days in range(MOST_ATTEMPTS):
        body = REFUNDS.replace("14 days", f"{20 + days} days")
        steps += [
            [searching()],
            meanwhile(lambda body=body: put(knowledge, "refunds", body), answering(refund_answer())),
        ]
    draft = finished(knowledge, runner_with(ScriptedModel(steps)).start(case, actor=rita))
    assert draft.state == "failed"
    assert "changed again and again" in draft.error
