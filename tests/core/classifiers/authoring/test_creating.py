"""Making classifiers, putting them away and back."""

from __future__ import annotations

from typing import Any

import pytest

from core.audit import list_entries
from core.classifiers import (
    archive_classifier,
    create_classifier,
    get_classifier,
    list_classifiers,
    open_desk,
    restore_classifier,
)
from core.classifiers.tables import Classifier
from core.criteria import retire_criterion
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from tests.core.classifiers.authoring.making import publish, taught
from tests.core.conversations.make import add_actor


def make(database: Database, actor: Actor, **rest: Any) -> Classifier:
    with database.transaction() as session:
        arguments = {"title": "What they want", "criterion_name": "want", "kind": "examples"} | rest
        return create_classifier(actor, session=session, **arguments)


def test_making_one_and_finding_it(database: Database, lucia: Actor) -> None:
    publish(database, subjects=["message", "conversation"])
    made = make(database, lucia, name="Want-1", settings={"a": 1})
    assert (made.name, made.subject_type, made.revision) == ("want-1", "message", 1)
    assert make(database, lucia, name="want-1", settings={"a": 1}).key == made.key  # a double click
    by_title = make(database, lucia, subject_type="conversation")
    assert by_title.name == "what_they_want"
    with database.reading() as session:
        assert get_classifier(lucia, "WANT-1", session=session).key == made.key
        assert open_desk(lucia, made.key, session=session).question.answers == ("refund", "login", "other")
        with pytest.raises(NotFound, match="no classifier 'nope'"):
            get_classifier(lucia, "nope", session=session)
        (entry, *_) = [e for e in list_entries(session=session) if e.subject_id == str(made.key)]
    assert entry.action == "classifier.created"


@pytest.mark.parametrize(
    ("rest", "error", "says"),
    [
        ({"name": "a b"}, InvalidInput, "cannot be the name of a classifier"),
        ({"title": "  "}, InvalidInput, "Give the classifier a title"),
        ({"kind": "magic"}, InvalidInput, "no kind of classifier 'magic'"),
        ({"criterion_name": "nope"}, NotFound, "no criterion 'nope'"),
        ({"criterion_name": "words"}, InvalidInput, "asks for words"),
        ({"subject_type": "draft"}, InvalidInput, "not asked about a draft: choose message"),
        ({"name": "taken"}, Conflict, "There is a classifier taken already: “Taken”"),
    ],
)
def test_what_cannot_be_made(
    database: Database, lucia: Actor, rest: dict[str, Any], error: type[Exception], says: str
) -> None:
    publish(database)
    publish(database, "words", kind="span", answers=())
    make(database, lucia, name="taken", title="Taken")
    with pytest.raises(error, match=says):
        make(database, lucia, **rest)


def test_who_may(database: Database, classifier: Classifier) -> None:
    rep = add_actor(database, "maeve")
    with pytest.raises(PermissionDenied):
        make(database, rep)
    with database.transaction() as session:
        assert get_classifier(rep, classifier.key, session=session).key == classifier.key
        with pytest.raises(PermissionDenied):
            archive_classifier(rep, classifier.key, session=session)
    admin = add_actor(database, "desmond", Role.ADMIN)
    with database.reading() as session, pytest.raises(PermissionDenied):
        list_classifiers(admin, session=session)


def test_archiving_and_restoring(database: Database, lucia: Actor, classifier: Classifier) -> None:
    taught(database, lucia, classifier, 2)
    with database.transaction() as session:
        (listed,) = list_classifiers(lucia, session=session)
        assert (listed.examples, listed.newest, listed.live, listed.updated_by) == (6, None, None, "Lucia")
        for _ in range(2):
            archive_classifier(lucia, classifier.key, session=session)
        assert list_classifiers(lucia, session=session) == []
        assert len(list_classifiers(lucia, session=session, with_archived=True)) == 1
    with pytest.raises(Conflict, match="is archived"):
        taught(database, lucia, classifier, 3)
    with database.transaction() as session:
        restored = restore_classifier(lucia, classifier.key, session=session)
        assert restored.archived_at is None
        restored.live_version_id = 7
        session.add(restored)
        session.flush()
        with pytest.raises(Conflict, match="is live"):
            archive_classifier(lucia, classifier.key, session=session)
    actions = [each.action for each in entries(database)]
    assert actions.count("classifier.archived") == actions.count("classifier.restored") == 1


def test_a_retired_question(database: Database, lucia: Actor, classifier: Classifier) -> None:
    with database.transaction() as session:
        retire_criterion(SYSTEM, "want", session=session)
    with pytest.raises(Conflict, match="Restore it under Criteria first"):
        taught(database, lucia, classifier)
    with pytest.raises(Conflict, match="has been retired"):
        make(database, lucia, name="another")
    with database.reading() as session:
        assert "retired" in open_desk(lucia, "want", session=session).closed


def entries(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(list_entries(session=session))
