"""Two specialists change one classifier at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.classifiers import ChangedMeanwhile, archive_classifier, change_classifier, get_classifier
from core.classifiers.tables import Classifier
from core.database import Database
from core.errors import Conflict, InvalidInput
from core.identity import Actor


def change(
    database: Database, actor: Actor, classifier: Classifier, revision: int, **rest: object
) -> Classifier:
    with database.transaction() as session:
        return change_classifier(actor, classifier.key, session=session, revision=revision, **rest)  # type: ignore[arg-type]


def test_the_later_one_sees_both_texts(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    changed = change(database, tomasz, classifier, 1, settings={"rule": "theirs"}, title="New title")
    assert changed.revision == 2
    with pytest.raises(
        ChangedMeanwhile, match=r"Tomasz changed the settings and the title at \d\d:\d\d UTC"
    ) as e:
        change(database, lucia, classifier, 1, settings={"rule": "yours"}, purpose="Find refunds")
    assert (e.value.who, e.value.fields, e.value.revision) == ("Tomasz", ("settings", "title"), 2)
    both = {each.field: (each.theirs, each.yours) for each in e.value.differences}
    assert both == {
        "settings": ({"rule": "theirs"}, {"rule": "yours"}),
        "purpose": ("", "Find refunds"),
    }
    # having looked, she stores hers over it
    after = change(database, lucia, classifier, e.value.revision, settings={"rule": "yours"})
    assert (after.revision, after.settings, after.title) == (3, {"rule": "yours"}, "New title")


def test_repeating_and_refusing(database: Database, lucia: Actor, classifier: Classifier) -> None:
    change(database, lucia, classifier, 1, title="Other")
    assert change(database, lucia, classifier, 1, title="Other").revision == 2  # as it is stored already
    with pytest.raises(InvalidInput, match="at most 200 characters"):
        change(database, lucia, classifier, 2, title="x" * 201)
    with database.transaction() as session:
        archive_classifier(lucia, classifier.key, session=session)
    with pytest.raises(Conflict, match="is archived"):
        change(database, lucia, classifier, 2, title="Third")


def test_at_the_same_moment_exactly_one_is_stored(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    together = Barrier(2)

    def store(actor: Actor) -> str:
        together.wait()
        try:
            change(database, actor, classifier, 1, settings={"by": actor.name})
        except ChangedMeanwhile as error:
            return f"lost to {error.who}"
        return f"stored {actor.name}"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(store, (lucia, tomasz)))
    with database.reading() as session:
        kept = get_classifier(lucia, classifier.key, session=session)
    winner = kept.settings["by"]
    assert outcomes == [f"lost to {winner}", f"stored {winner}"]
    assert kept.revision == 2
