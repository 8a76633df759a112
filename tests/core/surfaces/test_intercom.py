"""Conversations from an Intercom export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.core.surfaces.reading import read


def exported_conversation(id: str = "163", **changes: Any) -> dict[str, Any]:
    return {
        "type": "conversation",
        "id": id,
        "created_at": 1793611800,
        "title": None,
        "state": "snoozed",
        "priority": "priority",
        "source": {
            "type": "email",
            "id": "s1",
            "subject": "<p>Invoice &amp; VAT</p>",
            "body": '<p>Where is it?</p><img src="https://t.example/x.gif"><p>Sent from my iPhone</p>',
            "author": {"type": "user", "id": "5310", "name": "Ada", "email": "ada@example.org"},
        },
        "contacts": {"type": "contact.list", "contacts": [{"id": "5310", "external_id": "70"}]},
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": [
                part("p1", "assignment", None, "admin"),
                part("p2", "note", "<p>VIP</p>", "admin"),
                part("p3", "comment", "<p>A moment</p>", "bot"),
                part("p4", "comment", "<p>Attached</p>", "admin",
                     attachments=[{"name": "a.pdf", "content_type": "application/pdf", "filesize": 7}]),
                part("p5", "comment", None, "user", attachments=[{"name": "b.png"}]),
                part("p6", "comment", "<p>x</p>", "user", redacted=True),
            ],
        },
        "tags": {"type": "tag.list", "tags": [{"id": "1", "name": "billing"}]},
        "conversation_rating": {"rating": 4, "remark": "ok"},
    } | changes  # fmt: skip


def part(id: str, kind: str, body: str | None, author: str, **changes: Any) -> dict[str, Any]:
    person = {"type": author, "id": "274" if author == "admin" else "5310", "name": author.title()}
    number = int(id[1:]) if id[1:].isdigit() else 0
    return {
        "id": id, "part_type": kind, "body": body, "created_at": 1793611800 + 60 * number, "author": person
    } | changes  # fmt: skip


@pytest.mark.parametrize("layout", ["lines", "array", "object", "single"])
def test_a_conversation_with_its_parts(tmp_path: Path, layout: str) -> None:
    raw = exported_conversation()
    path = tmp_path / "in.json"
    path.write_text(
        {
            "lines": json.dumps(raw) + "\n" + json.dumps(exported_conversation("2")),
            "array": json.dumps([raw]),
            "object": json.dumps({"type": "conversation.list", "conversations": [raw]}, indent=1),
            "single": json.dumps(raw, indent=1),
        }[layout]
    )
    found = read(path, "intercom")
    assert not found.rejects
    record = found.records[0]
    assert (record.external_id, record.channel, record.subject) == ("163", "email", "Invoice & VAT")
    assert (record.status, record.priority, record.csat, record.tags) == ("waiting", 2, 4, ["billing"])
    assert (record.customer.external_id, record.customer.name) == ("5310", "Ada")
    assert [(m.author, m.text) for m in record.messages] == [
        ("customer", "Where is it?\n\n[image not loaded]"),
        ("system", "VIP"),
        ("assistant", "A moment"),
        ("rep", "Attached"),
        ("customer", "(only attachments)"),
        ("customer", "(redacted)"),
    ]
    assert record.messages[0].folded == "Sent from my iPhone"
    assert [kept.name for m in record.messages for kept in m.attachments] == ["a.pdf", "b.png"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": None, "conversation_parts": None}, "at least one"),
        ({"created_at": None}, "created_at is missing"),
        ({"contacts": None, "conversation_parts": [], "source": {"body": "x", "author": {"type": "admin"}}},
         "customer.id is missing"),
        ({"source": {"body": 7}}, "a body must be text"),
        ({"conversation_rating": {"rating": 11}}, "csat is 11"),
    ],
)  # fmt: skip
def test_a_bad_conversation_is_rejected_alone(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([exported_conversation() | changes, exported_conversation("2")]))
    found = read(path, "intercom")
    assert [record.external_id for record in found.records] == ["2"]
    assert reason in found.rejects[0].reason
