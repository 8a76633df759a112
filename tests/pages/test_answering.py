"""The Answering page."""

from __future__ import annotations

import pytest
from sqlmodel import select

from core.assist import abstention
from core.assist.tables import Calibration
from core.database import Database
from core.identity import SYSTEM, Role
from pages.specialist import answering_fit
from tests.core.assist.abstention.making import examples
from tests.core.assist.abstention.test_choosing import past
from tests.pages.conftest import SignedIn

PAGE = "specialist/answering.py"


@pytest.fixture(autouse=True)
def _fresh_outcomes() -> None:
    answering_fit._outcomes.clear()


def fit(database: Database, count: int = 400) -> Calibration:
    return abstention.fit_examples(
        SYSTEM, examples(count), database=database, source="labelled", scope="Test drafts"
    )


def live(database: Database) -> list[Calibration]:
    with database.reading() as session:
        return list(session.exec(select(Calibration).where(Calibration.live)))


def test_without_a_score_it_says_how_many_outcomes_are_missing(signed_in: SignedIn) -> None:
    app = signed_in(Role.SPECIALIST, PAGE)
    assert not app.exception
    assert "60 more in all" in app.info[0].value
    assert app.button("answering_fit").disabled


def test_a_level_shows_what_it_buys_and_is_used(signed_in: SignedIn, database: Database) -> None:
    made = fit(database)
    app = signed_in(Role.SPECIALIST, PAGE)
    assert not app.exception
    slider = app.slider(f"answering_wanted_{made.key}")
    slider.set_value(85).run()
    expected = abstention.level(abstention.points_of(made.curve), precision=0.85)
    assert expected.point is not None
    assert [metric.value for metric in app.metric] == [
        f"{expected.point.coverage:.0%}",
        f"{expected.point.precision:.0%}",
    ]
    assert not live(database)  # looking is not choosing
    app.button("answering_use").click().run()
    assert not app.exception
    (chosen,) = live(database)
    assert (chosen.precision, chosen.threshold) == (0.85, expected.point.threshold)
    assert any(f"score of {chosen.threshold:.3f} or more" in each.value for each in app.markdown)
    history = app.dataframe[1].value
    assert list(history["What"]) == ["85% chosen (in use)", "Fitted"]
    assert history["Who"].iloc[0] == "The specialist"

    app.button("answering_all").click().run()
    (chosen,) = live(database)
    assert (chosen.precision, chosen.threshold) == (None, 0.0)


def test_a_level_that_is_not_carried_cannot_be_used(signed_in: SignedIn, database: Database) -> None:
    made = fit(database, 100)
    app = signed_in(Role.MANAGER, PAGE)
    app.slider(f"answering_wanted_{made.key}").set_value(99).run()
    assert "100 outcomes do not carry 99%" in app.warning[0].value
    assert app.button("answering_use").disabled


def test_the_table_ends_where_the_data_end(signed_in: SignedIn, database: Database) -> None:
    fit(database, 100)
    levels = signed_in(Role.SPECIALIST, PAGE).dataframe[0].value
    assert list(levels["Right"]).count("more outcomes needed") == 1
    assert levels["Right"].iloc[-1] == "more outcomes needed"


def test_outcomes_are_fitted_from_the_page(signed_in: SignedIn, database: Database) -> None:
    fit(database)
    with database.transaction() as session:
        key = abstention.choose(SYSTEM, 1, precision=0.8, session=session).key
    app = signed_in(Role.SPECIALIST, PAGE)
    assert app.button("answering_fit").disabled
    person_id = 1
    with database.transaction() as session:
        for each in examples(120, seed=5):
            outcome, edit = ("sent", 0.0) if each.right else ("edited", 0.6)
            past(session, dict(each.signals), outcome=outcome, edit=edit, person_id=person_id)
    answering_fit._outcomes.clear()
    app.run()
    app.button("answering_fit").click().run()
    assert not app.exception
    with database.reading() as session:
        newest = session.exec(select(Calibration).order_by(Calibration.id.desc())).first()  # type: ignore[union-attr]
    assert newest is not None
    assert (newest.source, newest.n, newest.live) == ("outcomes", 120, False)
    assert [each.key for each in live(database)] == [key]  # still the one that was chosen
    assert any("120 drafts of 120 conversations" in each.value for each in app.caption)


@pytest.mark.parametrize("role", [Role.REP, Role.ADMIN])
def test_it_is_not_for_everybody(signed_in: SignedIn, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert "not part of your role" in app.subheader[0].value
    assert not app.dataframe
