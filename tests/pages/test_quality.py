"""The Quality page."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.database import Database, now
from core.identity import Role
from core.reporting import COLUMNS, Filters, read_quality
from pages.manager import quality_figures, quality_filters
from tests.core.reporting.making import MANAGER, add_conversation, add_criterion, add_queue, judge
from tests.pages.conftest import SignedIn
from tests.pages.test_router import REFUSAL

PAGE = "manager/quality.py"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    quality_figures._load.clear()
    quality_filters._choices.clear()


@pytest.fixture
def made(database: Database) -> None:
    """Two sources, one of them older; a random queue; flags; a customer's answer."""
    lately = now() - timedelta(days=3)
    with database.transaction() as session:
        subjects = [add_conversation(session, "sent 1", source="a", at=lately, csat=5) for _ in range(40)]
        for _ in range(10):
            add_conversation(session, "discarded", source="a", at=lately)
        add_conversation(session, "sent 1", source="b", at=lately - timedelta(days=400))
        resolved, polite = add_criterion(session), add_criterion(session, "polite")
        add_queue(session, resolved, subjects, frame_size=500)
        for subject in subjects:
            judge(session, resolved, subject.key, "yes")
        judge(session, polite, subjects[0].key, "no", origin="flag")
        judge(session, polite, subjects[0].key, "yes", "customer")


def tiles(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SPECIALIST])
def test_every_rate_has_its_interval_size_and_how_it_was_drawn(
    signed_in: SignedIn, made: None, role: Role
) -> None:
    app = signed_in(role, PAGE)
    assert not app.exception
    assert tiles(app) == {
        "Drafts accepted": "80.0%",
        "Sent as drafted": "80.0%",
        "First-ranked picked": "100.0%",
        "Customers satisfied": "100.0%",
    }
    assert sum("95% interval" in each.value for each in app.markdown) == 4
    captions = [each.value for each in app.caption]
    assert any("50 drafts" in each and "full count" in each for each in captions)
    assert any("40 answers" in each for each in captions)
    criteria, questions = (each.value for each in app.dataframe)
    drawn, flagged = (criteria.iloc[place] for place in (1, 0))
    assert (drawn["Criterion"], drawn["Estimate"], drawn["n"], drawn["Found"]) == (
        "resolved?",
        "100.0%",
        40,
        "",
    )
    assert drawn["95% interval"].endswith("to 100.0%")
    assert "Queue Weekly: 40 of 40 items judged" in drawn["How drawn"]
    assert (flagged["Criterion"], flagged["Estimate"], flagged["95% interval"]) == ("polite?", "", "")
    assert flagged["Found"] == "0 of 1"
    assert "not how often it happens" in flagged["Mind"]
    assert questions.iloc[0]["Share"] == "100.0%"
    assert "to 100.0%" in questions.iloc[0]["95% interval"]


def test_charts_show_a_dot_and_an_interval_on_labelled_axes(signed_in: SignedIn, made: None) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    over_time, side_by_side = charts(app)
    assert over_time["layout"]["yaxis"]["title"]["text"] == "Accepted, %"
    assert over_time["layout"]["xaxis"]["title"]["text"] == "Week beginning"
    assert over_time["data"][0]["error_y"]["arrayminus"]
    assert side_by_side["layout"]["yaxis"]["title"]["text"] == "Source"
    assert side_by_side["data"][0]["y"] == ["a"]
    app.segmented_control("quality_cut").set_value("model").run()
    assert not app.exception
    assert charts(app)[1]["data"][0]["y"] == ["m-1"]


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(each.proto.spec) for each in app.get("plotly_chart")]


def test_filters_change_the_figures(signed_in: SignedIn, made: None) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    app.selectbox("quality_source").select("b").run()
    assert tiles(app)["Drafts accepted"] == "–"
    assert any("Choose a longer period" in each.value for each in app.info)
    app.selectbox("quality_period").select("").run()
    assert not app.exception
    assert tiles(app)["Drafts accepted"] == "100.0%"
    app.selectbox("quality_period").select("days").run()
    assert not app.exception
    assert tiles(app)["Drafts accepted"] == "–"  # the last twelve weeks
    today = now().date()
    app.date_input("quality_days").set_value((today - timedelta(days=500), today)).run()
    assert not app.exception
    assert tiles(app)["Drafts accepted"] == "100.0%"


def test_an_empty_database_says_what_to_do(signed_in: SignedIn) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    assert not app.exception
    assert set(tiles(app).values()) == {"–"}
    said = " ".join(each.value for each in app.info)
    for words in ("No draft was sent", "Nobody has judged anything", "No customer answered"):
        assert words in said


def test_the_file_holds_what_is_shown_and_no_formula(database: Database, made: None) -> None:
    with database.transaction() as session:
        subject = add_conversation(session)
        judge(session, add_criterion(session, "=1+1"), subject.key, "yes", origin="flag")
        quality = read_quality(MANAGER, session=session, filters=Filters())
    rows = list(csv.DictReader(io.StringIO(quality_figures.as_csv(quality).decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["label"], rows[0]["n"]) == ("Accepted", "51")
    assert float(rows[0]["low"]) < float(rows[0]["estimate"]) < float(rows[0]["high"])
    assert "'=1+1" in {row["label"] for row in rows}


@pytest.mark.parametrize("role", [Role.REP, Role.ADMIN])
def test_other_roles_do_not_get_it(signed_in: SignedIn, made: None, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert REFUSAL in [each.value for each in app.subheader]
    assert not app.metric
    assert not app.dataframe
    assert not app.get("plotly_chart")
