"""The tab Judges of the Evals page."""

from __future__ import annotations

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.classifiers import Services, kind, opening
from core.criteria import ensure_criteria
from core.database import Database
from core.evals.grading import calibrate, run_calibration
from core.evals.tables import GraderCalibration
from core.identity import Actor, Person, Role, actor_of
from core.settings import Settings
from tests.core.evals.expecting.making import no_embedder
from tests.core.evals.grading.making import SayingKind, SayingModel, finished_run, label, make_grader
from tests.pages.assisting import labels, press
from tests.pages.conftest import SignedIn

PAGE = "specialist/evals/page.py"
People = dict[Role, Person]


@pytest.fixture(autouse=True)
def _saying(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
    monkeypatch.setitem(kind._KINDS, "prompt", SayingKind())
    monkeypatch.setattr(SayingModel, "asked", [])
    monkeypatch.setattr(SayingModel, "down", "")
    opening._opened.clear()


@pytest.fixture
def lucia(people: People) -> Actor:
    return actor_of(people[Role.SPECIALIST])


def judged(database: Database, actor: Actor, *pairs: tuple[str, str], held_out: bool = False) -> int:
    """A grader, and results about which people said one thing and it says another; its version."""
    version_id = make_grader(database, kind="check", settings={"check": "length", "parameters": {"most": 20}})
    texts = {"yes": "Short and well.", "no": "This reply has a great many words. " * 5}
    ids = finished_run(database, *((texts[judge], [], []) for _, judge in pairs), held_out=held_out)
    for result_id, (people, _) in zip(ids, pairs, strict=True):
        label(database, actor, "result", result_id, people)
    return version_id


def compare(database: Database, actor: Actor, version_id: int) -> None:
    with database.transaction() as session:
        key = calibrate(actor, version_id, session=session).key
    services = Services(Settings(_env_file=None), no_embedder)
    run_calibration(key, database=database, services=services)


def opened(signed_in: SignedIn, role: Role = Role.SPECIALIST, judge: str = "") -> AppTest:
    app = signed_in(role, PAGE)
    app.default_timeout = 60
    app.query_params["tab"] = "Judges"
    if judge:
        app.query_params["judge"] = judge
    app.run()
    assert not app.exception
    return app


def texts_of(app: AppTest) -> str:
    parts = (app.markdown, app.caption, app.info, app.success, app.error, app.text)
    return "\n".join(str(each.value) for part in parts for each in part).replace("\\", "")


def test_without_a_judge_it_says_what_one_is(signed_in: SignedIn) -> None:
    app = opened(signed_in)
    assert "There is no judge yet" in [each.value for each in app.subheader]


def test_a_judge_nobody_compared_and_too_few_labels(
    database: Database, signed_in: SignedIn, lucia: Actor
) -> None:
    make_grader(database)
    app = opened(signed_in, judge="tone")
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["Judge"], row["Standing"], row["Compared"], row["Agrees"]) == (
        "Tone",
        "Advisory",
        "Never",
        "",
    )
    said = texts_of(app)
    assert "advice only, and marked so: nobody has compared this version with people yet" in said
    assert "People have judged 0 texts by this question. 30 more are needed" in said
    assert "Check against people" not in labels(app)


def test_figures_disagreements_and_comparing_again(
    database: Database, signed_in: SignedIn, lucia: Actor
) -> None:
    version_id = judged(
        database, lucia, *[("yes", "yes")] * 20, *[("no", "no")] * 10, ("no", "yes"), ("yes", "no")
    )
    compare(database, lucia, version_id)
    app = opened(signed_in, judge="tone")
    (row,) = app.dataframe[0].value.to_dict("records")
    assert row["Texts"] == "32"
    assert row["Agrees"].startswith("94 % (")
    assert row["Standing"] == "Calibrated"
    said = texts_of(app)
    assert "People have vouched for this version: its grades count." in said
    assert "of 11 that people found bad" in said
    assert "never: it says the same of the same text every time" in said
    differing = app.dataframe[1].value
    assert sorted(differing["People"]) == ["No", "Yes"]
    assert "32 texts that people judged; free" in said
    press(app, "Check again")
    with database.reading() as session:
        newest = session.exec(select(GraderCalibration).order_by(GraderCalibration.id.desc())).first()  # type: ignore[union-attr]
    assert newest is not None
    assert newest.person_id == lucia.person_id
    assert newest.state in ("planned", "running", "finished")


def test_what_is_held_out_stays_closed_to_specialists(
    database: Database, signed_in: SignedIn, lucia: Actor
) -> None:
    version_id = judged(database, lucia, ("no", "yes"), ("yes", "yes"), held_out=True)
    compare(database, lucia, version_id)
    app = opened(signed_in, judge="tone")
    assert "1 more is about held-out cases" in texts_of(app)
    assert len(app.dataframe) == 1
    boss = opened(signed_in, Role.MANAGER, judge="tone")
    assert list(boss.dataframe[1].value["Text"]) == ["Short and well."]


def test_one_that_broke_off_says_why_and_can_go_on(
    database: Database, signed_in: SignedIn, lucia: Actor
) -> None:
    version_id = judged(database, lucia, ("yes", "yes"))
    with database.transaction() as session:
        broken = calibrate(lucia, version_id, session=session)
        broken.state, broken.error = "failed", "The model service cannot be reached."
    app = opened(signed_in, judge="tone")
    assert "The model service cannot be reached." in texts_of(app)
    assert "Check against people" in labels(app)


def test_an_unknown_judge_in_the_address_is_no_harm(database: Database, signed_in: SignedIn) -> None:
    make_grader(database)
    app = opened(signed_in, judge="nobody")
    assert "Select one to see what it gets wrong." in texts_of(app)
