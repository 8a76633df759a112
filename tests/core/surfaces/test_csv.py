"""Conversations as a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.surfaces.importers import guess_columns, table_head
from tests.core.surfaces.reading import read

HEADER = "conversation_id,created_at,author,text"


def table(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_bytes("".join(f"{row}\n" for row in (header, *rows)).encode(encoding))
    return path


def test_rows_of_one_conversation_need_not_stand_together(tmp_path: Path) -> None:
    path = table(
        tmp_path / "in.csv",
        "1,2026-11-02T09:30:00Z,customer,Hello",
        "2,2026-11-02T09:31:00Z,customer,Other",
        "1,2026-11-02T09:33:00Z,agent,Third",
        '1,2026-11-02T09:32:00Z,bot,"Second,\nwith ""quotes"" and a line"',
    )
    found = read(path, "csv")
    assert not found.rejects
    assert [record.external_id for record in found.records] == ["1", "2"]
    first = found.records[0]
    assert [(m.author, m.text) for m in first.messages] == [
        ("customer", "Hello"),
        ("assistant", 'Second,\nwith "quotes" and a line'),
        ("rep", "Third"),
    ]
    assert first.customer.external_id == "1"
    assert first.created_at == first.messages[0].created_at
    assert first.line == 2


def test_columns_are_guessed_from_what_systems_call_them(tmp_path: Path) -> None:
    path = table(
        tmp_path / "in.tsv",
        "77\t5/13/2026 9:30 PM\tAgent\tJo\tDone\tada@example.org\tbilling;vip\t5\temail",
        header="Ticket ID\tTimestamp\tSender Type\tSenderName\tBody\tRequester Email\tLabels\tRating\tVia",
    )
    (record,) = read(path, "csv").records
    assert (record.external_id, record.channel, record.csat, record.tags) == (
        "77",
        "email",
        5,
        ["billing", "vip"],
    )
    assert (record.customer.external_id, record.customer.email) == ("ada@example.org", "ada@example.org")
    assert (record.messages[0].author, record.messages[0].name) == ("rep", "Jo")


def test_a_mapping_wins_over_the_guess(tmp_path: Path) -> None:
    path = table(tmp_path / "in.csv", "1,2026-11-02,customer,wrong,right", header=HEADER + ",note")
    (record,) = read(path, "csv", columns={"note": "text"}).records
    assert record.messages[0].text == "right"


def test_wrong_columns_say_what_is_missing_and_how_to_say_which(tmp_path: Path) -> None:
    path = table(tmp_path / "in.csv", "1,2,3", header="foo,bar,baz")
    with pytest.raises(
        InvalidInput, match="No column for conversation_id, author, text, created_at"
    ) as caught:
        read(path, "csv")
    assert "--map COLUMN=conversation_id" in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({"nope": "text"}, "no column 'nope'"),
        ({"text": "nope"}, "no field 'nope'"),
        ({"text": "name", "author": "name"}, "same field"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, mapping: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(table(tmp_path / "in.csv"), "csv", columns=mapping)


def test_a_bad_row_is_rejected_alone(tmp_path: Path) -> None:
    path = table(
        tmp_path / "in.csv",
        "1,2026-11-02,customer,Hello",
        "1,someday,rep,Bad date",
        "1,2026-11-02,boss,Bad author",
        "1,2026-11-02,rep",
        ",2026-11-02,rep,No id",
        "1,2026-11-02,rep,",
        "",
        "1,2026-11-03,rep,Bye",
    )
    found = read(path, "csv")
    assert [m.text for m in found.records[0].messages] == ["Hello", "Bye"]
    assert {reject.line: reject.reason.split(";")[0] for reject in found.rejects} == {
        3: "created_at: 'someday' is not a date",
        4: "author is 'boss'",
        5: "3 values, but the header names 4 columns",
        6: "conversation_id is empty",
        7: "text is empty",
    }


def test_an_unclosed_quote_costs_one_line_only(tmp_path: Path) -> None:
    path = table(
        tmp_path / "in.csv",
        "1,2026-11-02,customer,Hello",
        '2,2026-11-02,customer,"never closed',
        "3,2026-11-02,customer,Here",
    )
    found = read(path, "csv")
    assert [record.external_id for record in found.records] == ["1", "3"]
    (reject,) = found.rejects
    assert (reject.line, reject.record) == (3, '2,2026-11-02,customer,"never closed')


def test_the_same_message_id_twice_keeps_the_first(tmp_path: Path) -> None:
    path = table(
        tmp_path / "in.csv",
        "1,2026-11-02,customer,Hello,m1",
        "1,2026-11-02,customer,Again,m1",
        header=HEADER + ",message_id",
    )
    found = read(path, "csv")
    assert [m.text for m in found.records[0].messages] == ["Hello"]
    assert found.rejects[0].reason == "the message id 'm1' was already used at line 2"


def test_windows_text_is_read_as_windows_text(tmp_path: Path) -> None:
    path = table(
        tmp_path / "in.csv",
        "1;2026-11-02;customer;Grüße für 5 €",
        header=HEADER.replace(",", ";"),
        encoding="cp1252",
    )
    found = read(path, "csv")
    assert found.records[0].messages[0].text == "Grüße für 5 €"
    assert len(found.remarks) == 1


def test_a_header_alone_has_no_records(tmp_path: Path) -> None:
    found = read(table(tmp_path / "in.csv"), "csv")
    assert found.records == found.rejects == []


@pytest.mark.parametrize("content", [b"\n\n", b"\xff\xfea\x00", b'"unclosed'])
def test_a_file_without_a_usable_header_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput):
        read(path, "csv")


def test_head_of_a_table_for_the_mapping_form(tmp_path: Path) -> None:
    path = table(tmp_path / "in.csv", *(f"{n},2026-11-02,customer,Hello" for n in range(9)))
    names, rows = table_head(path, rows=3)
    assert names == HEADER.split(",")
    assert rows == [[str(n), "2026-11-02", "customer", "Hello"] for n in range(3)]


def test_a_field_is_guessed_for_one_column_only() -> None:
    assert guess_columns(["id", "Ticket ID", "text", "message"]) == {
        "Ticket ID": "conversation_id",
        "text": "text",
    }
