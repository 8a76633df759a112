"""Conversations from a Zendesk ticket export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from tests.core.surfaces.reading import Found, read

USERS = [
    {"id": 1, "name": "Ada", "email": "Ada@example.org", "role": "end-user", "locale": "en-US"},
    {"id": 2, "name": "Jo", "email": "jo@halyard.example", "role": "agent"},
    {"id": 3, "name": "Bob", "email": "bob@example.org", "role": "end-user"},
]


def ticket(id: int = 35436, **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "subject": "Invoice",
        "status": "hold",
        "priority": "urgent",
        "tags": ["billing"],
        "requester_id": 1,
        "created_at": "2026-11-02T09:30:00Z",
        "via": {"channel": "email"},
        "satisfaction_rating": {"score": "good", "id": 9},
        "comments": [
            comment(11, 1, "Where is it?\n\nOn Monday Jo wrote:\n> Hello"),
            comment(12, 2, "Look at the VAT number", public=False),
            comment(13, 2, "Attached", html_body="<p>Attached<script>x()</script></p>",
                    attachments=[{"file_name": "a.pdf", "content_type": "application/pdf", "size": 7,
                                  "content_url": "https://x.zendesk.example/a.pdf"}]),
            comment(14, 3, "Me too"),
        ],
    } | changes  # fmt: skip


def comment(id: int, author: int, text: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "author_id": author,
        "body": text,
        "public": True,
        "created_at": f"2026-11-02T09:{id}:00Z",
    } | changes


def exported(path: Path, layout: str, *tickets: Any) -> Path:
    if layout == "lines":
        lines = [*tickets, {"users": USERS}]
        path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    elif layout == "array":
        path.write_text(json.dumps([t | {"users": USERS} if isinstance(t, dict) else t for t in tickets]))
    elif layout == "pages":
        path.write_text("".join(json.dumps({"tickets": [t], "users": USERS}) + "\n" for t in tickets))
    else:
        path.write_text(
            json.dumps(
                {"count": 1, "tickets": list(tickets), "users": USERS}, indent=layout == "pretty" or None
            )
        )
    return path


def read_export(path: Path) -> Found:
    return read(path, "zendesk")


@pytest.mark.parametrize("layout", ["lines", "array", "object", "pretty", "pages"])
def test_every_layout_gives_the_same_conversation(tmp_path: Path, layout: str) -> None:
    found = read_export(exported(tmp_path / "in.json", layout, ticket()))
    assert not found.rejects
    (record,) = found.records
    assert (record.external_id, record.channel, record.subject, record.status) == (
        "35436",
        "email",
        "Invoice",
        "waiting",
    )
    assert (record.priority, record.csat, record.tags) == (1, 5, ["billing"])
    assert (record.customer.external_id, record.customer.email, record.locale) == (
        "1",
        "ada@example.org",
        "en-US",
    )
    assert [(m.author, m.name, m.text, m.external_id) for m in record.messages] == [
        ("customer", "Ada", "Where is it?", "11"),
        ("system", "Jo", "Look at the VAT number", "12"),
        ("rep", "Jo", "Attached", "13"),
        ("customer", "Bob", "Me too", "14"),
    ]
    assert record.messages[0].folded.endswith("> Hello")
    assert record.messages[2].html == "<p>Attached</p>"
    (kept,) = record.messages[2].attachments
    assert (kept.name, kept.size, kept.content, kept.note) == ("a.pdf", 7, None, "not part of the export")


def test_a_ticket_without_comments_has_its_description(tmp_path: Path) -> None:
    raw = ticket(description="Help me", comments=[], requester={"id": 5, "name": "Eve"}, requester_id=None)
    (record,) = read_export(exported(tmp_path / "in.json", "array", raw)).records
    assert [(m.author, m.text) for m in record.messages] == [("customer", "Help me")]
    assert (record.customer.external_id, record.customer.name) == ("5", "Eve")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "deleted"}, "the ticket is deleted"),
        ({"status": "archived"}, "status is 'archived'"),
        ({"requester_id": None}, "customer.id is missing"),
        ({"created_at": None}, "created_at is missing"),
        ({"comments": "none"}, "comments must be a list"),
        ({"comments": [{"author_id": 1}]}, "messages[1]"),
        ({"comments": [7]}, "messages[1]"),
        ({"tags": [1]}, "tags is [1]"),
        ({"id": None}, "id is missing"),
    ],
)
@pytest.mark.parametrize("layout", ["lines", "array", "object"])
def test_a_bad_ticket_is_rejected_alone(
    tmp_path: Path, layout: str, changes: dict[str, Any], reason: str
) -> None:
    found = read_export(exported(tmp_path / "in.json", layout, ticket() | changes, ticket(2)))
    assert [record.external_id for record in found.records] == ["2"]
    (reject,) = found.rejects
    assert reject.line == 1
    assert reason in reject.reason


def test_elements_that_are_no_tickets_are_rejected(tmp_path: Path) -> None:
    found = read_export(exported(tmp_path / "in.json", "array", 7, "x", None, ticket()))
    assert [reject.line for reject in found.rejects] == [1, 2, 3]
    assert len(found.records) == 1


def test_the_same_ticket_twice_is_rejected_the_second_time(tmp_path: Path) -> None:
    found = read_export(exported(tmp_path / "in.json", "array", ticket(), ticket()))
    assert len(found.records) == 1
    assert found.rejects[0].reason == "the id '35436' was already used at line 1"


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    path = exported(tmp_path / "in.json", "array", ticket(1), ticket(2))
    path.write_bytes(path.read_bytes()[:-200])
    found = read_export(path)
    assert [record.external_id for record in found.records] == ["1"]
    assert "the rest was not read" in found.rejects[0].reason


def test_broken_utf8_inside_an_array_is_replaced_and_remarked(tmp_path: Path) -> None:
    path = exported(tmp_path / "in.json", "array", ticket(1, subject="MARK"), ticket(2))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"MARK", b"Gr\xfc\xdfe"))
    found = read_export(path)
    assert [record.subject for record in found.records] == ["Gr\ufffd\ufffde", "Invoice"]
    assert len(found.remarks) == 1


@pytest.mark.parametrize("content", ["hello", "<xml/>", "   "])
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "in.json"
    path.write_text(content)
    with pytest.raises(InvalidInput, match="is not JSON"):
        read_export(path)


@pytest.mark.parametrize("content", ['{"foo": 1}', '{\n"foo": [1]\n}'])
def test_json_without_tickets_is_rejected(tmp_path: Path, content: str) -> None:
    path = tmp_path / "in.json"
    path.write_text(content)
    found = read_export(path)
    assert not found.records
    assert found.rejects


def test_no_tickets_is_no_error(tmp_path: Path) -> None:
    assert read_export(exported(tmp_path / "in.json", "pretty")) == Found([], [], [])
