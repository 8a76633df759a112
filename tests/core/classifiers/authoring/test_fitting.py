"""Previews and versions: measured, never twice the same, and clear about what is missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.classifiers import (
    NewExample,
    Preview,
    Report,
    Subject,
    Threshold,
    change_classifier,
    default_version,
    featurizer,
    fit_version,
    get_version,
    list_versions,
    measure_version,
    open_version,
    preview,
)
from core.classifiers.authoring import previewing
from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import retire_criterion
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import SYSTEM, Actor
from tests.core.classifiers.authoring.making import ANSWERS, WordEmbedder, add, services, taught, texts

SERVICES = services()


def fit(database: Database, actor: Actor, classifier: Classifier, **rest: object) -> ClassifierVersion:
    return fit_version(actor, classifier.key, database=database, services=SERVICES, **rest)  # type: ignore[arg-type]


def test_a_preview_stores_nothing_and_computes_once(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier)
    embedder = WordEmbedder()
    first = preview(lucia, classifier.key, database=database, services=services(embedder))
    figures = first.report.cross_validated
    assert figures is not None
    assert (figures.n, figures.errors, first.report.held_out) == (24, 0, None)
    assert figures.accuracy.estimate > 0.9
    assert first.curve
    spent = embedder.embedded
    stricter = preview(
        lucia, classifier.key, database=database, services=services(embedder), threshold=Threshold(0.0, 1.0)
    )
    assert stricter.measured is first.measured  # another threshold needs no other scores
    assert stricter.report.cross_validated is not None
    assert stricter.report.cross_validated.abstained > figures.abstained
    (one,) = texts("refund", 1, start=50)
    add(database, lucia, classifier, one)
    third = preview(lucia, classifier.key, database=database, services=services(embedder))
    assert third.measured is not first.measured
    assert embedder.embedded == spent + 1  # only the new one
    with database.reading() as session:
        assert list_versions(lucia, classifier.key, session=session) == []


def test_a_version_keeps_how_good_it_is(database: Database, lucia: Actor, classifier: Classifier) -> None:
    taught(database, lucia, classifier)
    held = [
        NewExample(each.text, each.answer, held_out=True)
        for answer in ANSWERS
        for each in texts(answer, 3, start=80)
    ]
    add(database, lucia, classifier, *held)
    made = fit(database, lucia, classifier, hold_back=["login"], note=" first  one ")
    assert (made.version, made.example_count, made.answers) == (1, 33, list(ANSWERS))
    assert (made.hold_back, made.note, made.features) == (["login"], "first one", featurizer(SERVICES).name)
    report = Report.from_json(made.report)
    assert report.cross_validated is not None
    assert report.held_out is not None
    assert (report.cross_validated.n, report.held_out.n) == (24, 9)
    # at least 95 % of what it should answer is familiar enough
    assert report.cross_validated.coverage.estimate >= 0.95
    assert 0 <= made.threshold["familiarity"] < 1
    judged = open_version(made.key, database=database, services=SERVICES).judge(
        [Subject("money back for order")]
    )
    assert judged[0].answer == "refund"
    brought = measure_version(
        lucia, made.key, texts("login", 4, start=200), database=database, services=SERVICES
    )
    assert brought.held_out is not None
    assert brought.held_out.accuracy.estimate == 1
    with pytest.raises(InvalidInput, match="Example 1: 'x' does not answer"):
        measure_version(lucia, made.key, [NewExample("a", "x")], database=database, services=SERVICES)


def test_the_same_again_is_the_same_version(database: Database, lucia: Actor, classifier: Classifier) -> None:
    taught(database, lucia, classifier)
    first = fit(database, lucia, classifier)
    assert fit(database, lucia, classifier, note="again").key == first.key
    second = fit(database, lucia, classifier, threshold=Threshold(0.5, 0.1))
    assert (second.version, Threshold.of(second.threshold)) == (2, Threshold(0.5, 0.1))
    assert fit(database, lucia, classifier, threshold=Threshold(0.5, 0.1)).key == second.key
    assert fit(database, lucia, classifier, hold_back=["other"]).version == 3
    add(database, lucia, classifier, *texts("refund", 1, start=70))
    assert fit(database, lucia, classifier).version == 4
    with database.reading() as session:
        assert [each.version for each in list_versions(lucia, classifier.key, session=session)] == [
            4,
            3,
            2,
            1,
        ]
        assert get_version(lucia, classifier.key, 2, session=session).key == second.key
        assert default_version(lucia, classifier, session=session).version == 4
        live = classifier.model_copy(update={"live_version_id": first.key})
        assert default_version(lucia, live, session=session).version == 1
        with pytest.raises(NotFound, match="versions 1 to 4, not 9"):
            get_version(lucia, classifier.key, 9, session=session)


def test_two_make_a_version_at_once(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier, 4)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda actor: fit(database, actor, classifier).key, (lucia, tomasz)))
        apart = list(
            pool.map(
                lambda share: fit(database, lucia, classifier, threshold=Threshold(share)).version, (0.2, 0.3)
            )
        )
    assert made[0] == made[1]
    assert sorted(apart) == [2, 3]


def test_what_is_missing_is_said(database: Database, lucia: Actor, classifier: Classifier) -> None:
    with pytest.raises(InvalidInput, match="no examples yet"):
        preview(lucia, classifier.key, database=database, services=SERVICES)
    with pytest.raises(InvalidInput, match="no examples yet"):
        fit(database, lucia, classifier)
    with database.reading() as session, pytest.raises(NotFound, match="has no version yet"):
        get_version(lucia, classifier.key, session=session)
    add(database, lucia, classifier, *texts("refund", 6))
    with pytest.raises(InvalidInput, match=r"(?i)answer"):
        fit(database, lucia, classifier)
    with pytest.raises(InvalidInput, match="“nonsense” is not an answer"):
        fit(database, lucia, classifier, hold_back=["nonsense"])
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        fit(database, lucia, classifier, threshold=Threshold(2))
    with pytest.raises(NotFound, match="no alert 5"):
        fit(database, lucia, classifier, because_of_id=5)
    with pytest.raises(InvalidInput, match="at most 500 characters"):
        fit(database, lucia, classifier, note="x" * 501)


def test_too_few_examples_are_counted(database: Database, lucia: Actor, classifier: Classifier) -> None:
    add(database, lucia, classifier, *(texts(answer, 1)[0] for answer in ANSWERS))
    with pytest.raises(InvalidInput, match="3 examples are too few to learn from: add at least 1 more"):
        fit(database, lucia, classifier)
    with pytest.raises(InvalidInput, match="3 examples are too few to learn from: add at least 1 more"):
        preview(lucia, classifier.key, database=database, services=SERVICES)
    add(database, lucia, classifier, *texts("refund", 1, start=9))
    with pytest.raises(InvalidInput, match="not to measure it, which keeps a part aside"):
        fit(database, lucia, classifier)


def test_contradicting_and_endless_texts_still_make_a_version(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier)
    add(
        database,
        lucia,
        classifier,
        NewExample("same words here one", "refund"),
        NewExample("same words here two", "login"),
        NewExample("word " * 20_000, "other"),
        NewExample("ja nie rozumiem tego pytania", "other"),
    )
    assert fit(database, lucia, classifier).example_count == 28


def test_nothing_is_made_of_a_retired_question(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier)
    with database.transaction() as session:
        retire_criterion(SYSTEM, "want", session=session)
    with pytest.raises(Conflict, match="has been retired"):
        fit(database, lucia, classifier)


def test_many_examples_are_looked_at_in_part_until_all_were_measured(
    database: Database, lucia: Actor, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught(database, lucia, classifier)

    def look(*, quick: bool) -> Preview:
        return preview(
            lucia, classifier.key, database=database, services=SERVICES, with_curve=False, quick=quick
        )

    few = look(quick=True)
    assert not few.partial
    add(database, lucia, classifier, *texts("refund", 1, start=50))
    monkeypatch.setattr(previewing, "QUICK_FROM", 20)
    part = look(quick=True)
    assert part.partial
    assert 0 < len(part.measured.examples) < 13
    assert part.report.best is not None
    assert part.report.best.n == len(part.measured.examples)
    assert look(quick=True).measured is part.measured
    whole = look(quick=False)
    assert not whole.partial
    assert look(quick=True).measured is whole.measured


def test_changed_settings_are_another_preview(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier)
    first = preview(lucia, classifier.key, database=database, services=SERVICES, with_curve=False)
    with database.transaction() as session:
        change_classifier(lucia, classifier.key, session=session, revision=1, purpose="To know")
    again = preview(lucia, classifier.key, database=database, services=SERVICES, with_curve=False)
    assert (first.revision, again.revision) == (1, 2)
