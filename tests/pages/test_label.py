"""The Label page: what the card is given, and what each of its events does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from core.criteria import Criterion, Judgement, in_force, retire_criterion
from core.database import Database
from core.identity import Person, Role, actor_of
from core.labelling import LabelQueue, close_queue
from pages.rep import label_card
from pages.widgets.labeller import CardData, CardEvent, _event
from tests.pages.conftest import SignedIn
from tests.pages.labelling import ask, queue_of

PAGE = "rep/label.py"
People = dict[Role, Person]


@pytest.fixture(autouse=True)
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the browser's place: what the card was given is kept, and a text field sends its events."""

    def stand_in(data: CardData, *, on_event: Callable[[CardEvent], None]) -> None:
        st.session_state["given"] = data
        st.text_input(
            "keys", key="keys", on_change=lambda: on_event(_event(json.loads(st.session_state["keys"])))
        )

    monkeypatch.setattr(label_card, "labeller", stand_in)


@pytest.fixture
def criterion(database: Database, people: People) -> Criterion:
    return ask(database, people)


@pytest.fixture
def queue(database: Database, people: People, criterion: Criterion) -> LabelQueue:
    return queue_of(database, people, criterion)


def labelling(signed_in: SignedIn, queue: LabelQueue, role: Role = Role.REP) -> AppTest:
    app = signed_in(role, PAGE)
    app.query_params["queue"] = str(queue.key)
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def given(app: AppTest) -> Any:
    return app.session_state["given"]


def send(app: AppTest, kind: str, **rest: Any) -> AppTest:
    item = given(app)["item"]
    event = {"kind": kind, "assignment": item["assignment"] if item else 0, "seconds": 1.5} | rest
    return checked(app.text_input("keys").set_value(json.dumps(event)).run())


def answers(database: Database) -> list[Judgement]:
    with database.reading() as session:
        return list(session.exec(select(Judgement).where(*in_force()).order_by(col(Judgement.id))))


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_not_for_everybody(signed_in: SignedIn, queue: LabelQueue, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert "not part of your role" in app.subheader[0].value
    assert not app.text_input


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST])
def test_nothing_to_label(signed_in: SignedIn, role: Role) -> None:
    app = checked(signed_in(role, PAGE))
    assert "No queue waits for you" in app.info[0].value


def test_choosing_a_queue(signed_in: SignedIn, queue: LabelQueue) -> None:
    app = checked(signed_in(Role.REP, PAGE))
    (start,) = [button for button in app.button if button.label == "Start"]
    app = checked(start.click().run())
    assert app.query_params["queue"] == str(queue.key)
    assert given(app)["queue"]["name"] == "October"


def test_what_the_card_is_given(signed_in: SignedIn, queue: LabelQueue, criterion: Criterion) -> None:
    shown = given(labelling(signed_in, queue))
    assert "3 of 3" in shown["queue"]["drawn"]
    assert "estimates" in shown["queue"]["drawn"]
    item = shown["item"]
    assert (item["question"], item["guidance"]) == (criterion.question, "Judge the words.")
    assert [answer["answer"] for answer in item["answers"]] == ["yes", "no"]
    assert item["subject"]["about"].startswith("The conversation as a whole · Chat")
    (message,) = item["subject"]["messages"]
    assert message["text"].startswith("<b>Question</b>"), "written as text by the browser"
    assert not shown["progress"]["undo"]


def test_answer_skip_and_undo(
    signed_in: SignedIn, queue: LabelQueue, database: Database, people: People
) -> None:
    app = labelling(signed_in, queue)
    first = given(app)["item"]["assignment"]
    app = send(app, "answer", answer=["no"], reason="Cold.")
    (stored,) = answers(database)
    assert (stored.answer, stored.reason, stored.origin) == ("no", "Cold.", "label")
    assert stored.judge == str(people[Role.REP].key)
    second = given(app)["item"]["assignment"]
    assert second != first
    assert (given(app)["turn"], given(app)["progress"]["undo"]) == (1, True)
    app = send(app, "skip")
    assert len(answers(database)) == 1
    app = send(app, "undo")
    assert given(app)["item"]["assignment"] == second, "the skip is taken back"
    app = send(app, "undo")
    assert given(app)["item"]["assignment"] == first
    assert given(app)["item"]["previous"] == {"answer": ["no"], "reason": "Cold.", "span": None}
    assert answers(database) == []
    send(app, "answer", answer=["yes"])
    assert [each.answer for each in answers(database)] == ["yes"]


def test_an_event_for_another_item_does_nothing(
    signed_in: SignedIn, queue: LabelQueue, database: Database
) -> None:
    app = labelling(signed_in, queue)
    first = given(app)["item"]["assignment"]
    app = send(app, "answer", answer=["no"])
    app = send(app, "answer", answer=["yes"], assignment=first)
    assert [each.answer for each in answers(database)] == ["no"]
    assert given(app)["turn"] == 2, "the browser is told that the key was dealt with"


def test_a_refused_answer_is_said_on_the_card(
    signed_in: SignedIn, queue: LabelQueue, database: Database
) -> None:
    app = labelling(signed_in, queue)
    before = given(app)["item"]["assignment"]
    app = send(app, "answer", answer=["perhaps"])
    assert "choose one of yes, no" in given(app)["problem"]
    assert (given(app)["item"]["assignment"], given(app)["item"]["again"]) == (before, False)
    assert given(app)["visit"] == 0, "what was typed stays"
    app = send(app, "answer", answer=["yes"])
    assert given(app)["problem"] == ""
    assert len(answers(database)) == 1


def test_another_queue_after_the_last_item(
    signed_in: SignedIn, queue: LabelQueue, database: Database
) -> None:
    app = labelling(signed_in, queue)
    for _ in range(3):
        app = send(app, "answer", answer=["yes"])
    assert given(app)["item"] is None
    assert given(app)["over"]["title"] == "This queue is finished"
    app = send(app, "undo")
    assert given(app)["item"]["previous"]["answer"] == ["yes"]
    assert len(answers(database)) == 2


def test_a_refresh_resumes(signed_in: SignedIn, queue: LabelQueue) -> None:
    app = send(labelling(signed_in, queue), "answer", answer=["yes"])
    held = given(app)["item"]["assignment"]
    assert given(labelling(signed_in, queue))["item"]["assignment"] == held


@pytest.mark.parametrize("end", ["retired", "closed"])
def test_the_end_comes_while_somebody_labels(
    signed_in: SignedIn, queue: LabelQueue, criterion: Criterion, database: Database, people: People, end: str
) -> None:
    app = labelling(signed_in, queue)
    specialist = actor_of(people[Role.SPECIALIST])
    with database.transaction() as session:
        if end == "retired":
            retire_criterion(specialist, criterion.name, session=session)
        else:
            close_queue(specialist, queue.key, session=session)
    app = send(app, "answer", answer=["no"], reason="Half a sentence")
    assert end in given(app)["problem"]
    assert given(app)["item"]["again"], "the card stays, with what was typed, until it is left"
    app = send(app, "go_on")
    assert given(app)["item"] is None
    assert end in given(app)["over"]["text"]
    assert answers(database) == []
    assert end in given(labelling(signed_in, queue))["over"]["text"], "also after a refresh"


@pytest.mark.parametrize("address", ["999", "0", "x", "9" * 30])
def test_an_address_of_no_queue(signed_in: SignedIn, address: str) -> None:
    app = signed_in(Role.REP, PAGE)
    app.query_params["queue"] = address
    app = checked(app.run())
    assert app.warning or app.info


def test_a_queue_for_others(
    signed_in: SignedIn, database: Database, people: People, criterion: Criterion
) -> None:
    queue = queue_of(database, people, criterion, only=[people[Role.SPECIALIST].key])
    assert "No queue waits for you" in signed_in(Role.REP, PAGE).info[0].value
    app = signed_in(Role.REP, PAGE)
    app.query_params["queue"] = str(queue.key)
    app = checked(app.run())
    assert app.warning
    assert "given" not in app.session_state


def test_two_people_do_not_get_the_same_item(signed_in: SignedIn, queue: LabelQueue) -> None:
    rep, specialist = labelling(signed_in, queue), labelling(signed_in, queue, Role.SPECIALIST)
    titles = [given(app)["item"]["subject"]["about"] for app in (rep, specialist)]
    assert titles[0] != titles[1]


def test_a_role_lost_meanwhile_answers_nothing(
    signed_in: SignedIn, queue: LabelQueue, database: Database, people: People
) -> None:
    app = labelling(signed_in, queue)
    with database.transaction() as session:
        person = session.get(Person, people[Role.REP].key)
        assert person is not None
        person.role = Role.ADMIN.value
        session.add(person)
    item = given(app)["item"]
    event = {"kind": "answer", "assignment": item["assignment"], "answer": ["yes"]}
    app = checked(app.text_input("keys").set_value(json.dumps(event)).run())
    assert answers(database) == []
    assert "not part of your role" in app.subheader[0].value


def test_events_are_read_as_far_as_they_have_the_right_types() -> None:
    event = _event({"kind": "answer", "assignment": "7", "answer": "no", "span": "x", "seconds": "soon"})
    assert event == {
        "kind": "answer",
        "assignment": 0,
        "answer": [],
        "reason": "",
        "span": None,
        "seconds": 0.0,
    }
