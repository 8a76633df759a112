"""Whatever bytes come in, what goes out is records and rejects: never a crash."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.conversations import ConversationRecord
from core.conversations.checking import check_conversation
from core.errors import InvalidInput
from core.surfaces.importers import ImportOptions, Reject, Source, article_formats, conversation_formats
from tests.core.surfaces.reading import conversation, message

QUICK = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def run(path: Path, content: bytes, format: str) -> list[Any]:
    """Everything the importer gives; its records are such as the database takes."""
    path.write_bytes(content)
    (chosen,) = [entry for entry in conversation_formats() if entry.name == format]
    try:
        found = list(chosen.read(Source(path, passes=chosen.passes), ImportOptions()))
    except InvalidInput:
        return []
    for entry in found:
        if isinstance(entry, ConversationRecord):
            check_conversation(entry)
    return found


@QUICK
@given(content=st.binary(max_size=300))
@pytest.mark.parametrize("format", [entry.name for entry in conversation_formats()])
def test_any_bytes(tmp_path: Path, content: bytes, format: str) -> None:
    run(tmp_path / "in", content, format)


@QUICK
@given(content=st.binary(max_size=300))
@pytest.mark.parametrize("entry", article_formats(), ids=lambda entry: entry.name)
def test_any_bytes_as_articles(tmp_path: Path, content: bytes, entry: Any) -> None:
    path = tmp_path / f"in{entry.suffixes[0]}"
    path.write_bytes(content)
    with suppress(InvalidInput):
        list(entry.read(Source(path), ImportOptions()))


@QUICK
@given(key=st.sampled_from([*conversation(), "csat", "status", "tags"]), value=JSON)
def test_jsonl_with_one_field_of_any_value(tmp_path: Path, key: str, value: Any) -> None:
    line = json.dumps(conversation() | {key: value}).encode()
    found = run(tmp_path / "in.jsonl", line, "jsonl")
    assert len(found) == 1
    assert isinstance(found[0], ConversationRecord | Reject)


@QUICK
@given(key=st.sampled_from([*message(), "id", "html", "name", "attachments"]), value=JSON)
def test_jsonl_with_one_message_field_of_any_value(tmp_path: Path, key: str, value: Any) -> None:
    line = json.dumps(conversation(messages=[message() | {key: value}])).encode()
    found = run(tmp_path / "in.jsonl", line, "jsonl")
    assert len(found) == 1


@QUICK
@given(
    rows=st.lists(
        st.lists(st.text(alphabet='a1,;"\n\r\t é\x00', max_size=6), min_size=3, max_size=5), max_size=6
    )
)
def test_csv_rows_of_any_text(tmp_path: Path, rows: list[list[str]]) -> None:
    body = "\n".join(",".join(row) for row in rows)
    run(tmp_path / "in.csv", f"conversation_id,created_at,author,text\n{body}".encode(), "csv")


@QUICK
@given(
    texts=st.lists(
        st.text(min_size=1, max_size=20).filter(lambda text: bool(text.replace("\x00", "").strip())),
        min_size=1,
        max_size=5,
    )
)
def test_csv_written_by_a_csv_writer_comes_back_whole(tmp_path: Path, texts: list[str]) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["conversation_id", "created_at", "author", "text"])
    safe = [text.encode("utf-8", "replace").decode().replace("\x00", "") for text in texts]
    writer.writerows(["1", "2026-11-02", "customer", text] for text in safe)
    (record,) = run(tmp_path / "in.csv", buffer.getvalue().encode(), "csv")
    assert [said.text for said in record.messages] == safe


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Type",
     "Content-Transfer-Encoding", "Content-Disposition", "Received", "Auto-Submitted", "MIME-Version"]
)  # fmt: skip
VALUES = st.text(max_size=40) | st.sampled_from(
    ["multipart/mixed; boundary=b", 'multipart/alternative; boundary="b"', "text/html; charset=zip", "base64",
     "quoted-printable", "uuencode", "=?utf-8?b?%%%?=", "=?x?q?=FF?=", "<a@b> <c@d>", "message/rfc822",
     "attachment; filename*=utf-8''%FF", "attachment; filename*0*=x; filename*1=y", "Mon, 99 Foo 2026",
     'text/plain; charset=""', "Mon, 02 Nov 2026 09:00:00 -9999", "Ada <ada@example.org>, ,;:",
     "message/delivery-status"]
)  # fmt: skip


@QUICK
@given(
    headers=st.lists(st.tuples(HEADERS, VALUES), max_size=7),
    body=st.text(max_size=60) | st.just("--b\n\nx\n--b\nContent-Type: text/html\n\n<p>y\n--b--"),
)
def test_mail_with_any_headers(tmp_path: Path, headers: list[tuple[str, str]], body: str) -> None:
    lines = [f"{name}: {value}" for name, value in [("From", "ada@example.org"), *headers]]
    raw = ("\n".join(lines) + f"\n\n{body}").encode("utf-8", "replace")
    found = run(tmp_path / "in.eml", raw, "mbox")
    assert sum(isinstance(entry, ConversationRecord | Reject) for entry in found) == 1


@QUICK
@given(
    value=JSON,
    key=st.sampled_from(
        [
            "id",
            "requester_id",
            "requester",
            "via",
            "comments",
            "users",
            "tags",
            "status",
            "satisfaction_rating",
            "created_at",
        ]
    ),
)
def test_zendesk_tickets_with_one_field_of_any_value(tmp_path: Path, key: str, value: Any) -> None:
    raw = {"id": 1, "requester_id": 2, "created_at": "2026-11-02", "description": "Hello"} | {key: value}
    found = run(tmp_path / "in.json", json.dumps([raw]).encode(), "zendesk")
    assert len(found) == 1


@QUICK
@given(
    value=JSON,
    key=st.sampled_from(
        [
            "id",
            "source",
            "contacts",
            "conversation_parts",
            "tags",
            "state",
            "conversation_rating",
            "created_at",
            "title",
        ]
    ),
)
def test_intercom_conversations_with_one_field_of_any_value(tmp_path: Path, key: str, value: Any) -> None:
    source = {"body": "<p>Hi</p>", "author": {"type": "user", "id": "1"}}
    raw = {"id": "1", "created_at": 1793611800, "source": source} | {key: value}
    found = run(tmp_path / "in.json", json.dumps([raw]).encode(), "intercom")
    assert len(found) == 1
