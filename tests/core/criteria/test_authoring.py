"""Publishing versions of criteria, retiring and restoring them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from core import audit
from core.criteria import (
    NEW,
    Content,
    Criterion,
    criterion_versions,
    current_criterion,
    list_criteria,
    problems,
    publish_criterion,
    restore_criterion,
    retire_criterion,
    slug,
)
from core.criteria.shipped import SHIPPED
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role

WELL_FORMED: dict[str, Any] = {
    "question": "What does the customer want?",
    "kind": "one_of",
    "subjects": ["conversation"],
    "answers": ["refund", "invoice", "other"],
    "examples": [{"text": "My money back, please.", "answer": "refund", "why": "They say so."}],
}


def publish(session: Session, **changed: Any) -> Criterion:
    return publish_criterion(SYSTEM, session=session, **WELL_FORMED | changed)


def test_a_first_version_gets_a_name_from_its_question(database: Database) -> None:
    with database.transaction() as session:
        first = publish(session, question="  Is  it\npolite? ", kind="yes_no", answers=[], examples=[])
        entry = audit.list_entries(session=session, action="criterion.published")[0]
    assert (first.name, first.version, first.question) == ("is_it_polite", 1, "Is it polite?")
    assert (entry.detail["name"], entry.detail["version"], entry.subject_id) == (
        "is_it_polite",
        1,
        str(first.key),
    )
    assert "polite?" not in str(entry.detail)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Wie höflich ist es?", "wie_hoflich_ist_es"),
        ("  --  ", ""),
        ("質問", ""),
        ("x" * 200, "x" * 60),
        ("2 questions?", "2_questions"),
    ],
)
def test_names_from_questions(question: str, name: str) -> None:
    assert slug(question) == name


def test_the_next_version_leaves_the_first_as_it_was(database: Database) -> None:
    with database.transaction() as session:
        first = publish(session, name="intent")
        second = publish(
            session, name="intent", guidance="Read it twice.", change_note="Guidance", based_on=first.key
        )
    with database.reading() as session:
        newest, oldest = criterion_versions("intent", session=session)
        assert current_criterion("intent", session=session) == newest
    assert (newest.key, newest.version, newest.change_note) == (second.key, 2, "Guidance")
    assert (oldest.version, oldest.guidance) == (1, "")


def test_publishing_the_same_again_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        first = publish(session, name="intent")
        second = publish(session, name="intent", answers=["a", "b"], examples=[], based_on=first.key)
        # a second click: built on the first version, but the newest already says it
        again = publish(session, name="intent", answers=["a", "b"], examples=[], based_on=first.key)
        assert again.key == second.key
        assert len(criterion_versions("intent", session=session)) == 2
        assert len(audit.list_entries(session=session, action="criterion.published")) == 2


def test_two_editors_at_once(database: Database) -> None:
    with database.transaction() as session:
        first = publish(session, name="intent")
    with database.transaction() as session:
        publish(session, name="intent", guidance="Mine.", based_on=first.key)
    with pytest.raises(Conflict, match="Somebody else has just published"), database.transaction() as session:
        publish(session, name="intent", guidance="Yours.", based_on=first.key)
    with pytest.raises(Conflict, match="intent already: “What does"), database.transaction() as session:
        publish(session, name="intent", guidance="New.", based_on=NEW)
    with database.reading() as session:
        assert [each.guidance for each in criterion_versions("intent", session=session)] == ["Mine.", ""]


def test_the_database_has_the_last_word(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two transactions that both saw version 1: the second loses with a plain reason."""
    with database.transaction() as session:
        first = publish(session, name="intent")
        publish(session, name="intent", guidance="Mine.")
    monkeypatch.setattr("core.criteria.authoring.current_criterion", lambda _name, session: first)
    with database.transaction() as session:
        with pytest.raises(Conflict, match="Somebody else"):
            publish(session, name="intent", guidance="Yours.", based_on=first.key)
        assert [each.version for each in criterion_versions("intent", session=session)] == [2, 1]


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"question": " \n"}, "question", "Write the question first"),
        ({"question": "x" * 501}, "question", "500 is the most"),
        ({"kind": "stars"}, "kind", "Choose one of yes_no"),
        ({"subjects": []}, "subjects", "one or more of conversation"),
        ({"subjects": ["customer"]}, "subjects", "one or more of conversation"),
        ({"answers": ["only"]}, "answers", "at least two"),
        ({"answers": ["a", "A "]}, "answers", "“A” stands there twice"),
        ({"answers": ["a|b", "c"]}, "answers", "leave out the |"),
        ({"answers": ["x" * 101, "c"]}, "answers", "100 is the most"),
        ({"answers": [str(n) for n in range(501)]}, "answers", "500 is the most"),
        ({"kind": "yes_no"}, "answers", "answers of its own"),
        ({"good": ["praise"]}, "good", "praise: not among the answers"),
        ({"guidance": "x" * 20_001}, "guidance", "20,000 is the most"),
        ({"examples": [{"text": "", "answer": "refund"}]}, "examples", "Example 1: the text is missing"),
        ({"examples": [{"text": "Hi", "answer": "praise"}]}, "examples", "“praise” is not among"),
        ({"examples": [{"text": "Hi", "answer": ""}]}, "examples", "is not among"),
        ({"examples": [{"text": "Hi", "answer": "other", "note": "?"}]}, "examples", "note is not part"),
        ({"examples": [{"text": "x" * 10_001, "answer": "other"}]}, "examples", "10,000 is the most"),
        ({"examples": [{"text": "x", "answer": "other"}] * 51}, "examples", "50 is the most"),
    ],
)
def test_what_cannot_be_published(
    database: Database, changed: dict[str, Any], field: str, reason: str
) -> None:
    content = Content.written(**(WELL_FORMED | {"examples": []} | changed))
    assert list(problems(content)) == [field]
    assert reason in problems(content)[field]
    with pytest.raises(InvalidInput, match=field.capitalize()), database.transaction() as session:
        publish(session, **({"examples": []} | changed))
    with database.reading() as session:
        assert list_criteria(session=session) == []


def test_all_that_is_wrong_is_said_at_once(database: Database) -> None:
    with database.transaction() as session, pytest.raises(InvalidInput) as caught:
        publish(session, question="", subjects=[], answers=["one"])
    assert "Question:" in str(caught.value)
    assert "Subjects:" in str(caught.value)
    assert "Answers:" in str(caught.value)


@pytest.mark.parametrize("name", ["Has Spaces", "é", "_x", "x" * 101, "a-b", "a\n"])
def test_names_that_are_none(database: Database, name: str) -> None:
    with database.transaction() as session, pytest.raises(InvalidInput, match="cannot be the name"):
        publish(session, name=name)


def test_a_question_without_letters_asks_for_a_name(database: Database) -> None:
    with database.transaction() as session, pytest.raises(InvalidInput, match="write a short one"):
        publish(session, question="質問?")


def test_what_a_kind_has_of_its_own_is_not_stored(database: Database) -> None:
    with database.transaction() as session:
        scale = publish(
            session, name="mood", kind="scale", answers=["1", "2", "3", "4", "5"], good=["5"], examples=[]
        )
        several = publish(
            session,
            name="areas",
            kind="many_of",
            examples=[{"text": "Both", "answer": ["other", "refund"], "why": ""}, {"text": "", "why": ""}],
        )
    assert (scale.answers, scale.good) == ([], ["5"])
    assert several.examples == [{"text": "Both", "answer": "other | refund", "why": ""}]


def test_every_shipped_criterion_could_be_published() -> None:
    for criterion in SHIPPED:
        assert problems(Content.of(criterion)) == {}


def test_retiring_takes_every_version_out_and_restoring_brings_it_back(database: Database) -> None:
    with database.transaction() as session:
        first = publish(session, name="intent")
        publish(session, name="intent", guidance="New.")
    with database.transaction() as session:
        for _again in range(2):
            retire_criterion(SYSTEM, "intent", session=session)
        assert all(each.retired_at for each in criterion_versions("intent", session=session))
        assert list_criteria(session=session) == []
        assert len(list_criteria(session=session, with_retired=True)) == 1
        with pytest.raises(Conflict, match="Restore it first"):
            publish(session, name="intent", guidance="Newer.")
    with database.transaction() as session:
        for _again in range(2):
            restore_criterion(SYSTEM, "intent", session=session)
        assert session.get_one(Criterion, first.key).retired_at is None
        actions = [entry.action for entry in audit.list_entries(session=session)]
    assert actions.count("criterion.retired") == actions.count("criterion.restored") == 1


def test_what_does_not_exist_cannot_be_retired(database: Database) -> None:
    for act in (retire_criterion, restore_criterion):
        with database.transaction() as session, pytest.raises(NotFound, match="no criterion 'fame'"):
            act(SYSTEM, "fame", session=session)


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.ADMIN])
def test_only_specialists_write_criteria(database: Database, role: Role) -> None:
    actor = Actor(1, "x", "X", role)
    with database.transaction() as session:
        publish(session, name="intent")
        with pytest.raises(PermissionDenied, match="may not write criteria"):
            publish_criterion(actor, session=session, **WELL_FORMED)
        with pytest.raises(PermissionDenied):
            retire_criterion(actor, "intent", session=session)
        with pytest.raises(PermissionDenied):
            restore_criterion(actor, "intent", session=session)
