"""What is released takes the place of the code's instructions and the operator's model, without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from agents.testing import ModelStep, ScriptedModel

from core.assist import INSTRUCTIONS, DraftRunner, Equipment, current_build, put_setting
from core.assist.tables import Build
from core.database import Database
from core.identity import Actor
from core.settings import Settings
from tests.core.assist.making import Provider, answering, conversation, finished, refund_answer, searching

Make = Callable[..., DraftRunner]
MODEL = {"provider": "compatible", "name": "big", "base_url": "http://127.0.0.1:1/v1", "api": "responses"}


def put(database: Database, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    with database.transaction() as session:
        return put_setting(name, content, session=session, person_id=None)[1]


def build(database: Database, settings: Settings, **given: Any) -> Build:
    with database.reading() as session:
        return current_build(session=session, settings=settings, **given)


def test_the_newest_release_of_each_shapes_the_build(database: Database, settings: Settings) -> None:
    plain = build(database, settings)
    assert put(database, "instructions", {"text": "Be brief."}) == {}
    brief = build(database, settings)
    put(database, "model", MODEL)
    both = build(database, settings)
    assert both.contents["model"]["name"] == "big"
    assert both.contents["instructions"] == brief.contents["instructions"] != plain.contents["instructions"]
    assert build(database, settings, instructions="Be brief.").id == brief.id
    assert put(database, "model", {}) == MODEL
    assert build(database, settings).id == brief.id
    assert put(database, "instructions", {}) == {"text": "Be brief."}
    assert build(database, settings).id == plain.id


def test_a_running_process_drafts_as_released(knowledge: Database, rita: Actor, runner_with: Make) -> None:
    told: list[str] = []

    def listen(call: Any) -> list[Any]:
        told.append(call.system_instructions)
        return [answering(refund_answer())]

    answer = ModelStep(responder=listen)
    model = ScriptedModel([[searching()], answer, [searching()], answer])
    runner = runner_with(model)
    drafts = []
    for words in ("", "Be brief."):
        put(knowledge, "instructions", {"text": words} if words else {})
        case = conversation(knowledge, "How long can I ask for a refund?", external_id=f"c{len(told)}")
        drafts.append(finished(knowledge, runner.start(case, actor=rita)))
    assert told == [INSTRUCTIONS, "Be brief."]
    with knowledge.reading() as session:
        versions = [
            session.get_one(Build, each.build_id).contents["instructions"]["version"] for each in drafts
        ]
    assert versions[0] != "candidate"
    assert versions[1] == "candidate"


def test_a_released_model_has_one_client_and_goes_again(database: Database, settings: Settings) -> None:
    equipment = Equipment(database, settings, Provider(), None)
    put(database, "model", MODEL)
    with database.reading() as session:
        first, second = (equipment.in_force(session=session) for _ in range(2))
    assert first.settings.model_name == "big"
    assert first.provider is second.provider is not equipment.provider
    asyncio.run(equipment.aclose())
    put(database, "model", {})
    with database.reading() as session:
        assert equipment.in_force(session=session) is equipment


def test_who_tries_others_does_not_follow(database: Database, settings: Settings) -> None:
    put(database, "instructions", {"text": "Be brief."})
    tried = Equipment(database, settings, Provider(), None, instructions="Be long.", follows=False)
    with database.reading() as session:
        assert tried.in_force(session=session) is tried
