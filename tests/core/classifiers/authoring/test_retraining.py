"""A drift alert is answered by a proposal: a version with the labels since then, which nobody has shipped."""

from __future__ import annotations

import pytest

from core.classifiers import create_classifier, dismiss_alert, fit_version, propose_retraining, ship
from core.classifiers.tables import Classifier, ClassifierVersion, DriftAlert
from core.criteria import Judge, record_judgement
from core.database import Database
from core.errors import Conflict, InvalidInput
from core.identity import SYSTEM, Actor
from tests.core.classifiers.authoring.making import services, talk, taught

SERVICES = services()


@pytest.fixture
def live(database: Database, lucia: Actor, classifier: Classifier) -> ClassifierVersion:
    taught(database, lucia, classifier)
    made = fit_version(lucia, classifier.key, database=database, services=SERVICES, hold_back=["refund"])
    with database.transaction() as session:
        ship(SYSTEM, classifier.key, made.key, session=session, stage="live", reason="A first one.")
    return made


def alerted(database: Database, version: ClassifierVersion) -> int:
    with database.transaction() as session:
        alert = DriftAlert(classifier_id=version.classifier_id, version_id=version.key, kind="agreement")
        session.add(alert)
        session.flush()
        return alert.key


def label(database: Database, person: Actor) -> None:
    for message, answer in zip(
        talk(database, "The voucher is void, pay me", "My phone shows no code"),
        ("refund", "login"),
        strict=True,
    ):
        with database.transaction() as session:
            record_judgement(
                Judge.person(person),
                "want",
                session=session,
                subject_id=message,
                answer=answer,
                origin="label",
            )


def test_it_learns_from_new_labels_and_stays_a_proposal(
    database: Database, lucia: Actor, live: ClassifierVersion
) -> None:
    alert = alerted(database, live)
    label(database, lucia)
    made = propose_retraining(lucia, alert, database=database, services=SERVICES)
    assert (made.version, made.because_of_id) == (2, alert)
    assert made.example_count == live.example_count + 2
    assert made.hold_back == ["refund"]
    again = propose_retraining(lucia, alert, database=database, services=SERVICES)
    assert again.key == made.key
    with database.reading() as session:
        classifier = session.get_one(Classifier, live.classifier_id)
        assert (classifier.live_version_id, classifier.shadow_version_id) == (live.key, None)
        assert session.get_one(DriftAlert, alert).state == "answered"


def test_without_new_labels_there_is_nothing_to_propose(
    database: Database, lucia: Actor, live: ClassifierVersion
) -> None:
    alert = alerted(database, live)
    with pytest.raises(Conflict, match="No labels have come in since version 1"):
        propose_retraining(lucia, alert, database=database, services=SERVICES)
    with database.transaction() as session:
        dismiss_alert(lucia, alert, session=session, reason="A sale, over tomorrow")
    with pytest.raises(Conflict, match="dismissed"):
        propose_retraining(lucia, alert, database=database, services=SERVICES)


def test_rules_do_not_learn(database: Database, lucia: Actor, live: ClassifierVersion) -> None:
    del live  # it publishes the question
    with database.transaction() as session:
        key = create_classifier(
            lucia,
            session=session,
            name="by-words",
            title="By words",
            criterion_name="want",
            kind="rules",
            settings={"rules": 'refund when text contains "money"'},
        ).key
    version = fit_version(lucia, key, database=database, services=SERVICES)
    with pytest.raises(InvalidInput, match="does not learn from examples"):
        propose_retraining(SYSTEM, alerted(database, version), database=database, services=SERVICES)
