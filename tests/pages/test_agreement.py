"""The Agreement page: who sees it, what it says, and that decisions are kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.criteria import Adjudication, Criterion, Judgement, settled_answers
from core.database import Database
from core.identity import Person, Role
from pages.process import Process
from tests.core.conversations.make import load, record, said
from tests.pages.conftest import SignedIn

PAGE = "specialist/agreement.py"
COUNT = 24


@pytest.fixture
def criterion(database: Database, people: dict[Role, Person]) -> Criterion:
    """The rep and the specialist judged the same customers' messages; the rep missed every sixth no."""
    texts = [
        f"My invoice {number} is wrong, please *refund* it" if number % 2 else f"Server {number} is down"
        for number in range(COUNT)
    ]
    texts[1] = "My invoice 0 is wrong, please refund it"
    load(database, [record(f"c{number}", said("customer", text)) for number, text in enumerate(texts)])
    with database.transaction() as session:
        criterion = Criterion(
            name="billing", question="Is it about money?", kind="yes_no", subjects=["message"], good=[]
        )
        session.add(criterion)
        session.flush()
        for number in range(COUNT):
            truth = "yes" if number % 2 else "no"
            for role, answer in (
                (Role.SPECIALIST, truth),
                (Role.REP, "yes" if number % 6 == 0 else truth),
            ):
                session.add(
                    Judgement(
                        criterion_id=criterion.key,
                        subject_type="message",
                        subject_id=number + 1,
                        answer=answer,
                        judge_type="person",
                        judge=str(people[role].key),
                        origin="label",
                        reason="It says *down*." if role == Role.SPECIALIST else "",
                    )
                )
    return criterion


def look(app: AppTest, view: str) -> AppTest:
    return app.segmented_control(key="agreement_view").set_value(view).run()


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.error, *app.warning, *app.success]
    return " ".join(str(part.value) for part in parts).replace("\\", "")


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


@pytest.mark.parametrize("role", [Role.REP, Role.ADMIN])
def test_not_for_everybody(signed_in: SignedIn, criterion: Criterion, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert "Is it about money?" not in texts(app)
    assert not app.dataframe


def test_nothing_to_show(signed_in: SignedIn, database: Database) -> None:
    assert "There is no criterion yet" in texts(signed_in(Role.MANAGER, PAGE))
    with database.transaction() as session:
        session.add(Criterion(name="asked", question="Polite?", kind="yes_no", subjects=["draft"]))
    app = signed_in(Role.MANAGER, PAGE)
    assert "Nothing has been judged by two people" in texts(app)
    assert "People do not differ" in texts(look(app, "Disagreements"))


def test_the_figures(signed_in: SignedIn, criterion: Criterion) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    assert not app.exception
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Judged by two or more"] == "24"
    assert figures["Answered alike"].startswith("83 % (")
    said_there = texts(app)
    assert "agreement" in said_there
    assert "Only 24 pairs: too few to say" in said_there
    people, answers = (table.value for table in app.dataframe)
    assert list(people["People"]) == ["The rep and The specialist"]
    assert list(answers["Answer"]) == ["Yes", "No"]
    assert list(answers["Given"]) == [28, 20]


def test_who_may_decide(signed_in: SignedIn, criterion: Criterion) -> None:
    manager = look(signed_in(Role.MANAGER, PAGE), "Disagreements")
    assert len(manager.dataframe[0].value) == 4
    assert "A specialist can decide" in texts(manager)
    assert "Decide" not in [button.label for button in manager.button]


def test_a_specialist_decides(
    signed_in: SignedIn, criterion: Criterion, database: Database, people: dict[Role, Person]
) -> None:
    app = look(signed_in(Role.SPECIALIST, PAGE), "Disagreements")
    shown = texts(app)
    assert "The specialist: No" in shown
    assert "The rep: Yes" in shown
    assert "It says *down*." in shown
    app = press(app, "Decide")
    assert "Choose an answer first." in texts(app)
    key = f"agreement_{criterion.key}_message_19"
    app.radio(key=f"{key}_answer").set_value("no")
    app.text_input(key=f"{key}_reason").set_value("A [server](x) is not money.")
    app = press(app, "Decide")
    assert not app.exception
    assert "The specialist decided “No”" in texts(app)
    assert "4 disagreements, 3 of them open." in texts(app)
    with database.reading() as session:
        assert settled_answers(criterion.key, session=session)[19].answer == "no"
    app.toggle(key="agreement_only_open").set_value(True).run()
    assert len(app.dataframe[0].value) == 3


class WordVectors:
    name, dimensions = "words", 2

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1, 0] if "invoice" in text else [0, 1] for text in texts], dtype=np.float32)


def test_likely_errors_are_kept_or_changed(
    signed_in: SignedIn,
    criterion: Criterion,
    database: Database,
    people: dict[Role, Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Process, "embedder", property(lambda _self: WordVectors()))
    with database.transaction() as session:
        for number in range(COUNT):  # one opinion each, one of them wrong
            for judgement in session.exec(select(Judgement).where(Judgement.subject_id == number + 1)):
                if judgement.judge == str(people[Role.REP].key):
                    session.delete(judgement)
                elif number == 3:
                    judgement.answer = "no"
    app = press(look(signed_in(Role.SPECIALIST, PAGE), "Likely errors"), "Look for likely errors")
    assert not app.exception
    row = app.dataframe[0].value.iloc[0]
    assert (row["Answer"], row["Rather"]) == ("No", "Yes")
    app = press(app, "Change to “Yes”")
    assert not app.exception
    with database.reading() as session:
        assert settled_answers(criterion.key, session=session)[4].answer == "yes"
        assert len(session.exec(select(Adjudication)).all()) == 1
    assert "Nothing looks wrong" in texts(app)


def test_too_few_labels_are_said(signed_in: SignedIn, criterion: Criterion, database: Database) -> None:
    with database.transaction() as session:
        for judgement in session.exec(select(Judgement).where(Judgement.subject_id > 12)):
            session.delete(judgement)
    app = look(signed_in(Role.SPECIALIST, PAGE), "Likely errors")
    app = press(app, "Look for likely errors")
    assert "at least two answers need 10 each" in texts(app)


def test_near_duplicates_are_settled_together(
    signed_in: SignedIn, criterion: Criterion, database: Database, people: dict[Role, Person]
) -> None:
    with database.transaction() as session:
        for judgement in session.exec(select(Judgement).where(Judgement.subject_id == 4)):
            judgement.answer = "no"
    app = press(look(signed_in(Role.MANAGER, PAGE), "Near-duplicates"), "Look for near-duplicates")
    assert not app.exception
    row = app.dataframe[0].value.iloc[0]
    assert {row["Answer"], row["Other answer"]} == {"Yes", "No"}
    assert "A specialist can decide" in texts(app)
    app = press(look(signed_in(Role.SPECIALIST, PAGE), "Near-duplicates"), "Look for near-duplicates")
    app = press(app, "Both are “Yes”")
    assert not app.exception
    with database.reading() as session:
        assert len(session.exec(select(Adjudication)).all()) == 2
        assert settled_answers(criterion.key, session=session)[4].answer == "yes"
