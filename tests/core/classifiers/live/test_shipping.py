"""Who ships what, on what evidence, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.audit import list_entries
from core.classifiers import list_releases, roll_back, ship, withdraw
from core.classifiers.tables import Classifier
from core.criteria import retire_criterion
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied, RatchetError
from core.identity import Actor
from tests.core.classifiers.live.making import add_version, make_classifier, report


def _live(database: Database, classifier_id: int) -> tuple[int | None, int | None]:
    with database.reading() as session:
        found = session.get_one(Classifier, classifier_id)
        return found.live_version_id, found.shadow_version_id


def test_from_shadow_to_live_with_evidence(database: Database, lucia: Actor, maeve: Actor) -> None:
    key, version = make_classifier(database)
    with database.transaction() as session:
        ship(lucia, key, version, session=session, stage="shadow")
    assert _live(database, key) == (None, version)
    with database.transaction() as session:
        first = ship(lucia, key, version, session=session, stage="live", reason="Good enough")
        again = ship(lucia, key, version, session=session, stage="live")
    assert again.key == first.key, "shipping what is live changes nothing"
    assert _live(database, key) == (version, None), "what goes live leaves the shadow"
    with database.reading() as session:
        releases = list_releases(maeve, key, session=session)
        deeds = [each.action for each in list_entries(session=session)]
    assert [(each.stage, each.version, each.who) for each in releases] == [
        ("live", 1, "Lucia"),
        ("shadow", None, "Lucia"),
        ("shadow", 1, "Lucia"),
    ]
    right = releases[0].evidence["rates"]["right_when_answering"]
    assert (right["n"], right["estimate"]) == (200, 0.9)
    assert right["low"] < 0.9 < right["high"]
    assert releases[0].reason == "Good enough"
    assert deeds.count("classifier.shipped") == 2


def test_too_few_labels_need_a_reason_for_live(database: Database, lucia: Actor) -> None:
    key, version = make_classifier(database, report=report(12, 12))
    with database.transaction() as session:
        ship(lucia, key, version, session=session, stage="shadow")  # where nobody acts on it
    with database.transaction() as session, pytest.raises(InvalidInput, match="not enough labels"):
        ship(lucia, key, version, session=session, stage="live", reason="  ")
    with database.transaction() as session:
        made = ship(lucia, key, version, session=session, stage="live", reason="Outage: better than nothing")
    assert made.reason == "Outage: better than nothing"
    assert "not enough labels" in made.evidence["warning"]


def test_rolling_back_goes_down_the_pile(database: Database, lucia: Actor) -> None:
    key, first = make_classifier(database)
    second, third = add_version(database, key), add_version(database, key)
    with database.transaction() as session:
        for version in (first, second, third):
            ship(lucia, key, version, session=session, stage="live")
    with database.transaction() as session:
        back = roll_back(lucia, key, session=session, reason="Too many false alarms", instead_of=third)
    assert (back.version_id, back.rollback, back.previous_version_id) == (second, True, third)
    with (
        database.transaction() as session,
        pytest.raises(Conflict, match="Lucia has just put version 2 live"),
    ):
        roll_back(lucia, key, session=session, reason="The same click again", instead_of=third)
    with database.transaction() as session:
        assert roll_back(lucia, key, session=session, reason="Worse still").version_id == first
    with database.transaction() as session, pytest.raises(Conflict, match="nothing to roll back"):
        roll_back(lucia, key, session=session, reason="And further")
    with database.transaction() as session:
        withdraw(lucia, key, session=session, stage="live", reason="Off for now")
        withdraw(lucia, key, session=session, stage="live")
    assert _live(database, key) == (None, None)
    with database.transaction() as session:
        assert roll_back(lucia, key, session=session, reason="On again").version_id == first


def test_the_second_of_two_who_ship_at_once_is_told(database: Database, lucia: Actor) -> None:
    key, first = make_classifier(database)
    second = add_version(database, key)
    with database.transaction() as session:
        ship(lucia, key, first, session=session, stage="live", instead_of=None)
    with (
        database.transaction() as session,
        pytest.raises(Conflict, match="Lucia has just put version 1 live"),
    ):
        ship(lucia, key, second, session=session, stage="live", instead_of=None)
    assert _live(database, key) == (first, None)


@pytest.mark.parametrize(
    ("attempt", "refusal"),
    [
        (lambda lucia, maeve, key, version: (maeve, key, version, "live"), PermissionDenied),
        (lambda lucia, maeve, key, version: (lucia, key, version + 99, "live"), NotFound),
        (lambda lucia, maeve, key, version: (lucia, key + 99, version, "live"), NotFound),
        (lambda lucia, maeve, key, version: (lucia, key, version, "everywhere"), InvalidInput),
    ],
    ids=["a rep", "no version", "no classifier", "no stage"],
)
def test_what_is_refused(
    database: Database,
    lucia: Actor,
    maeve: Actor,
    attempt: Callable[..., tuple[Actor, int, int, str]],
    refusal: type[RatchetError],
) -> None:
    key, version = make_classifier(database)
    actor, classifier_id, version_id, stage = attempt(lucia, maeve, key, version)
    with database.transaction() as session, pytest.raises(refusal):
        ship(actor, classifier_id, version_id, session=session, stage=stage)
    assert _live(database, key) == (None, None)


def test_neither_drafts_nor_retired_questions(database: Database, lucia: Actor) -> None:
    key, version = make_classifier(database, "drafts", criterion="polite", subject_type="draft")
    with database.transaction() as session, pytest.raises(InvalidInput, match="judges a draft"):
        ship(lucia, key, version, session=session, stage="shadow")
    other, version = make_classifier(database)
    with database.transaction() as session, pytest.raises(NotFound, match="no such version"):
        ship(lucia, key, version, session=session, stage="live")
    with database.transaction() as session:
        retire_criterion(lucia, "customer_intent", session=session)
    with database.transaction() as session, pytest.raises(Conflict, match="retired"):
        ship(lucia, other, version, session=session, stage="live")
