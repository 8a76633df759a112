"""The Criteria page."""

from __future__ import annotations

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.criteria import (
    Criterion,
    Judge,
    criterion_versions,
    current_criterion,
    ensure_criteria,
    publish_criterion,
    record_judgement,
    retire_criterion,
)
from core.database import Database
from core.identity import SYSTEM, Actor, Person, Role
from core.labelling.tables import LabelQueue
from tests.pages.conftest import SignedIn

PAGE = "specialist/criteria.py"


@pytest.fixture(autouse=True)
def _shipped(database: Database) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)


def open_at(signed_in: SignedIn, role: Role = Role.SPECIALIST, **address: str) -> AppTest:
    app = signed_in(role, PAGE)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def newest(database: Database, name: str) -> Criterion:
    with database.reading() as session:
        found = current_criterion(name, session=session)
    assert found is not None
    return found


def buttons(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def test_every_criterion_is_listed(signed_in: SignedIn, database: Database) -> None:
    app = open_at(signed_in)
    frame = app.dataframe[0].value
    assert "Is it polite?" in set(frame["Question"])
    assert "New criterion" in buttons(app)
    app.selectbox("criteria_subject").set_value("conversation").run()
    assert "Is it polite?" not in set(app.dataframe[0].value["Question"])


def test_retired_ones_are_shown_when_asked_for(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        retire_criterion(SYSTEM, "polite", session=session)
    app = open_at(signed_in)
    assert "Is it polite?" not in set(app.dataframe[0].value["Question"])
    app.toggle("criteria_retired").set_value(True).run()
    assert "Is it polite? (retired)" in set(app.dataframe[0].value["Question"])


def test_a_manager_reads_and_changes_nothing(signed_in: SignedIn) -> None:
    app = open_at(signed_in, Role.MANAGER)
    assert "New criterion" not in buttons(app)
    app.query_params["criterion"] = "polite"
    app.run()
    assert [title.value for title in app.title] == ["Is it polite?"]
    assert not {"Retire", "New version"} & buttons(app)
    app.query_params["edit"] = "version"  # an address somebody sent them
    app.run()
    assert [title.value for title in app.title] == ["Is it polite?"]
    assert not app.text_area


@pytest.mark.parametrize("role", [Role.REP, Role.ADMIN])
def test_others_are_turned_away(signed_in: SignedIn, role: Role) -> None:
    app = open_at(signed_in, role, criterion="polite", edit="version")
    assert "This page is not part of your role" in [heading.value for heading in app.subheader]
    assert not app.text_area


def test_an_address_of_nothing(signed_in: SignedIn) -> None:
    app = open_at(signed_in, criterion="fame")
    assert "There is no criterion 'fame'" in app.warning[0].value.replace("\\", "")


def test_who_judged_and_what_can_be_labelled_again(
    signed_in: SignedIn, database: Database, people: dict[Role, Person]
) -> None:
    rep = people[Role.REP]
    judge = Judge.person(Actor(rep.key, rep.username, rep.name, Role.REP))
    with database.transaction() as session:
        for subject in (1, 2):
            record_judgement(judge, "polite", session=session, subject_id=subject, answer="yes")
        record_judgement(Judge.outside("Ann"), "polite", session=session, subject_id=1, answer="no")
        polite = newest(database, "polite")
        publish_criterion(
            SYSTEM,
            session=session,
            name="polite",
            question="Is it <b>polite</b>?",
            kind="yes_no",
            subjects=["draft"],
            change_note="Shorter",
            based_on=polite.key,
        )
    app = open_at(signed_in, criterion="polite")
    assert not app.exception
    frame = app.dataframe[0].value
    assert dict(zip(frame["By"], frame["In force"], strict=True)) == {"The rep": 2, "Ann (imported)": 1}
    said = [text.value for text in app.caption]
    assert "2 subjects have been judged by people under an older version only." in said
    assert "Question" in said  # the part that changed, above its word differences
    assert any("Shorter" in expander.label for expander in app.expander)
    assert "<b>" not in app.title[0].value.replace("\\<", "")


WIDGETS = {
    "kind": "selectbox",
    "name": "text_input",
    "change_note": "text_input",
    "subjects": "multiselect",
    "good": "multiselect",
    "example_0_answer": "selectbox",
    "example_0_why": "text_input",
}


def write(app: AppTest, criterion: str = "", /, **fields: object) -> None:
    """Type into the form, as somebody who leaves each field."""
    for field, value in fields.items():
        widget = getattr(app, WIDGETS.get(field, "text_area"))
        widget(f"criterion_{criterion}_{field}").set_value(value).run()
        assert not app.exception


def test_writing_a_new_criterion(signed_in: SignedIn, database: Database, people: dict[Role, Person]) -> None:
    app = open_at(signed_in)
    app.button("new").click().run()
    write(
        app, question="What do they want?", kind="one_of", answers="refund\ninvoice\nother", good=["refund"]
    )
    app.button("add_example").click().run()
    write(app, example_0_text="My money back.", example_0_answer="refund", example_0_why="They say so.")
    write(app, subjects=["conversation"], good=["refund"])
    app.button("publish").click().run()
    assert not app.exception
    made = newest(database, "what_do_they_want")
    assert (made.version, made.kind, made.answers) == (1, "one_of", ["refund", "invoice", "other"])
    assert made.examples == [{"text": "My money back.", "answer": "refund", "why": "They say so."}]
    assert (made.good, made.subjects) == (["refund"], ["conversation"])
    assert made.created_by_id == people[Role.SPECIALIST].key
    assert [title.value for title in app.title] == ["What do they want?"]
    assert "New version" in buttons(app)  # the draft is gone


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(signed_in: SignedIn, database: Database) -> None:
    app = open_at(signed_in, edit="new")
    assert not [text for text in app.markdown if ":red" in text.value]  # nothing was typed, nothing is wrong
    write(app, kind="many_of", answers="one", guidance="All that apply.")
    assert any("at least two answers" in text.value for text in app.markdown)
    app.button("publish").click().run()
    assert "Question: Write the question first." in app.toast[0].value
    assert any("Write the question first" in text.value for text in app.markdown)
    assert app.text_area("criterion__guidance").value == "All that apply."
    write(app, name="polite")
    assert any("polite is taken by" in text.value for text in app.markdown)
    app.button("back").click().run()
    app.run()
    assert "Continue your draft" in buttons(app)
    app.button("new").click().run()
    assert app.text_area("criterion__answers").value == "one"
    app.button("discard").click().run()
    assert "New criterion" in buttons(app)


def test_a_renamed_answer_is_pointed_out_where_it_is_used(signed_in: SignedIn, database: Database) -> None:
    app = open_at(signed_in, criterion="resolved", edit="version")
    write(app, "resolved", answers="solved\npartly\nno")
    assert app.multiselect("criterion_resolved_good").value == ["yes"]
    assert any("yes: not among the answers" in text.value.replace("\\", "") for text in app.markdown)
    write(app, "resolved", good=["solved"], change_note="Another word")
    app.button("publish").click().run()
    made = newest(database, "resolved")
    assert (made.version, made.answers[0], made.good, made.change_note) == (
        2,
        "solved",
        ["solved"],
        "Another word",
    )


def test_publishing_nothing_new_publishes_nothing(signed_in: SignedIn, database: Database) -> None:
    for name in ("polite", "product_area"):
        app = open_at(signed_in, criterion=name, edit="version")
        app.button("publish").click().run()
        assert "Nothing differs from version 1" in app.toast[0].value
        assert newest(database, name).version == 1


def test_the_second_of_two_editors_keeps_what_they_wrote(signed_in: SignedIn, database: Database) -> None:
    app = open_at(signed_in, criterion="polite", edit="version")
    write(app, "polite", guidance="Mine.")
    with database.transaction() as session:
        polite = newest(database, "polite")
        theirs = publish_criterion(
            SYSTEM,
            session=session,
            name="polite",
            question="Is it kind?",
            kind="yes_no",
            subjects=["draft"],
            based_on=polite.key,
        )
    app.button("publish").click().run()
    assert "Somebody else has just published" in app.toast[0].value
    assert "Version 2 was published while you were writing on version 1" in app.warning[0].value
    assert app.text_area("criterion_polite_guidance").value == "Mine."
    app.button("rebase").click().run()
    assert not app.warning
    app.button("publish").click().run()
    with database.reading() as session:
        versions = criterion_versions("polite", session=session)
    assert [each.version for each in versions] == [3, 2, 1]
    assert versions[0].guidance == "Mine."
    assert versions[1].key == theirs.key


def test_retiring_says_what_becomes_of_open_queues(signed_in: SignedIn, database: Database) -> None:
    polite = newest(database, "polite")
    with database.transaction() as session:
        for name, state in (("Week 47", "open"), ("Week 46", "closed")):
            session.add(
                LabelQueue(
                    name=name, criterion_id=polite.key, subject_type="reply", strategy="random", state=state
                )
            )
    app = open_at(signed_in, criterion="polite")
    app.button("retire").click().run()
    said = " ".join(text.value for text in app.markdown)
    assert "One open label queue asks it: “Week 47”" in said
    assert newest(database, "polite").retired_at is None
    app.button("retire_yes").click().run()
    assert newest(database, "polite").retired_at is not None
    app.run()
    assert "It is retired" in app.info[0].value
    app.button("restore").click().run()
    assert newest(database, "polite").retired_at is None
    with database.reading() as session:
        assert len(session.exec(select(LabelQueue)).all()) == 2
