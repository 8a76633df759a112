"""The tab Scores of the Evals page."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.criteria import ensure_criteria
from core.database import Database, now
from core.evals import add_marker
from core.evals.tables import LiveGrader, ScoreAlert, ScoreMarker
from core.identity import SYSTEM, Role
from pages.specialist.evals.scores import tab
from tests.core.evals.scores.making import DAY, add_conversation, add_reply, criterion, judged, settle
from tests.pages.conftest import SignedIn
from tests.pages.test_router import REFUSAL

PAGE = "specialist/evals/page.py"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    tab._known.clear()
    tab._read.clear()


@pytest.fixture
def scored(database: Database) -> None:
    """Thirty replies of the last weeks, most of them right; a note; an alert."""
    ago = (now().date() - DAY).days
    with database.transaction() as session:
        ensure_criteria(session=session)
        for number in range(30):
            conversation = add_conversation(session, number, channel=("chat", "email")[number % 2])
            reply = add_reply(session, conversation, ago - number % 20, text=f"Reply [{number}](x).")
            judged(session, reply, "no" if number == 4 else "yes", reason="It says 3 days.")
        add_marker(
            SYSTEM, session=session, kind="note", title="New desk", started_at=now() - timedelta(days=9)
        )
        rate = {"successes": 90, "n": 100, "estimate": 0.9, "low": 0.85, "high": 0.95}
        session.add(
            ScoreAlert(
                criterion_id=criterion(session).key,
                judge="checker",
                subject_type="reply",
                scope="channel=chat",
                evidence={
                    "before": rate,
                    "after": rate | {"estimate": 0.6},
                    "difference": -0.3,
                    "low": -0.4,
                    "high": -0.2,
                    "since": "2026-11-01",
                    "until": "2026-11-07",
                },
            )
        )
    settle(database)


def texts(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*app.markdown, *app.caption, *app.info))


def chart(app: AppTest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(app.get("plotly_chart")[0].proto.spec)
    return found


def box(app: AppTest, label: str) -> Any:
    return next(each for each in app.selectbox if each.label == label)


@pytest.mark.usefixtures("scored")
@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.MANAGER])
def test_a_score_is_said_drawn_and_explained(signed_in: SignedIn, role: Role) -> None:
    app = signed_in(role, PAGE)

    assert not app.exception
    assert "**97 %** of 30 replies, 82 to 99" in texts(app)
    assert "not known" in texts(app)
    drawn = chart(app)
    assert any(each.get("text") == "New desk" for each in drawn["layout"]["annotations"])
    behind = app.dataframe[0].value
    assert behind["Answer"].iloc[0] == "no"
    assert behind["Why"].iloc[0] == "It says 3 days."
    assert str(behind["Open"].iloc[0]).startswith("/assist?conversation=")


@pytest.mark.usefixtures("scored")
def test_it_is_split_and_narrowed(signed_in: SignedIn) -> None:
    app = signed_in(Role.SPECIALIST, PAGE)
    box(app, "Split by").set_value("channel").run()
    assert not app.exception
    assert {"chat", "email"} <= {each.get("name") for each in chart(app)["data"]}

    box(app, "Split by").set_value("")
    box(app, "Channel").set_value("email").run()
    assert not app.exception
    assert "of 15 replies" in texts(app)


@pytest.mark.usefixtures("scored")
def test_a_stretch_can_be_chosen_without_a_mouse(signed_in: SignedIn) -> None:
    app = signed_in(Role.SPECIALIST, PAGE)
    stretch = box(app, "Stretch")
    stretch.set_value((0, 0)).run()
    assert not app.exception
    assert 0 < len(app.dataframe[0].value) <= 20


@pytest.mark.usefixtures("scored")
def test_an_alert_is_shown_and_leads_to_its_score(signed_in: SignedIn) -> None:
    app = signed_in(Role.SPECIALIST, PAGE)
    assert "fell from 90 % to 60 % of the replies in chat" in texts(app)
    next(each for each in app.button if each.label == "Show").click().run()
    assert not app.exception
    assert box(app, "Channel").value == "chat"


def test_without_scores_it_says_where_they_come_from(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
    app = signed_in(Role.SPECIALIST, PAGE)
    assert not app.exception
    assert "There are no scores yet" in texts(app)
    assert not app.get("plotly_chart")
    with database.reading() as session:
        assert not session.exec(select(LiveGrader)).all()
        assert not session.exec(select(ScoreMarker)).all()


def test_a_rep_is_told_that_this_is_for_others(signed_in: SignedIn) -> None:
    app = signed_in(Role.REP, PAGE)
    assert any(REFUSAL in each.value for each in app.subheader)
