"""The Label queues page: the list, a new queue, labels from a file."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.criteria import Criterion, Judgement, publish_criterion
from core.database import Database
from core.identity import Person, Role, actor_of
from core.labelling import LabelQueue, answer_item, next_item
from tests.core.conversations.make import stored_id
from tests.pages.assisting import labels, press, texts
from tests.pages.conftest import SignedIn
from tests.pages.labelling import ask, queue_of

PAGE = "specialist/label_queues.py"
People = dict[Role, Person]


@pytest.fixture
def criterion(database: Database, people: People) -> Criterion:
    return ask(database, people)


@pytest.fixture
def queue(database: Database, people: People, criterion: Criterion) -> LabelQueue:
    return queue_of(database, people, criterion, size=4, double_share=0.5)


def opened(signed_in: SignedIn, role: Role = Role.SPECIALIST, view: str = "") -> AppTest:
    app = checked(signed_in(role, PAGE))
    if view:
        app.segmented_control("label_queues_view").set_value(view)
        app = checked(app.run())
    return app


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def queues(database: Database) -> list[LabelQueue]:
    with database.reading() as session:
        return list(session.exec(select(LabelQueue)))


def newer(database: Database, people: People, criterion: Criterion) -> Criterion:
    with database.transaction() as session:
        return publish_criterion(
            actor_of(people[Role.SPECIALIST]),
            session=session,
            name=criterion.name,
            question="Is it kind enough?",
            kind="yes_no",
            subjects=["conversation"],
            based_on=criterion.key,
        )


def answer_one(database: Database, people: People, queue: LabelQueue, answer: str = "yes") -> None:
    rep = actor_of(people[Role.REP])
    with database.transaction() as session:
        view = next_item(rep, queue.key, session=session)
        assert view is not None
        answer_item(rep, view.assignment.key, session=session, answer=answer)


@pytest.mark.parametrize("role", [Role.REP, Role.ADMIN])
def test_not_for_everybody(signed_in: SignedIn, queue: LabelQueue, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert "not part of your role" in app.subheader[0].value
    assert not app.dataframe


def test_no_queue_yet(signed_in: SignedIn) -> None:
    assert "There is no queue yet" in opened(signed_in).info[0].value


def test_the_list_and_the_panel(
    signed_in: SignedIn, queue: LabelQueue, database: Database, people: People
) -> None:
    answer_one(database, people, queue)
    app = opened(signed_in)
    row = app.dataframe[0].value.iloc[0]
    assert (row["Queue"], row["Drawn"], row["Answers"], row["State"]) == (
        "October",
        "Random",
        "1 / 6",
        "open",
    )
    assert row["Done"] == 16
    said = texts(app)
    for words in (
        "Is it *polite* enough?",
        "4 of 4 conversations",
        "rates are estimates",
        "50% of the items, by two people",
        "everybody who labels",
        "seed 7",
    ):
        assert words in said


def test_a_manager_reads_and_changes_nothing(signed_in: SignedIn, queue: LabelQueue) -> None:
    app = opened(signed_in, Role.MANAGER)
    assert app.dataframe[0].value.iloc[0]["Queue"] == "October"
    assert not {"Label", "Close", "Reopen"} & labels(app)
    assert not app.get("button_group"), "no form and no import"


def test_closing_and_reopening(signed_in: SignedIn, queue: LabelQueue, database: Database) -> None:
    app = press(opened(signed_in), "Close")
    assert [each.state for each in queues(database)] == ["closed"]
    assert "Label" not in labels(app)
    app = press(app, "Reopen")
    assert [each.state for each in queues(database)] == ["open"]
    assert "Label" in labels(app)


def test_a_new_queue_is_looked_at_before_it_is_made(
    signed_in: SignedIn, queue: LabelQueue, criterion: Criterion, database: Database, people: People
) -> None:
    app = opened(signed_in, view="new")
    app.selectbox("new_queue_criterion").set_value(criterion.key)
    app.number_input("new_queue_size").set_value(3)
    app.slider("new_queue_double").set_value(100)
    app.multiselect("new_queue_people").set_value([people[Role.REP].key, people[Role.SPECIALIST].key])
    app.text_input("new_queue_name").set_value(" November ")
    app = checked(app.run())
    assert "Preview" in labels(app)
    assert "Create queue" not in labels(app)
    app = press(app, "Preview")
    assert "3 of 4" in texts(app)
    assert "Preview" not in labels(app), "one primary button at a time"
    app = press(app, "Create queue")
    made = next(each for each in queues(database) if each.name == "November")
    assert (made.size, made.double_share, made.strategy) == (3, 1.0, "random")
    assert made.people == sorted([people[Role.REP].key, people[Role.SPECIALIST].key])
    assert app.dataframe[0].value["Queue"].tolist() == ["November", "October"]
    assert "November" in [each.value for each in app.subheader]


def test_a_change_asks_for_another_look(signed_in: SignedIn, queue: LabelQueue, criterion: Criterion) -> None:
    app = opened(signed_in, view="new")
    app.selectbox("new_queue_criterion").set_value(criterion.key)
    app = press(checked(app.run()), "Preview")
    app.number_input("new_queue_size").set_value(2)
    app = checked(app.run())
    assert "Create queue" not in labels(app)


def test_each_strategy_says_what_its_numbers_are_worth(
    signed_in: SignedIn, queue: LabelQueue, criterion: Criterion
) -> None:
    app = opened(signed_in, view="new")
    app.selectbox("new_queue_criterion").set_value(criterion.key)
    estimates = set()
    for name in app.selectbox("new_queue_strategy").options:
        app.selectbox("new_queue_strategy").select(name)
        app = checked(app.run())
        said = texts(app)
        assert ("rates are estimates" in said) != ("rates say nothing" in said)
        if "rates are estimates" in said:
            estimates.add(name)
    assert estimates == {"Random", "Stratified"}


def test_what_cannot_be_drawn_is_said(signed_in: SignedIn, queue: LabelQueue, criterion: Criterion) -> None:
    app = opened(signed_in, view="new")
    app.selectbox("new_queue_criterion").set_value(criterion.key)
    app.selectbox("new_queue_channel").set_value("voice")
    app = press(checked(app.run()), "Preview")
    assert "nothing to draw" in app.warning[0].value
    assert "Create queue" not in labels(app)


def test_labelling_again_by_a_newer_version(
    signed_in: SignedIn, queue: LabelQueue, criterion: Criterion, database: Database, people: People
) -> None:
    answer_one(database, people, queue)
    second = newer(database, people, criterion)
    app = opened(signed_in)
    assert "has a newer version" in app.warning[0].value
    app = press(app, "Label again by the newer version")
    assert app.selectbox("new_queue_criterion").value == second.key
    app = press(press(app, "Preview"), "Create queue")
    made = max(queues(database), key=lambda each: each.key)
    assert (made.criterion_id, made.strategy, made.size) == (second.key, "relabel", 1)
    assert "relabel" not in app.query_params


def test_an_address_with_a_criterion_that_is_not_there(signed_in: SignedIn, queue: LabelQueue) -> None:
    app = opened(signed_in)
    app.query_params["relabel"] = "nothing"
    app = checked(app.run())
    assert "no such criterion" in app.toast[0].value
    assert app.dataframe[0].value.iloc[0]["Queue"] == "October"


def test_labels_from_a_file_of_people_nobody_knows(
    signed_in: SignedIn, queue: LabelQueue, criterion: Criterion, database: Database, people: People
) -> None:
    app = opened(signed_in, view="import")
    app.selectbox("label_import_criterion").set_value(criterion.key)
    first, second = stored_id(database, "c0"), stored_id(database, "c1")
    content = (
        "subject_type,subject_id,answer,judge\n"
        f"conversation,{first},yes,Ilse\nconversation,{second},no,Otto\nconversation,{second},maybe,Ilse\n"
    )
    app.file_uploader("label_import_file").set_value(("labels.csv", content.encode(), "text/csv"))
    app = checked(app.run())
    assert "2 of the people in this file are not known" in app.warning[0].value
    assert judges(database) == {}
    app.selectbox("label_import_who_Ilse").set_value(people[Role.REP].key)
    app = press(checked(app.run()), "Import")
    assert judges(database) == {first: (str(people[Role.REP].key), "yes"), second: ("outside:Otto", "no")}
    assert {each.label: each.value for each in app.metric}["Left out"] == "1"
    assert "maybe" in json.dumps(app.dataframe[0].value.to_dict())


def judges(database: Database) -> dict[int, tuple[str, str]]:
    with database.reading() as session:
        return {each.subject_id: (each.judge, each.answer) for each in session.exec(select(Judgement))}
