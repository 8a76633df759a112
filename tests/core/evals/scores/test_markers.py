"""Markers: found, brought, added by hand; a release stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from core.audit import AuditEntry
from core.classifiers.tables import ClassifierRelease
from core.database import Database, now
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.evals.scores import (
    NewMarker,
    add_marker,
    build_changes,
    change_marker,
    import_markers,
    list_markers,
    note_releases,
    remove_marker,
)
from core.evals.tables import ScoreMarker
from core.identity import Actor
from tests.core.classifiers.live.making import make_classifier
from tests.core.evals.scores.making import add_build, add_conversation, add_draft, at


def test_builds_that_wrote_and_classifiers_that_went_live_are_releases(
    database: Database, lucia: Actor
) -> None:
    with database.transaction() as session:
        add_build(session, "a" * 16, knowledge="one", model={"name": "x"})
        add_build(session, "b" * 16, knowledge="two", model={"name": "x"})
        add_build(session, "c" * 16, knowledge="three", model={"name": "x"})  # never wrote
        conversation = add_conversation(session, 1)
        for day, build in ((0, "a"), (5, "b"), (6, "a")):
            add_draft(session, conversation, day, build_id=build * 16)
    classifier, version = make_classifier(database)
    with database.transaction() as session:
        for stage in ("shadow", "live"):
            session.add(
                ClassifierRelease(
                    classifier_id=classifier,
                    stage=stage,
                    version_id=version,
                    reason="Better.",
                    created_at=at(9),
                )
            )

    assert note_releases(database=database) == 3
    assert note_releases(database=database) == 0

    with database.reading() as session:
        found = list_markers(lucia, session=session, since=at(-1), until=at(20))
    assert [(each.kind, each.title, each.started_at) for each in found] == [
        ("release", "First build", at(0)),
        ("release", "New build: knowledge", at(5)),
        ("release", "Intents: live with version 1", at(9)),
    ]
    assert found[1].build_id == "b" * 16
    assert found[2].detail == "Better."


def test_what_is_different_in_a_build_is_said_in_words() -> None:
    assert build_changes(None, {}) == "The first build that wrote drafts."
    assert (
        build_changes(
            {"model": {"name": "a"}, "knowledge": "x", "sdk": 1},
            {"model": {"name": "b"}, "knowledge": "y", "sdk": 1},
        )
        == "Changed: model from a to b; knowledge."
    )
    assert build_changes({"sample": 1}, {"sample": 2}) == "Nothing that has a name has changed."


def test_markers_by_hand_are_added_once_changed_and_removed(
    database: Database, lucia: Actor, ingrid: Actor, maeve: Actor
) -> None:
    with database.transaction() as session:
        one = add_marker(
            lucia, session=session, kind="incident", title="Outage", started_at=at(0), ended_at=at(1)
        )
        again = add_marker(lucia, session=session, kind="incident", title="Outage ", started_at=at(0))
        assert one.key == again.key
        key = one.key
        with pytest.raises(PermissionDenied):
            add_marker(maeve, session=session, kind="note", title="x", started_at=at(0))
    with database.transaction() as session:
        change_marker(ingrid, key, session=session, title="Long outage", started_at=at(0), detail="All day.")
    with database.transaction() as session:
        for _ in range(2):
            remove_marker(ingrid, key, session=session)
        with pytest.raises(NotFound):
            change_marker(ingrid, key, session=session, title="x", started_at=at(0))
        deeds = [each.action for each in session.exec(select(AuditEntry))]
    assert [each for each in deeds if each.startswith("score_marker")] == [
        "score_marker.added",
        "score_marker.changed",
        "score_marker.removed",
    ]


def test_what_a_marker_cannot_be(database: Database, lucia: Actor) -> None:
    with database.transaction() as session:
        for kind, title, started, ended, words in (
            ("release", "x", at(0), None, "found by themselves"),
            ("note", " ", at(0), None, "title"),
            ("note", "x" * 201, at(0), None, "at most 200"),
            ("note", "x", now() + timedelta(days=3), None, "future"),
            ("note", "x", at(1), at(0), "before it begins"),
        ):
            with pytest.raises(InvalidInput, match=words):
                add_marker(lucia, session=session, kind=kind, title=title, started_at=started, ended_at=ended)


def test_imported_markers_are_known_by_source_and_id(database: Database, lucia: Actor) -> None:
    new = [
        NewMarker("incident", "Slow storage", at(2), "INC-1", ended_at=at(3)),
        NewMarker("release", "Spring release", at(4), "R-1"),
    ]
    for count in (2, 0):
        with database.transaction() as session:
            assert import_markers("desk", new, session=session) == count
    with database.transaction() as session:
        release = session.exec(select(ScoreMarker).where(ScoreMarker.kind == "release")).one()
        with pytest.raises(InvalidInput, match="cannot be removed"):
            remove_marker(lucia, release.key, session=session)
        with pytest.raises(InvalidInput, match="id of its source"):
            import_markers("desk", [NewMarker("note", "x", at(0), "")], session=session)
        assert [
            each.title for each in list_markers(lucia, session=session, since=at(2, 20), until=at(4, 1))
        ] == ["Slow storage"]
