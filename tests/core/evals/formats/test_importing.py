"""Files into the database and out of it: all or nothing, again without effect, only for whom it may be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from core.audit import AuditEntry
from core.database import Database, open_database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.evals import accept_flag, create_case, export_case_file, import_case_file, raise_flag
from core.evals.formats import case_formats
from core.evals.suites import add_members, create_suite
from core.evals.tables import EvalCase
from core.identity import SYSTEM, Actor, Role
from tests.core.conversations.make import add_actor
from tests.core.evals.making import bring_articles, open_case, write_draft

WRITABLE = [each.name for each in case_formats() if each.write]
EXPECTATIONS: list[dict[str, Any]] = [
    {"kind": "contains", "texts": ["14 days", "card"], "all": False, "ignore_case": True, "weight": 2.0},
    {"kind": "decision", "decisions": ["answer"], "reason": ""},
    {"kind": "reference", "text": "Within 14 days."},
]


@pytest.fixture
def mara(database: Database) -> Actor:
    return add_actor(database, "mara", Role.MANAGER)


@pytest.fixture
def lucia(database: Database) -> Actor:
    return add_actor(database, "lucia", Role.SPECIALIST)


def written(database: Database, text: str = "Where is my refund?", **rest: Any) -> int:
    with database.transaction() as session:
        case = create_case(
            SYSTEM,
            session=session,
            **{
                "name": "Refund",
                "messages": [{"author": "customer", "text": text}],
                "customer": {"name": "Ada Lovelace", "email": "ada@example.org", "plan": "pro"},
                "expectations": EXPECTATIONS,
                "tags": ["billing"],
                "weight": 3.0,
                "polarity": "negative",
                "critical": True,
                "theme": "refunds",
                "locale": "en",
                "channel": "email",
                "state": "accepted",
                **rest,
            },
        )
        return case.key


def flagged(database: Database) -> int:
    """A case of a conversation, with an accepted flag."""
    rosa = add_actor(database, "rosa", Role.REP)
    bring_articles(database)
    draft = write_draft(database, open_case(database))
    with database.transaction() as session:
        flag = raise_flag(
            rosa, session=session, subject_type="draft", subject_id=draft.key, strength="weak",
            criterion="polite", better="Dear Ada",
        )  # fmt: skip
        accept_flag(SYSTEM, flag.key, session=session)
        assert flag.case_id is not None
        return flag.case_id


def facts(database: Database) -> list[dict[str, Any]]:
    """What makes a case, without where it is stored."""
    names = (
        "name", "input", "snapshot_id", "expectations", "digest", "theme", "tags", "channel", "locale",
        "weight", "polarity", "critical",
    )  # fmt: skip
    with database.reading() as session:
        cases = session.exec(select(EvalCase).order_by(col(EvalCase.digest))).all()
        return [{name: getattr(case, name) for name in names} for case in cases]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    """Another installation."""
    from core.database import migrate
    from core.settings import get_settings

    settings = get_settings().model_copy(update={"database_url": f"sqlite:///{tmp_path}/elsewhere.sqlite"})
    other = open_database(settings)
    migrate(other)
    yield other
    other.dispose()


@pytest.mark.parametrize("format", WRITABLE)
def test_what_was_exported_is_here_already(database: Database, format: str) -> None:
    written(database)
    flagged(database)
    before = facts(database)
    for keep in (True, False):
        made = export_case_file(SYSTEM, database=database, format=format, keep_personal_data=keep)
        assert made.cases == 2
        done = import_case_file(SYSTEM, database=database, content=made.content, name=made.name)
        assert done.format == format
        assert (done.count("known"), done.count("new"), done.problems) == (2, 0, ())
        assert not [note for each in done.cases for note in each.notes]
    assert facts(database) == before


@pytest.mark.parametrize("format", WRITABLE)
def test_another_installation_gets_the_same_cases(
    database: Database, elsewhere: Database, format: str
) -> None:
    written(database)
    flagged(database)
    made = export_case_file(SYSTEM, database=database, format=format, keep_personal_data=True)
    for outcome in ("new", "known"):
        done = import_case_file(SYSTEM, database=elsewhere, content=made.content, name=made.name)
        assert done.count(outcome) == 2, done
    for here, there in zip(facts(database), facts(elsewhere), strict=True):
        if here["name"] != "Refund":  # what a flag said stands for itself where that flag is not
            here["expectations"] = [
                {"kind": "unsupported", "from": "ratchet", "assertion": here["expectations"][0]},
                {"kind": "reference", "text": "Dear Ada"},
            ]
        assert there == here | {"snapshot_id": there["snapshot_id"]}
    again = export_case_file(SYSTEM, database=elsewhere, format=format, state="", keep_personal_data=True)
    back = import_case_file(SYSTEM, database=database, content=again.content, name=again.name)
    assert (back.count("known"), back.count("new")) == (2, 0)


def test_personal_data_is_masked_unless_it_is_kept(database: Database, elsewhere: Database) -> None:
    written(database, "I am Ada Lovelace, ada@example.org, where is my refund?")
    for format in WRITABLE:
        masked = export_case_file(SYSTEM, database=database, format=format)
        assert masked.masked == 1
        assert b"Lovelace" not in masked.content
        assert b"ada@example.org" not in masked.content
        kept = export_case_file(SYSTEM, database=database, format=format, keep_personal_data=True)
        assert b"Lovelace" in kept.content
    for outcome in ("new", "known"):
        done = import_case_file(SYSTEM, database=elsewhere, content=masked.content, name=masked.name)
        assert done.count(outcome) == 1
    assert "[NAME_" in facts(elsewhere)[0]["input"]["messages"][0]["text"]


def test_who_may_export(database: Database, mara: Actor, lucia: Actor) -> None:
    ours = written(database)
    assert export_case_file(lucia, database=database).cases == 1
    flagged(database)
    with pytest.raises(PermissionDenied, match="conversations with customers"):
        export_case_file(lucia, database=database)
    assert export_case_file(mara, database=database).cases == 2
    with database.transaction() as session:
        suite = create_suite(SYSTEM, session=session, title="Held out", name="held-out", held_out=True)
        add_members(SYSTEM, suite.key, [ours], session=session)
    with pytest.raises(PermissionDenied, match="held out"):
        export_case_file(lucia, database=database, suite="held-out")
    assert export_case_file(mara, database=database, suite="held-out").cases == 1
    with pytest.raises(PermissionDenied, match="conversations"):  # only the flagged one is left to her
        export_case_file(lucia, database=database)
    with database.reading() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "eval_cases.exported")).all()
    assert len(entries) == 3
    with pytest.raises(PermissionDenied):
        export_case_file(add_actor(database, "rex", Role.REP), database=database)


def test_what_cannot_be_exported(database: Database) -> None:
    for options, error in (
        ({}, "no such cases"),
        ({"format": "inspect-log"}, "only read"),
        ({"format": "xml"}, "no case format"),
        ({"state": "odd"}, "not 'odd'"),
    ):
        with pytest.raises(InvalidInput, match=error):
            export_case_file(SYSTEM, database=database, **options)
    with pytest.raises(NotFound, match="no suite 'x'"):
        export_case_file(SYSTEM, database=database, suite="x")


LINES = b"""{"input": "Where is my invoice?", "ideal": "Billing"}
{"input": [{"role": "assistant", "content": "Hello"}], "ideal": "x"}
{"input": "Where is my refund?", "ideal": "card", "level": 3}
{"input": "Where is my invoice?", "ideal": "Billing"}
"""


def test_all_or_nothing_unless_said(database: Database, lucia: Actor) -> None:
    with pytest.raises(InvalidInput, match=r"Nothing was imported. Line 2: there is no message of a user"):
        import_case_file(lucia, database=database, content=LINES, name="a.jsonl")
    assert facts(database) == []
    tried = import_case_file(lucia, database=database, content=LINES, name="a.jsonl", dry_run=True)
    assert (tried.count("new"), tried.count("twice"), [each.line for each in tried.problems]) == (2, 1, [2])
    assert not tried.stored
    assert facts(database) == []
    options: dict[str, Any] = {
        "name": "a.jsonl",
        "skip_broken": True,
        "tags": ["nightly"],
        "state": "accepted",
    }
    done = import_case_file(lucia, database=database, content=LINES, **options)
    assert (done.count("new"), done.count("twice")) == (2, 1)
    again = import_case_file(lucia, database=database, content=LINES, **options)
    assert (again.count("new"), again.case_ids) == (0, done.case_ids)
    with database.reading() as session:
        case = session.get_one(EvalCase, done.case_ids[1])
    assert (case.source, case.state, case.tags, case.owner_id) == (
        "import",
        "accepted",
        ["nightly"],
        lucia.person_id,
    )
    assert case.provenance == {
        "file": "a.jsonl", "line": 3, "format": "openai-evals", "unknown": {"level": 3},
    }  # fmt: skip


def test_a_case_that_cannot_be_stored_is_a_problem_of_its_line(database: Database) -> None:
    lines = [
        {"input": "One?", "ideal": "x"},
        {
            "input": "Two?",
            "ideal": "x" * 10,
            "metadata": {"ratchet": {"input": {"messages": []}, "weight": -1}},
        },
        {"ratchet": 1},
    ]
    content = "\n".join(map(json.dumps, lines)).encode()
    done = import_case_file(
        SYSTEM, database=database, content=content, format="openai-evals", skip_broken=True
    )
    assert [each.line for each in done.problems] == [3]
    assert "not usable" in done.cases[1].notes[0]
    torn = json.dumps({"ratchet": 1, "name": "x", "complete": True, "input": {"messages": []}}).encode()
    with pytest.raises(InvalidInput, match="Line 1: its input is not complete: moment"):
        import_case_file(SYSTEM, database=database, content=torn, format="ratchet")


def test_a_forged_digest_is_not_believed(database: Database) -> None:
    case = written(database)
    made = export_case_file(SYSTEM, database=database, keep_personal_data=True)
    value = json.loads(made.content)
    value["input"]["messages"][0]["text"] = "Something else?"
    done = import_case_file(SYSTEM, database=database, content=json.dumps(value).encode(), format="ratchet")
    assert done.count("new") == 1
    with database.reading() as session:
        digests = {each.digest for each in session.exec(select(EvalCase))}
        assert session.get_one(EvalCase, case).digest in digests
    assert len(digests) == 2


def test_what_the_file_says_otherwise_is_remarked(database: Database) -> None:
    written(database)
    made = export_case_file(SYSTEM, database=database)
    with database.transaction() as session:
        case = session.exec(select(EvalCase)).one()
        case.weight = 9.0
        session.add(case)
    done = import_case_file(SYSTEM, database=database, content=made.content, name=made.name)
    assert done.count("known") == 1
    with database.reading() as session:
        assert session.exec(select(EvalCase)).one().weight == 9.0


def test_who_may_import(database: Database, mara: Actor) -> None:
    with pytest.raises(PermissionDenied):
        import_case_file(mara, database=database, content=LINES, name="a.jsonl")


def test_a_held_out_case_stays_hidden(database: Database, mara: Actor, lucia: Actor) -> None:
    case = written(database)
    content = export_case_file(mara, database=database).content
    with database.transaction() as session:
        suite = create_suite(SYSTEM, session=session, title="Held out", name="held-out", held_out=True)
        add_members(SYSTEM, suite.key, [case], session=session)
    with pytest.raises(InvalidInput, match="held-out"):
        import_case_file(lucia, database=database, content=content, name="a.jsonl")


def test_files_that_cannot_be_opened(database: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        import_case_file(SYSTEM, database=database, path=tmp_path / "none.jsonl")
    (tmp_path / "a.jsonl").write_text("")
    with pytest.raises(InvalidInput, match="none of the formats"):
        import_case_file(SYSTEM, database=database, path=tmp_path / "a.jsonl")
    with pytest.raises(InvalidInput, match="no cases in the file"):
        import_case_file(SYSTEM, database=database, path=tmp_path / "a.jsonl", format="ratchet")
    with pytest.raises(InvalidInput, match="may be read as"):
        import_case_file(SYSTEM, database=database, content=LINES, name="a.jsonl", expected_as="odd")
