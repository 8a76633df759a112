"""The Compare tab: two runs, the verdict, the cases that changed, and what stays hidden."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from streamlit.testing.v1 import AppTest

from core.database import Database
from core.identity import Role
from pages.specialist.evals.compare import card
from pages.widgets import components
from tests.core.evals.comparing.making import Made, Said, make_run, make_suite
from tests.pages.conftest import SignedIn

PAGE = "specialist/evals/page.py"


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[list[components.Segment]]:
    """What the browser component was given; AppTest does not show it."""
    shown: list[list[components.Segment]] = []

    def note(segments: Sequence[components.Segment], *, key: str, **_: object) -> None:
        shown.append(list(segments))

    monkeypatch.setattr(card, "rich_text", note)
    return shown


def _open(signed_in: SignedIn, role: Role = Role.SPECIALIST, **address: int) -> AppTest:
    app = signed_in(role)
    app.query_params["tab"] = "Compare"
    for name, value in address.items():
        app.query_params[name] = str(value)
    return app.switch_page(PAGE).run()


def _words(app: AppTest) -> str:
    found = [*app.markdown, *app.caption, *app.info, *app.error, *app.success, *app.warning]
    return " ".join(each.value for each in found).replace("\\", "").replace("\u2060", "")


def _runs(
    database: Database, *, held_out: bool = False, cases: int = 30, worse: int = 12
) -> tuple[int, int, list[Made]]:
    made = [
        Made(name=f"Case {at} <b>", tags=("vip",) if at == 0 else (), critical=at == 1) for at in range(cases)
    ]
    version = make_suite(database, made, held_out=held_out)
    before = make_run(
        database,
        version,
        {
            each.version_id: [Said(at != 20, text="It takes [five](x) days.", grades={"cites": at != 20})]
            for at, each in enumerate(made)
        },
    )
    after = make_run(
        database,
        version,
        {
            each.version_id: [Said(at >= worse, text="It takes nine days.", grades={"cites": at >= worse})]
            for at, each in enumerate(made)
        },
        build_id="build-b",
    )
    return before, after, made


def test_nothing_to_compare_yet(signed_in: SignedIn, database: Database) -> None:
    app = _open(signed_in)
    assert not app.exception
    assert "No run yet" in _words(app)
    made = [Made()]
    make_run(database, make_suite(database, made), {made[0].version_id: [Said()]})
    app.run()
    assert "There is one run so far" in _words(app)


def test_the_newest_two_with_verdict_flips_and_texts(
    signed_in: SignedIn, database: Database, texts: list[list[components.Segment]]
) -> None:
    before, after, _ = _runs(database)
    app = _open(signed_in)
    assert not app.exception
    assert app.error[0].value.replace("\\", "").startswith("Worse: −36.7 points")
    assert "13 cases changed: 12 worse, 1 better." in _words(app)
    assert "1 critical case passes less often" in _words(app)
    heads = [each.value.replace("\\", "") for each in app.markdown if "badge" in each.value]
    assert len(heads) == 5, "a page of them"
    assert "Critical" in heads[0]
    assert "Case 1 <b>" in heads[0]
    assert {"text": "[five](x) ", "kind": "delete"} in texts[1]
    assert {"text": "nine ", "kind": "insert"} in texts[2]
    app.segmented_control(key="compare_direction").set_value("better").run()
    assert "1 case changed: 0 worse, 1 better." in _words(app)
    app.segmented_control(key="compare_direction").set_value("").run()
    app.selectbox(key="compare_among").set_value("tag\x1fvip").run()
    assert "1 case changed: 1 worse, 0 better." in _words(app)
    app.selectbox(key="compare_criterion").set_value("cites").run()
    assert not app.exception
    assert "1 case changed: 1 worse" in _words(app)
    assert app.selectbox(key=f"compare_before_{before}").value == before
    assert app.selectbox(key=f"compare_after_{after}").value == after


def test_tables_and_charts(signed_in: SignedIn, database: Database) -> None:
    _runs(database)
    app = _open(signed_in)
    app.segmented_control(key="compare_section").set_value("Differences").run()
    assert not app.exception
    table = app.dataframe[0].value
    assert table["Reading"].tolist() == ["Worse"]
    assert table["Difference, points"].tolist()[0].startswith("−36.7 (")
    assert app.get("plotly_chart")
    app.segmented_control(key="compare_dimension").set_value("critical").run()
    assert app.dataframe[0].value["Critical"].tolist() == ["Critical cases"]
    app.segmented_control(key="compare_section").set_value("Cost, time, decisions").run()
    assert not app.exception
    assert "No decision changed" in _words(app)


def test_the_address_and_the_swap_button(signed_in: SignedIn, database: Database) -> None:
    first, second, made = _runs(database)
    third = make_run(database, make_suite(database, made), {each.version_id: [Said()] for each in made})
    app = _open(signed_in, before=second, after=third)
    assert app.success
    assert app.success[0].value.startswith("Better")
    next(each for each in app.button if each.label == "Swap").click().run()
    assert app.error[0].value.startswith("Worse")
    assert app.query_params["before"] == str(third)
    app.selectbox(key=f"compare_before_{third}").set_value(first).run()
    assert app.query_params["before"] == str(first)
    assert not app.exception
    odd = _open(signed_in, before=999_999, after=third)
    assert not odd.exception
    assert odd.selectbox(key=f"compare_after_{third}").value == third


def test_held_out_cases_are_counted_and_not_shown(
    signed_in: SignedIn, database: Database, texts: list[list[components.Segment]]
) -> None:
    _runs(database, held_out=True)
    app = _open(signed_in)
    assert not app.exception
    assert "13 held out: what they say is shown to managers only." in _words(app)
    assert "Case 1" not in _words(app)
    assert texts == []
    manager = _open(signed_in, Role.MANAGER)
    assert "Case 1" in _words(manager)
    assert texts


def test_a_run_with_errors_or_still_going_says_why_there_is_no_verdict(
    signed_in: SignedIn, database: Database
) -> None:
    made = [Made(), Made()]
    version = make_suite(database, made)
    said = {made[0].version_id: [Said()], made[1].version_id: [Said(state="error", error_kind="provider")]}
    make_run(database, version, said)
    make_run(database, version, said)
    app = _open(signed_in)
    assert not app.exception
    assert "could not be answered or graded" in app.warning[0].value.replace("\\", "")
    assert "No case changed" in _words(app)
