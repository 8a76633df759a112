"""A case that somebody types: what is kept, what is the same case, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from core.audit.tables import AuditEntry
from core.database import Database
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.evals import EvalCase, add_members, create_case, create_suite, thaw
from core.identity import SYSTEM, Actor
from core.knowledge import Article, archive
from tests.core.evals.cases.making import ANSWER, write_case
from tests.core.evals.making import bring_articles

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEP = {"action": "find_invoice", "result": {"number": "7"}, "statements": ["It is paid."]}


def test_what_was_typed_thaws_like_what_was_frozen(database: Database, sam: Actor) -> None:
    bring_articles(database)
    case = write_case(
        database,
        "Where is my invoice?",
        actor=sam,
        name="  Invoice \n question ",
        messages=[
            {"author": "customer", "text": "Hello 👋🏽"},
            {"author": "rep", "text": "What can I do?", "name": "Rosa"},
            {"author": "customer", "text": "Where is my invoice?"},
        ],
        customer={"name": "Ada", "email": "ada@example.com", "plan": "pro", "facts": {"seats": 3}},
        system="Be brief.",
        steps=[STEP],
        moment=MOMENT,
        locale="en",
        channel="email",
        theme="invoices",
        tags=["billing", " billing ", ""],
        weight=2,
        polarity="positive",
        critical=True,
        provenance={"file": "a.jsonl", "line": 3},
    )
    with database.reading() as session:
        found = thaw(case.key, session=session)
        audited = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "eval_case.created")).one()
    assert [(each.author, each.text) for each in found.messages] == [
        ("customer", "Hello 👋🏽"),
        ("rep", "What can I do?"),
        ("customer", "Where is my invoice?"),
    ]
    assert found.messages[-1].created_at == MOMENT
    assert found.messages[0].created_at < found.messages[1].created_at < MOMENT
    assert found.basis_message_id == found.messages[-1].id
    assert found.customer["name"] == "Ada"
    assert found.customer["facts"] == {"seats": 3, "plan": "pro"}
    assert [(step.action, step.status, step.statements) for step in found.steps] == [
        ("find_invoice", "done", ("It is paid.",))
    ]
    assert len(found.version_ids) == 3
    assert found.case.input["system"] == "Be brief."
    kept = found.case
    assert (kept.name, kept.tags, kept.weight, kept.critical) == ("Invoice question", ["billing"], 2.0, True)
    assert (kept.channel, kept.locale, kept.theme, kept.polarity) == ("email", "en", "invoices", "positive")
    assert (kept.state, kept.source, kept.owner_id) == ("candidate", "written", sam.person_id)
    assert kept.said == "Hello 👋🏽\nWhere is my invoice?"
    assert kept.provenance == {"file": "a.jsonl", "line": 3}
    assert "invoice" not in str(audited.detail)


def test_the_same_case_twice_is_one_whatever_happened_to_the_knowledge(database: Database) -> None:
    bring_articles(database)
    first = write_case(database, "Where is my invoice?", source="import")
    with database.transaction() as session:
        archive(SYSTEM, session.exec(select(Article)).all()[0].key, session=session)
    assert write_case(database, " Where is my invoice? ", source="import").key == first.key
    assert write_case(database, "Where is my refund?", source="import").key != first.key


def test_a_case_without_a_date_is_itself_with_the_date_it_was_stored_with(database: Database) -> None:
    """As it comes back from a file that was exported."""
    first = write_case(database, "Hello", source="import")
    stored = datetime.fromisoformat(first.input["moment"])
    dated = [{**each, "created_at": each["created_at"]} for each in first.input["messages"]]
    again = [{name: each[name] for name in ("author", "text", "created_at")} for each in dated]
    assert write_case(database, "Hello", messages=again, moment=stored, source="import").key == first.key
    assert write_case(database, "Hello", moment=MOMENT, source="import").key != first.key
    assert (
        write_case(database, "Hello", moment=MOMENT).key == write_case(database, "Hello", moment=MOMENT).key
    )


def test_what_was_typed_for_a_case_that_is_there_is_not_dropped(database: Database, sam: Actor) -> None:
    first = write_case(database, "Hello", actor=sam)
    assert write_case(database, "Hello", actor=sam).key == first.key, "a double click"
    with pytest.raises(Conflict, match=f"number {first.key}"):
        write_case(database, "Hello", actor=sam, expectations=[ANSWER, {"kind": "cites_something"}])
    with pytest.raises(Conflict, match="same messages"):
        write_case(database, "Hello", actor=sam, name="Something else")


def test_accepted_at_once_where_somebody_has_looked_at_it(database: Database, sam: Actor) -> None:
    case = write_case(database, "Hello", actor=sam, state="accepted")
    assert (case.state, case.review, case.decided_by_id) == ("accepted", "accepted", sam.person_id)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"messages": []}, "what the customer says"),
        ({"messages": [{"author": "rep", "text": "Hi"}]}, "what the customer says"),
        ({"messages": [{"author": "customer", "text": " \n"}]}, "Message 1 is empty"),
        ({"messages": [{"author": "user", "text": "Hi"}]}, "author is one of"),
        ({"messages": [{"author": "customer", "text": "Hi", "mood": "bad"}]}, "nothing is known of mood"),
        ({"messages": [{"author": "customer", "text": "Hi", "created_at": "soon"}]}, "date like"),
        ({"name": " \n "}, "name"),
        ({"name": "x" * 301}, "at most 300"),
        ({"channel": "fax"}, "Unknown channel"),
        ({"locale": "the language of Shakespeare"}, "language"),
        ({"weight": 0}, "weight"),
        ({"weight": float("nan")}, "weight"),
        ({"polarity": "good"}, "positive or negative"),
        ({"tags": ["x" * 61]}, "tag"),
        ({"expectations": [{"kind": "no such kind"}]}, "no such kind"),
        ({"expectations": [{"kind": "contains", "texts": [object()]}]}, "plain JSON"),
        ({"steps": [{"result": {}}]}, "which action"),
        ({"steps": [{"action": "look_up", "colour": "red"}]}, "colour"),
        ({"steps": [{"action": "look_up", "status": "perhaps"}]}, "status"),
        ({"moment": datetime(2026, 3, 2, 9, 0)}, "time zone"),
        ({"customer": {"facts": "rich"}}, "names and values"),
        ({"source": "hearsay"}, "hearsay"),
    ],
)
def test_what_is_wrong_is_said(database: Database, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        write_case(database, "Hello", **wrong)
    with database.reading() as session:
        assert session.exec(select(EvalCase)).all() == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(max_size=400),
    said=st.text(max_size=300),
    tags=st.lists(st.text(max_size=70), max_size=5),
    fact=st.text(max_size=20),
)
def test_any_text_is_stored_or_refused(
    database: Database, name: str, said: str, tags: list[str], fact: str
) -> None:
    """Nothing anybody types ends in an error of the database, and it comes back as it was."""
    try:
        case = write_case(
            database, said, name=name, tags=tags, customer={"note": fact}, source="import", theme=fact
        )
    except InvalidInput:
        return
    with database.reading() as session:
        stored = session.get_one(EvalCase, case.key)
    plain = said.encode("utf-8", "replace").decode().replace("\0", "")
    assert stored.input["messages"][0]["text"] in (plain.strip(), said.replace("\0", "").strip())
    assert stored.name == " ".join(stored.name.split())
    assert all(tag and tag == " ".join(tag.split()) for tag in stored.tags)


def test_who_may_write_cases(database: Database, rosa: Actor, mia: Actor) -> None:
    for actor in (rosa, mia):
        with pytest.raises(PermissionDenied, match="eval cases"):
            write_case(database, "Hello", actor=actor)


def test_a_held_out_case_is_not_given_away(database: Database, sam: Actor) -> None:
    case = write_case(database, "Hello", actor=sam)
    with database.transaction() as session:
        suite = create_suite(sam, session=session, title="Secret", held_out=True)
        add_members(sam, suite.key, [case.key], session=session)
    with pytest.raises(Conflict, match="held-out"):
        write_case(database, "Hello", actor=sam)
    with database.transaction() as session:
        again = create_case(
            SYSTEM,
            session=session,
            name="Hello",
            messages=[{"author": "customer", "text": "Hello"}],
            expectations=[ANSWER],
        )
    assert again.key == case.key
