"""Being held back by texts that are given: the same rules as for stored ones, and nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import select

from core.classifiers import Subject, kind, open_services, opening, ship, would_hold
from core.classifiers.live import rehearsing
from core.classifiers.tables import ClassifierAnswer
from core.criteria import ensure_criteria
from core.database import Database
from core.identity import SYSTEM
from core.settings import get_settings
from tests.core.classifiers.live.making import FakeKind, FakeModel, make_classifier


@pytest.fixture(autouse=True)
def posts(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One that judges messages and one that judges the conversation, both live and holding back."""
    with database.transaction() as session:
        ensure_criteria(session=session)
    monkeypatch.setitem(kind._KINDS, "fake", FakeKind())
    monkeypatch.setattr(FakeModel, "down", "")
    opening._opened.clear()
    for name, subject_type in (("legal_threats", "message"), ("long_disputes", "conversation")):
        key, version = make_classifier(
            database,
            name,
            subject_type=subject_type,
            words={"lawyer": "complaint"},
            hold_back=["complaint"],
        )
        with database.transaction() as session:
            ship(SYSTEM, key, version, session=session, stage="live")
    yield
    opening._opened.clear()


def held(database: Database, *texts: str, whole: str = "", hides: str = "") -> list[tuple[str, str]]:
    """Classifier and answer of everything that holds back."""
    found = would_hold(
        [Subject(text, "message", number) for number, text in enumerate(texts, start=1)],
        Subject(whole, "conversation"),
        database=database,
        services=open_services(database, get_settings()),
        conceal=lambda subject: replace(
            subject, text=subject.text.replace(hides, "…") if hides else subject.text
        ),
    )
    with database.reading() as session:
        assert session.exec(select(ClassifierAnswer)).all() == [], "nothing is stored"
    return [(each.classifier, each.answer) for each in found]


def test_any_of_the_messages_and_the_conversation_may_hold_it_back(database: Database) -> None:
    assert held(database, "Hello", "How are you?", whole="Hello") == []
    assert held(database, "Hello", "My lawyer", whole="Hello") == [("legal_threats", "complaint")]
    assert held(database, "Hello", whole="My lawyer") == [("long_disputes", "complaint")]
    assert held(database, "my perhaps lawyer", "the lawyer", whole="a lawyer") == [
        ("legal_threats", "complaint"),
        ("long_disputes", "complaint"),
    ]
    assert held(database, " ", whole="") == []


def test_what_cannot_be_asked_holds_it_back_after_what_can(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeModel, "poison", "broken")
    assert held(database, "broken", whole="a lawyer") == [
        ("long_disputes", "complaint"),
        ("legal_threats", ""),
    ]
    assert held(database, "broken", "my lawyer", whole="") == [("legal_threats", "complaint")]
    monkeypatch.setattr(FakeModel, "down", "Out of order.")
    assert held(database, "Hello", whole="Hello") == [("legal_threats", ""), ("long_disputes", "")]


def test_only_what_leaves_this_machine_is_concealed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert held(database, "My lawyer", hides="lawyer") == [("legal_threats", "complaint")]
    monkeypatch.setattr(rehearsing, "REMOTE", ("fake",))
    assert held(database, "My lawyer", hides="lawyer") == []
