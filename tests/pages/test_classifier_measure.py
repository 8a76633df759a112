"""The Measure tab: figures with intervals, mix-ups, the promise of a threshold, comparison, near scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.classifiers import NewExample, create_classifier, fit_version, list_versions, ship
from core.classifiers.tables import Classifier
from core.database import Database
from core.identity import Actor, Person, Role
from pages import process
from tests.core.classifiers.authoring.making import add, publish, services
from tests.pages.conftest import SignedIn

ANSWERS = ("refund", "login", "colour", "address")
_SAID = {
    "refund": "I want my money back for order",
    "login": "The password page will not let me in",
    "colour": "Which colours do you sell in the shop",
    "address": "Please send it to where we moved",
}
SERVICES = services()

Open = Callable[..., AppTest]


def some(answer: str, count: int, *, start: int = 0, held_out: bool = False) -> list[NewExample]:
    return [
        NewExample(f"{_SAID[answer]} {place}", answer, held_out=held_out)
        for place in range(start, start + count)
    ]


@pytest.fixture
def lucia(people: dict[Role, Person]) -> Actor:
    person = people[Role.SPECIALIST]
    return Actor(person.key, person.username, person.name, Role.SPECIALIST)


@pytest.fixture
def classifier(database: Database, lucia: Actor, monkeypatch: pytest.MonkeyPatch) -> Classifier:
    """Thirty examples of three answers, five of a fourth, one that is answered wrongly, some held out."""
    monkeypatch.setattr(process, "open_services", lambda database, settings: SERVICES)
    publish(database, answers=ANSWERS)
    with database.transaction() as session:
        made = create_classifier(
            lucia, session=session, name="want", title="Wants", criterion_name="want", kind="examples"
        )
    new = [one for answer in ANSWERS[:3] for one in some(answer, 30)]
    new += [one for answer in ANSWERS[:3] for one in some(answer, 4, start=60, held_out=True)]
    new += some("address", 5)
    new.append(NewExample("I want my *money* back and my password is gone", "login"))
    add(database, lucia, made, *new)
    return made


@pytest.fixture
def open_tab(signed_in: SignedIn, lucia: Actor) -> Open:
    def opened(classifier: Classifier, view: str = "", *, version: int = 0) -> AppTest:
        def draw(classifier_id, user) -> None:  # type: ignore[no-untyped-def] # copied into a file of its own
            from pages.specialist.classifiers.measure import tab as measure_tab

            measure_tab.draw(classifier_id, user=user)

        signed_in(Role.SPECIALIST)
        app = AppTest.from_function(draw, args=(classifier.key, lucia), default_timeout=30).run()
        assert not app.exception
        if version:
            app.selectbox(key=f"measure_of_{classifier.key}").set_value(version).run()
        if view:
            app.segmented_control(key=f"measure_view_{classifier.key}").set_value(view).run()
        assert not app.exception
        return app

    return opened


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.error, *app.warning, *app.success]
    return " ".join(str(part.value) for part in parts).replace("\\", "")


def test_figures_stand_side_by_side_with_their_intervals(open_tab: Open, classifier: Classifier) -> None:
    app = open_tab(classifier)
    headline, answers = (each.value for each in app.dataframe)
    assert list(headline.columns) == ["Figure", "Cross-validated (n 96)", "Held out (n 12)"]
    assert headline.iloc[0, 0] == "Right"
    assert headline.iloc[0, 1].endswith(")")
    assert headline.iloc[0, 2].endswith(" ?")  # twelve say little
    by_answer = answers.set_index("Answer")
    assert by_answer.loc["address", "n"] == 5
    assert int(by_answer.loc["address", "More"]) >= 25
    assert by_answer.loc["login", "n"] == 31
    assert "address: 5 labels: not enough to say. About" in texts(app)
    app.segmented_control(key=f"measure_part_{classifier.key}_work").set_value("Held out").run()
    assert app.dataframe[1].value.set_index("Answer").loc["refund", "n"] == 4


def test_the_largest_mix_up_is_shown_with_its_examples(open_tab: Open, classifier: Classifier) -> None:
    said = texts(open_tab(classifier, "Mix-ups"))
    assert "wanted **" in said
    assert "given **" in said
    assert any(f"{_SAID[answer]} " in said for answer in ANSWERS) or "*money*" in said


def test_a_wanted_precision_becomes_a_promise_and_a_version(
    open_tab: Open, classifier: Classifier, database: Database, lucia: Actor
) -> None:
    app = open_tab(classifier, "Threshold")
    app.slider(key=f"measure_wanted_{classifier.key}_work").set_value(80).run()
    said = texts(app)
    assert "With **95 %** certainty at least **80 %** of its answers are right" in said
    assert "% of messages" in said.replace("%**", "%")
    app.button(key=f"measure_make_{classifier.key}_work").click().run()
    assert not app.exception
    with database.reading() as session:
        (made,) = list_versions(lucia, classifier.key, session=session)
    assert made.note == "Promises 80 % right"
    app.slider(key=f"measure_wanted_{classifier.key}_work").set_value(99).run()
    assert "labels are not enough to promise that 99 % of its answers are right. About" in texts(app)
    stored = texts(open_tab(classifier, "Threshold", version=1))
    assert "This version answers" in stored
    assert "A version never changes." in stored


def test_against_live(open_tab: Open, classifier: Classifier, database: Database, lucia: Actor) -> None:
    assert "No version is live yet" in texts(open_tab(classifier, "Against live"))
    live = fit_version(lucia, classifier.key, database=database, services=SERVICES)
    with database.transaction() as session:
        ship(lucia, classifier.key, live.key, session=session, stage="live", reason="Good.")
    add(database, lucia, classifier, *some("address", 40, start=100))
    app = open_tab(classifier, "Against live")
    app.button(key=f"measure_compare_{classifier.key}_work").click().run()
    assert not app.exception
    said = texts(app)
    assert "On 52 examples that neither has learned from" in said
    assert "McNemar's exact p" in said
    assert "This is the live version" in texts(open_tab(classifier, "Against live", version=1))


def test_near_scope_is_checked_by_button(open_tab: Open, classifier: Classifier) -> None:
    app = open_tab(classifier, "Near scope")
    assert len(app.dataframe) == 1
    app.button(key=f"measure_check_{classifier.key}_work").click().run()
    assert not app.exception
    assert set(app.dataframe[1].value["Hidden answer"]) == set(ANSWERS)
    assert [metric.label for metric in app.metric][-1] == "Left alone, by confidence"


def test_without_examples_it_says_what_to_do(
    open_tab: Open, classifier: Classifier, database: Database, lucia: Actor
) -> None:
    with database.transaction() as session:
        empty = create_classifier(
            lucia, session=session, name="empty", title="Empty", criterion_name="want", kind="examples"
        )
    app = open_tab(empty)
    assert "There are no examples yet, so nothing can be measured. Add some first." in texts(app)
    assert not app.dataframe
