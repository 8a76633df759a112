"""Conversations as JSON lines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.core.surfaces.reading import conversation, message, read, write_lines


def test_every_field_of_the_contract_arrives(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "in.jsonl",
        conversation(
            status="waiting",
            tags=["billing", "vip", "billing"],
            csat=4,
            messages=[
                message(id="m-1", name="Ada"),
                message(
                    "It is attached.", author="rep", id=2, name="Jo", created_at="2026-11-02T10:00:00+01:00"
                ),
            ],
        ),
    )
    found = read(path, "jsonl")
    assert found.rejects == found.remarks == []
    (record,) = found.records
    assert (record.external_id, record.channel, record.subject) == ("c-1", "chat", "Invoice")
    assert (record.status, record.tags, record.csat, record.line) == ("waiting", ["billing", "vip"], 4, 1)
    assert (record.customer.external_id, record.customer.email) == ("u-1", "ada@example.org")
    assert record.locale == "en"
    assert record.created_at == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    # 10:00 at +01:00 is 09:00 UTC: before the first line of the file, so it comes first.
    assert [(m.author, m.external_id, m.name) for m in record.messages] == [
        ("rep", "2", "Jo"),
        ("customer", "m-1", "Ada"),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "id is missing"),
        ({"id": " "}, "id is empty"),
        ({"id": ["x"]}, "id is ['x']"),
        ({"id": "x" * 201}, "longer than 200"),
        ({"channel": "fax"}, "channel is 'fax'"),
        ({"customer": None}, "customer is missing"),
        ({"customer": {"name": "Ada"}}, "customer.id is missing"),
        ({"customer": "Ada"}, "must be an object"),
        ({"created_at": None}, "created_at is missing"),
        ({"created_at": "yesterday"}, "'yesterday' is not a date"),
        ({"messages": []}, "at least one"),
        ({"messages": {"0": {}}}, "at least one"),
        ({"messages": ["hello"]}, "messages[1] is 'hello'"),
        ({"messages": [message(author="boss")]}, "messages[1].author is 'boss'"),
        ({"messages": [message(text=None)]}, "messages[1].text is missing"),
        ({"messages": [message(text="   ")]}, "messages[1].text is empty"),
        ({"messages": [message(text=7)]}, "messages[1].text is 7"),
        ({"messages": [message(created_at="")]}, "messages[1].created_at is missing"),
        ({"messages": [message(id="a"), message(id="a")]}, "the id 'a' is used twice"),
        ({"messages": [message("x" * 1_000_001)]}, "longer than 1,000,000"),
        ({"status": "lost"}, "status is 'lost'"),
        ({"csat": 9}, "csat is 9"),
        ({"csat": True}, "csat is True"),
        ({"tags": "billing"}, "tags is 'billing'"),
        ({"subject": 12}, "subject is 12"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_goes_in(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation("bad") | changes, conversation("good"))
    found = read(path, "jsonl")
    assert [record.external_id for record in found.records] == ["good"]
    (reject,) = found.rejects
    assert reject.line == 1
    assert reason in reject.reason


def test_a_missing_channel_is_an_error_of_this_format(tmp_path: Path) -> None:
    raw = conversation()
    del raw["channel"]
    assert read(write_lines(tmp_path / "in.jsonl", raw), "jsonl").rejects[0].reason == "channel is missing"


@pytest.mark.parametrize(
    "line", ["{", "[1, 2", '{"id": }', "null", "[]", '"text"', "NaN", "[" * 100_000, "1" * 5000]
)
def test_lines_that_are_no_object_are_rejected_with_their_text(tmp_path: Path, line: str) -> None:
    found = read(write_lines(tmp_path / "in.jsonl", line, conversation()), "jsonl")
    assert len(found.records) == 1
    assert (found.rejects[0].line, found.rejects[0].record) == (1, line)


def test_empty_lines_and_a_byte_order_mark_are_skipped(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation(), "", "  ", conversation("c-2"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    found = read(path, "jsonl")
    assert [(record.external_id, record.line) for record in found.records] == [("c-1", 1), ("c-2", 4)]
    assert not found.rejects


def test_an_integer_id_and_a_text_id_are_the_same_id(tmp_path: Path) -> None:
    found = read(write_lines(tmp_path / "in.jsonl", conversation(7), conversation("7")), "jsonl")
    assert len(found.records) == len(found.rejects) == 1


def test_html_is_sanitised_and_gives_the_text_when_there_is_none(tmp_path: Path) -> None:
    html = "<p>Hello <b>you</b></p><script>steal()</script><p>Bye</p>"
    path = write_lines(tmp_path / "in.jsonl", conversation(messages=[message(text=None, html=html)]))
    (said,) = read(path, "jsonl").records[0].messages
    assert said.html == "<p>Hello <b>you</b></p><p>Bye</p>"
    assert said.text == "Hello you\n\nBye"


def test_text_no_database_can_hold_is_cleaned(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "in.jsonl",
        '{"id":"c","channel":"chat","customer":{"id":"u"},"created_at":1700000000,'
        '"messages":[{"author":"customer","text":"a\\u0000b\\ud800c","created_at":1700000000}]}',
    )
    (said,) = read(path, "jsonl").records[0].messages
    assert said.text == "ab?c"
    said.text.encode()


@pytest.mark.parametrize(
    ("given", "hour"),
    [
        ("2026-11-02T09:30:00Z", 9),
        ("2026-11-02 09:30", 8),  # no zone: the option's
        ("2026-11-02T09:30:00+0500", 4),
        ("2026-11-02 09:30:00 -0700", 16),
        ("2026-11-02 09:30:00 UTC", 9),
        (1793611800, 9),
        (1793611800000, 9),
        ("1793611800.5", 9),
        ("Mon, 02 Nov 2026 09:30:00 +0100", 8),
        ("02.11.2026 09:30", 8),
        ("11/13/2026 9:30 PM", 20),
        ("2026-11-02", 23),
    ],
)
def test_dates_in_many_forms_and_zones(tmp_path: Path, given: object, hour: int) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation(created_at=given))
    found = read(path, "jsonl", zone=ZoneInfo("Europe/Berlin"))
    assert not found.rejects
    assert found.records[0].created_at.hour == hour
    assert found.records[0].created_at.tzinfo is UTC


@pytest.mark.parametrize(
    "given", ["11/02/2026", "32.01.2026", "0001-01-01", "3000-01-01", -5, 1e30, True, [], {}, "9" * 40]
)
def test_dates_that_cannot_be_right_are_rejected(tmp_path: Path, given: object) -> None:
    found = read(write_lines(tmp_path / "in.jsonl", conversation(created_at=given)), "jsonl")
    assert not found.records
    assert "created_at" in found.rejects[0].reason
