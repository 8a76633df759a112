"""The sample's classifiers: one learnt from examples, one of rules, one check, at work for some weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.classifiers import (
    NewExample,
    Services,
    add_many,
    create_classifier,
    fit_version,
    open_services,
    ship,
)
from core.classifiers.tables import Classifier, ClassifierExample, ClassifierRelease, ClassifierVersion
from core.database import Database
from core.identity import Actor, Person, actor_of
from core.sample.classified import write_answers
from core.sample.history import Stored
from core.sample.story import Story
from core.settings import Settings

_INTENTS = 200
_MESSAGES = 70
_MADE_BEFORE = timedelta(days=2)  # the version, before it went into its stage


def write_classifiers(
    database: Database,
    settings: Settings,
    specifications: Sequence[Mapping[str, Any]],
    stories: Sequence[Story],
    *,
    source: str,
    reference: datetime,
) -> int:
    """Make, ship and backdate them. Safe to repeat and to interrupt; returns how many were made.

    Those that learn are left out where vectors come from a service: loading the sample asks nobody.
    """
    services = open_services(database, settings)
    wanted = _missing(database, settings, specifications)
    for specification in wanted:
        with database.reading() as session:
            author = _actor(specification["author"], session=session)
            stored = Stored.read(session, source=source)
        _make(specification, stories, stored, author, reference, database=database, services=services)
    return len(wanted)


def classifiers_are_written(
    database: Database, settings: Settings, specifications: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether :func:`write_classifiers` has nothing left to do."""
    return not _missing(database, settings, specifications)


def _missing(
    database: Database, settings: Settings, specifications: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    with database.reading() as session:
        return [
            each
            for each in specifications
            if not (each["kind"] == "examples" and settings.embedder != "minilm")
            and not _shipped(each["name"], session=session)
        ]


def _make(
    specification: Mapping[str, Any],
    stories: Sequence[Story],
    stored: Stored,
    author: Actor,
    reference: datetime,
    *,
    database: Database,
    services: Services,
) -> None:
    with database.transaction() as session:
        classifier_id = create_classifier(
            author,
            session=session,
            name=specification["name"],
            title=specification["title"],
            criterion_name=specification["criterion"],
            kind=specification["kind"],
            subject_type=specification["subject"],
            purpose=specification["purpose"],
            settings=specification.get("settings"),
        ).key
    stages = specification["stages"]
    began = reference - timedelta(days=max(each["days"] for each in stages))
    examples = list(_examples(specification["examples"], stories, stored, before=began - _MADE_BEFORE))
    add_many(author, classifier_id, examples, database=database, source="search")
    written = [
        NewExample(text=text, answer=answer)
        for answer, texts in specification.get("written", {}).items()
        for text in texts
    ]
    add_many(author, classifier_id, written, database=database, source="click")
    for stage in stages:
        version = fit_version(
            author,
            classifier_id,
            database=database,
            services=services,
            note=stage.get("note", ""),
            hold_back=specification.get("hold_back", ()),
        )
        since = reference - timedelta(days=stage["days"])
        answers = write_answers(
            version, specification["name"], stage["stage"], since, database=database, services=services
        )
        with database.transaction() as session:
            answers.store(session)
            reason = stage.get("reason", "")
            allowed = replace(author, trusted=True)  # where the AI drafts nothing is else proposed first
            ship(allowed, classifier_id, version.key, session=session, stage=stage["stage"], reason=reason)
            _backdate(classifier_id, version.key, since, session=session)


def _examples(
    which: str, stories: Sequence[Story], stored: Stored, *, before: datetime
) -> Iterator[NewExample]:
    """What an author clicked, among what there was before the version was made."""
    rng = Random(f"classifiers:{which}")  # noqa: S311 - no secrets
    past = [story for story in stories if story.record.created_at < before]
    if which == "intents":
        for story in rng.sample(past, k=min(_INTENTS, len(past))):
            yield NewExample(answer=story.intent, subject_id=stored.conversations[story.record.external_id])
    elif which == "threats":
        threats = [story for story in past if story.scenario == "legal-threat"]
        others = [story for story in past if story.scenario != "legal-threat"]
        for story in (*threats, *rng.sample(others, k=min(_MESSAGES, len(others)))):
            message = stored.messages.get((story.record.external_id, 0))
            if message is not None and story.record.messages[0].author == "customer":
                yield NewExample(answer="yes" if story in threats else "no", subject_id=message)


def _backdate(classifier_id: int, version_id: int, since: datetime, *, session: Session) -> None:
    made = since - _MADE_BEFORE
    for table, when, condition in (
        (Classifier, {"created_at": made, "updated_at": made}, col(Classifier.id) == classifier_id),
        (ClassifierVersion, {"created_at": made}, col(ClassifierVersion.id) == version_id),
        (ClassifierExample, {"added_at": made}, col(ClassifierExample.classifier_id) == classifier_id),
        (ClassifierRelease, {"created_at": since}, col(ClassifierRelease.version_id) == version_id),
    ):
        session.execute(
            update(table).where(condition).values(when).execution_options(synchronize_session=False)
        )


def _shipped(name: str, *, session: Session) -> bool:
    its = col(Classifier.id) == col(ClassifierRelease.classifier_id)
    statement = select(ClassifierRelease.id).join(Classifier, its).where(Classifier.name == name)
    return session.exec(statement).first() is not None


def _actor(username: str, *, session: Session) -> Actor:
    return actor_of(session.exec(select(Person).where(Person.username == username)).one())
