"""``traces``: what pages show of traces, by command."""

from __future__ import annotations

import json
from pathlib import Path

from core.database import Database
from tests.core.cli.test_commands import fails, lines, ok
from tests.core.traces.making import ended_long_ago, record


def test_list_and_show(database: Database) -> None:
    assert ok("traces", "list").strip() == "no traces"
    trace_id = record(database, draft_id=3, conversation_id=5)
    assert trace_id in ok("traces", "list")
    (row,) = lines(ok("traces", "list", "--json", "--status", "ok", "--conversation", "5"))
    assert (row["id"], row["draft_id"], row["input_tokens"]) == (trace_id, 3, 100)
    assert "recorder" not in row
    assert ok("traces", "list", "--conversation", "6").strip() == "no traces"

    shown = ok("traces", "show", trace_id)
    assert "retrieval knowledge base" in shown
    assert "refund" not in shown
    assert 'in: {"query":"refund"}' in ok("traces", "show", "--draft", "3", "--text")
    found = json.loads(ok("traces", "show", trace_id, "--json", "--text"))
    assert [each["kind"] for each in found["spans"]] == ["agent", "tool", "retrieval", "generation"]
    assert found["spans"][1]["output"] == "result"
    assert "output" not in json.loads(ok("traces", "show", trace_id, "--json"))["spans"][1]


def test_export_and_purge(database: Database, tmp_path: Path) -> None:
    trace_id = record(database)
    ended_long_ago(database, trace_id)
    path = tmp_path / "traces.jsonl"
    assert "sent 1 traces" in ok("traces", "export", "--to", str(path))
    assert json.loads(ok("traces", "export", "--to", str(path), "--json"))["traces"] == 0
    assert len(path.read_text().splitlines()) == 1
    assert json.loads(ok("traces", "purge", "--older-than-days", "0", "--json"))["removed"] > 0
    assert "its time was up" in ok("traces", "show", trace_id, "--text")
    assert "older than 30 days" in ok("traces", "purge")


def test_bad_input_is_one_line(database: Database, tmp_path: Path) -> None:
    assert "no trace of trace_x" in fails("traces", "show", "trace_x")
    assert "Give either" in fails("traces", "show")
    assert "--status" in fails("traces", "list", "--status", "odd")
    assert "RATCHET_TRACE_ENDPOINT" in fails("traces", "export")
    assert "http" in fails("traces", "export", "--endpoint", "nowhere")
    assert "cannot be written" in fails("traces", "export", "--to", str(tmp_path))
    assert "could not be reached" in fails_to_send(database)


def fails_to_send(database: Database) -> str:
    ended_long_ago(database, record(database))
    return fails("traces", "export", "--endpoint", "http://127.0.0.1:9/v1/traces")
