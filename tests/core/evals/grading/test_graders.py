"""Which classifiers grade a run, in which version, and which of them count."""

from __future__ import annotations

from typing import Any

import pytest

from core.classifiers.tables import Classifier
from core.database import Database, now
from core.errors import InvalidInput
from core.evals.grading import plan_graders
from core.evals.tables import GraderCalibration
from tests.core.evals.grading.making import POLITE, add_version, content, make_grader


def plan(
    database: Database, *expectations: dict[str, Any], names: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    with database.reading() as session:
        return plan_graders([content(*expectations)], session=session, names=names)


def calibration(
    database: Database, version_id: int, *, n: int = 40, low: float | None = 0.5, **more: Any
) -> None:
    with database.transaction() as session:
        session.add(
            GraderCalibration(
                version_id=version_id,
                criterion_id=1,
                n=n,
                figures={"kappa": {"estimate": 0.7, "low": low, "high": 0.9, "n": n}},
                **{"state": "finished", **more},
            )
        )


def test_the_live_version_grades_else_the_newest(database: Database) -> None:
    first = make_grader(database, "tone")
    with database.reading() as session:
        classifier_id = session.get_one(Classifier, plan(database, POLITE)[0]["classifier_id"]).key
    second = add_version(database, classifier_id)
    assert plan(database, POLITE)[0]["version_id"] == second
    with database.transaction() as session:
        session.get_one(Classifier, classifier_id).live_version_id = first
    (found,) = plan(database, POLITE)
    assert (found["version_id"], found["version"], found["criterion"]) == (first, 1, "polite")


def test_only_what_judges_drafts_or_replies_by_a_wanted_question(database: Database) -> None:
    make_grader(database, "tone")
    make_grader(database, "tone_of_replies", subject_type="reply")
    make_grader(database, "tone_of_messages", subject_type="message")
    make_grader(database, "clarity", criterion="clear")
    with database.transaction() as session:
        without = Classifier(
            name="new", title="New", criterion_name="polite", kind="prompt", subject_type="draft"
        )
        session.add(without)
    weak = {"flag": 1, "criterion": "clear", "answer": "no", "strength": "weak"}
    assert [each["classifier"] for each in plan(database, POLITE)] == ["tone", "tone_of_replies"]
    assert [each["classifier"] for each in plan(database, weak)] == ["clarity"]
    assert plan(database, {"kind": "is_json"}) == []


def test_names_restrict_and_wrong_ones_are_said_together(database: Database) -> None:
    make_grader(database, "tone")
    make_grader(database, "other_tone")
    make_grader(database, "intents", criterion="customer_intent", subject_type="message")
    make_grader(database, "old")
    with database.transaction() as session:
        old = session.get_one(Classifier, 4)
        assert old.name == "old"
        old.archived_at = now()
    assert [each["classifier"] for each in plan(database, POLITE, names=("other_tone",))] == ["other_tone"]
    with pytest.raises(InvalidInput) as refused:
        plan(database, POLITE, names=("tone", "nobody", "intents", "old"))
    for part in ("no classifier “nobody”", "judges a message", "“Old” (old) is archived"):
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"n": 30, "low": 0.4}, True),
        ({"n": 29, "low": 0.9}, False),
        ({"n": 300, "low": 0.39}, False),
        ({"n": 300, "low": None}, False),
        ({"n": 300, "low": 0.9, "state": "failed"}, False),
        ({"n": 300, "low": 0.9, "state": "running"}, False),
    ],
)
def test_who_counts(database: Database, given: dict[str, Any], counts: bool) -> None:
    version_id = make_grader(database, "tone")
    calibration(database, version_id, **given)
    (found,) = plan(database, POLITE)
    assert found["calibrated"] is counts
    assert (found["calibration_id"] is not None) is counts


def test_the_newest_calibration_decides(database: Database) -> None:
    version_id = make_grader(database, "tone")
    calibration(database, version_id)
    calibration(database, version_id, low=0.1)
    assert plan(database, POLITE)[0]["calibrated"] is False
