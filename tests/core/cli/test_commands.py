"""The command line, in this process."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from core.cli import app
from core.database import Database
from core.settings import get_settings
from tests.core.surfaces.reading import conversation, message, write_lines

ARTICLES = (
    {"id": "refunds", "title": "Refunds", "locale": "en",
     "body": "# Refunds\n\nA refund is back on your card within 14 days. Refunds are in the billing portal."},
    {"id": "keys", "title": "API keys", "locale": "en", "audience": "internal",
     "body": "# API keys\n\nAn API key is revoked under Settings, API keys, Revoke."},
)  # fmt: skip

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens
NO_SERVER = "postgresql+psycopg://u:hidden@127.0.0.1:9/x?connect_timeout=2"

_PROGRESS = re.compile(r"[^:]+: +\d+%")


def run(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=input)


def ok(*words: str, input: str | None = None) -> str:
    result = run(*words, input=input)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def fails(*words: str, code: int = 1, input: str | None = None) -> str:
    """The one line a failing command says on standard error, besides how far it was on a slow machine."""
    result = run(*words, input=input)
    assert result.exit_code == code, (result.output, result.exception)
    said = [line for line in result.stderr.splitlines() if line.strip()]
    (line,) = [line for line in said if not _PROGRESS.match(line)]
    assert "Traceback" not in result.output
    return line


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def articles(tmp_path: Path, database: Database) -> Path:
    path = write_lines(tmp_path / "articles.jsonl", *ARTICLES)
    ok("import", "articles", str(path), "--no-wait")
    return path


def test_init_is_safe_to_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATCHET_DATABASE_URL", f"sqlite:///{tmp_path}/new/ratchet.sqlite")
    monkeypatch.setenv("RATCHET_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    for _ in range(2):
        (answer,) = lines(ok("init", "--json"))
        assert answer["sample"] is False
    assert (tmp_path / "home" / "secret").is_file()
    assert (tmp_path / "new" / "ratchet.sqlite").is_file()


def test_init_refuses_sample_people_in_production(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATCHET_ENVIRONMENT", "production")
    monkeypatch.setenv("RATCHET_SECRET", "x" * 40)
    get_settings.cache_clear()
    assert "Sample people must not exist in production" in fails("init", "--sample")


def test_import_conversations_as_text_and_json(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation(), "broken", conversation("c-2"))
    said = ok("import", "conversations", str(path), "--source", "log")
    assert "2 new, 0 updated, 0 unchanged, 2 messages added" in said
    assert "1 rejected, written to" in said
    (answer,) = lines(ok("import", "conversations", str(path), "--source", "log", "--json"))
    assert (answer["new"], answer["unchanged"], answer["rejected"], answer["format"]) == (0, 2, 1, "jsonl")
    assert answer["rejects"] == [{"line": 2, "reason": "not JSON: Expecting value at character 1"}]


def test_import_says_why_nothing_went_in(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", "broken")
    result = run("import", "conversations", str(path))
    assert result.exit_code == 1
    assert "nothing could be imported; the first reason, line 1: not JSON" in result.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nope.jsonl"], "there is no such file"),
        (["in.csv", "--map", "text"], "must be COLUMN=FIELD"),
        (["in.csv", "--map", "x=text"], "There is no column 'x'"),
        (["in.csv"], "No column for conversation_id"),
        (["in.csv", "--format", "xml"], "There is no format 'xml'"),
        (["in.csv", "--time-zone", "Mars/Base"], "There is no time zone 'Mars/Base'"),
        (["empty.csv"], "is empty"),
        (["in.xlsx"], "say --format with one of"),
        (["in.csv", "--source", ""], "Name the source"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, words: list[str], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    header = "a,b" if words == ["in.csv"] else "conversation_id,created_at,author,text"
    (tmp_path / "in.csv").write_text(f"{header}\n")
    (tmp_path / "in.xlsx").write_text("x")
    (tmp_path / "empty.csv").touch()
    assert reason in fails("import", "conversations", *words)


def test_import_csv_with_a_mapping_and_a_rejects_file(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "in.csv"
    path.write_text("Nr,When,Who,Said\n1,2026-11-02 09:00,agent,Hello\n1,never,agent,Bad\n")
    words = [
        word
        for pair in ("Nr=conversation_id", "When=created_at", "Who=author", "Said=text")
        for word in ("--map", pair)
    ]
    rejects = tmp_path / "bad.jsonl"
    (answer,) = lines(
        ok(
            "import",
            "conversations",
            str(path),
            *words,
            "--rejects",
            str(rejects),
            "--time-zone",
            "Asia/Tokyo",
            "--json",
        )
    )
    assert (answer["new"], answer["rejected"], answer["rejects_path"]) == (1, 1, str(rejects))
    assert json.loads(rejects.read_text())["line"] == 3


def test_preview_shows_and_stores_nothing(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", *(conversation(f"c-{n}") for n in range(9)))
    shown = lines(ok("import", "conversations", str(path), "--preview"))
    assert [record["external_id"] for record in shown] == [f"c-{n}" for n in range(5)]
    (answer,) = lines(ok("import", "conversations", str(path), "--json"))
    assert answer["new"] == 9


def test_import_articles_makes_vectors_unless_told_not_to(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "a.jsonl", *ARTICLES)
    (answer,) = lines(ok("import", "articles", str(path), "--no-wait", "--json"))
    assert answer["new"] == 2
    assert "vectors" not in answer
    (answer,) = lines(ok("import", "articles", str(path), "--json"))
    assert (answer["unchanged"], answer["vectors"]) == (2, 2)


def test_search_one_query(articles: Path) -> None:
    assert "(refunds)" in ok("search", "how long does a refund take")
    (answer,) = lines(ok("search", "revoke api key", "--json", "--limit", "1"))
    (found,) = answer["results"]
    assert set(found) == {"article", "version", "title", "passage", "score"}
    assert (found["article"], found["version"], found["title"]) == ("keys", 1, "API keys")
    (answer,) = lines(ok("search", "revoke api key", "--json", "--audience", "public"))
    assert "keys" not in [found["article"] for found in answer["results"]]


def test_search_a_file_of_queries(tmp_path: Path, articles: Path) -> None:
    path = write_lines(
        tmp_path / "q.jsonl",
        {"id": "q1", "query": "refund on my card"},
        {"id": 2, "query": "revoke an API key", "locale": "en"},
    )
    answers = lines(ok("search", "--queries", str(path)))
    assert [answer["id"] for answer in answers] == ["q1", 2]
    assert [answer["results"][0]["article"] for answer in answers] == ["refunds", "keys"]


def test_a_bad_query_gets_an_error_and_the_rest_goes_on(tmp_path: Path, articles: Path) -> None:
    path = write_lines(
        tmp_path / "q.jsonl", "nonsense", "[1]", {"query": "x"}, {"id": "q", "query": ""},
        {"id": "r", "query": "refund"}, {"id": "s", "query": "refund", "locale": 5},
    )  # fmt: skip
    out = tmp_path / "out.jsonl"
    result = run("search", "--queries", str(path), "--out", str(out))
    assert result.exit_code == 1
    assert "5 queries could not be answered" in result.stderr
    answers = lines(out.read_text())
    assert ["error" in answer for answer in answers] == [True, True, True, True, False, True]
    assert answers[0] == {"line": 1, "error": "not JSON: Expecting value at character 1"}
    assert answers[3] == {"id": "q", "error": "query must be a text that is not empty"}


@pytest.mark.parametrize(
    "words", [["search"], ["search", "x", "--queries", "y"], ["draft"], ["search", "x", "--audience", "all"]]
)
def test_options_that_contradict(database: Database, words: Sequence[str]) -> None:
    assert fails(*words).startswith("error: ")


def test_draft_a_file_of_inputs(tmp_path: Path, articles: Path) -> None:
    path = write_lines(
        tmp_path / "in.jsonl",
        {"id": "d1", "messages": [{"author": "customer", "text": "When is the refund back on my card?"}]},
        "nonsense",
        {"id": "d2", "messages": []},
        {"id": "d3", "messages": [{"author": "boss", "text": "x"}]},
        {"id": "d4", "messages": [{"author": "rep", "text": "Hello"}]},
        {
            "id": "d5",
            "messages": [{"author": "customer", "text": "What colour is the moon whale?"}],
            "locale": "en",
        },
    )
    result = run("draft", "--inputs", str(path))
    assert result.exit_code == 1
    answers = lines(result.stdout)
    assert [answer.get("id") for answer in answers] == ["d1", None, "d2", "d3", "d4", "d5"]
    first, last = answers[0], answers[5]
    assert {"id", "decision", "reply", "citations", "confidence", "milliseconds"} <= set(first)
    assert first["decision"] == "answer"
    assert "14 days" in first["reply"]
    assert {citation["article"] for citation in first["citations"]} == {"refunds"}
    assert all(set(citation) == {"article", "quote"} for citation in first["citations"])
    assert (last["decision"], last["reason"]) == ("abstain", "missing_knowledge")
    assert all("error" in answer for answer in answers[1:5])


def test_draft_for_a_stored_conversation(tmp_path: Path, articles: Path, database: Database) -> None:
    asked = conversation(messages=[message("When is the refund back on my card?")])
    ok("import", "conversations", str(write_lines(tmp_path / "in.jsonl", asked)))
    with database.reading() as session:
        number = session.connection().execute(text("SELECT id FROM conversation")).scalar_one()
    (answer,) = lines(ok("draft", "--conversation", str(number), "--json"))
    assert answer["conversation"] == number
    assert "14 days" in answer["reply"]
    assert "answer" in ok("draft", "--conversation", str(number))
    fails("draft", "--conversation", "999999")


def test_the_audit_is_verified_and_tampering_found(tmp_path: Path, database: Database) -> None:
    ok("import", "conversations", str(write_lines(tmp_path / "in.jsonl", conversation())))
    assert "The audit is whole: 1 entries" in ok("verify-audit")
    with database.transaction() as session:
        connection = session.connection()
        if database.is_sqlite:
            triggers = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
            )
            for (name,) in triggers.all():
                connection.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit_entry SET who = 'nobody'"))
    assert "tampered" in fails("verify-audit")
    result = run("verify-audit", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False


def test_people_are_added_and_listed(database: Database) -> None:
    password = "a long pass phrase 42"
    said = ok(
        "people",
        "add",
        "vera",
        "--role",
        "admin",
        "--name",
        "Vera Lind",
        "--password-stdin",
        input=f"{password}\n",
    )
    assert said == "Added vera (admin).\n"
    (person,) = lines(ok("people", "list", "--json"))
    assert (person["username"], person["name"], person["role"], person["sample"]) == (
        "vera",
        "Vera Lind",
        "admin",
        False,
    )
    assert password not in ok("people", "list")
    add = ("people", "add")
    assert "taken" in fails(*add, "vera", "--role", "rep", "--password-stdin", input=f"{password}\n")
    assert "no password" in fails(*add, "otto", "--role", "rep", "--password-stdin", input="")
    fails(*add, "otto", "--role", "king", "--password-stdin", input=f"{password}\n")
    fails(*add, "otto", "--role", "rep", "--password-stdin", input="short\n")


def test_doctor_finds_nothing_wrong_with_a_fresh_installation(database: Database) -> None:
    findings = {finding["check"]: finding for finding in lines(ok("doctor", "--json"))}
    assert {
        "settings",
        "secret",
        "disk",
        "database",
        "database writable",
        "people",
        "audit",
        "model",
        "embedder",
    } <= set(findings)
    assert not [finding for finding in findings.values() if finding["ok"] is False]
    assert findings["people"]["ok"] is None


@pytest.mark.parametrize(
    ("settings", "check", "fix"),
    [
        ({"MODEL_PROVIDER": "banana"}, "settings", "Correct it"),
        ({"MODEL_PROVIDER": "openai"}, "model", "RATCHET_MODEL_NAME"),
        ({"MODEL_PROVIDER": "openai", "MODEL_NAME": "x"}, "model", "RATCHET_MODEL_API_KEY"),
        ({"MODEL_PROVIDER": "compatible", "MODEL_NAME": "x"}, "model", "RATCHET_MODEL_BASE_URL"),
        ({"MODEL_PROVIDER": "compatible", "MODEL_NAME": "x", "MODEL_BASE_URL": f"{NOWHERE}/v1"}, "model",
         "Check the address"),
        ({"EMBEDDER": "openai"}, "embedder", ""),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/x.sqlite"}, "database", "Check that the folder exists"),
        ({"DATABASE_URL": "not a url"}, "database", "Write RATCHET_DATABASE_URL like"),
        ({"DATABASE_URL": NO_SERVER}, "database", "Check that the server runs"),
        ({"ENVIRONMENT": "production"}, "secret", "RATCHET_SECRET"),
        ({"HOME": "/proc/nowhere"}, "disk", "RATCHET_HOME"),
    ],
)  # fmt: skip
def test_doctor_says_what_is_wrong_and_how_to_fix_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], check: str, fix: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"RATCHET_{name}", value)
    get_settings.cache_clear()
    result = run("doctor", "--json")
    assert result.exit_code == 1, result.output
    found = [finding for finding in lines(result.stdout) if finding["ok"] is False]
    assert check in [finding["check"] for finding in found]
    assert fix in next(finding["fix"] for finding in found if finding["check"] == check)
    assert "hidden" not in result.output


def test_settings_and_databases_that_cannot_be_used_are_one_line(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATCHET_SESSION_HOURS", "many")
    get_settings.cache_clear()
    assert "RATCHET_SESSION_HOURS" in fails("verify-audit")
    monkeypatch.delenv("RATCHET_SESSION_HOURS")
    monkeypatch.setenv("RATCHET_DATABASE_URL", NO_SERVER)
    get_settings.cache_clear()
    line = fails("verify-audit")
    assert "database cannot be used" in line
    assert "hidden" not in line


def test_a_typing_mistake_is_exit_code_2() -> None:
    for words in (["serach"], ["import", "conversations"], ["search", "--limit", "many", "x"]):
        result = run(*words)
        assert result.exit_code == 2
        assert re.search(r"no such command|missing|invalid", result.stderr, re.IGNORECASE)


def test_every_command_has_help() -> None:
    for words in ("", "init", "import", "import articles", "import conversations", "search", "draft",
                  "verify-audit", "doctor", "people", "people add", "worker", "formats"):  # fmt: skip
        assert "Usage:" in ok(*words.split(), "--help")
