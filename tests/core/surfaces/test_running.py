"""An import from start to end."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import func, select

from core import audit
from core.conversations import Conversation, Message
from core.database import Database, now
from core.errors import InvalidInput, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from core.knowledge import Article, freeze_edit, open_edit, put_frozen
from core.surfaces.importers import (
    ImportOptions,
    ImportProgress,
    guess_article_format,
    guess_conversation_format,
    import_article_file,
    import_conversation_file,
    preview_articles,
    preview_conversations,
)
from tests.core.surfaces.reading import conversation, message, write_lines

REP = Actor(7, "rosa", "Rosa", Role.REP)


def counts(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        conversations = session.exec(select(func.count()).select_from(Conversation)).one()
        return conversations, session.exec(select(func.count()).select_from(Message)).one()


def test_importing_again_adds_only_what_is_new(tmp_path: Path, database: Database) -> None:
    options = ImportOptions(source="chatlog")
    path = write_lines(tmp_path / "in.jsonl", *(conversation(f"c-{n}") for n in range(50)))
    first = import_conversation_file(path, database=database, options=options)
    assert (first.new, first.messages, counts(database)) == (50, 50, (50, 50))
    again = import_conversation_file(path, database=database, options=options)
    assert (again.new, again.updated, again.unchanged, again.messages) == (0, 0, 50, 0)
    later = message("One more thing", created_at="2026-11-02T10:00:00Z")
    path = write_lines(
        tmp_path / "in.jsonl", conversation("c-3", messages=[message(), later]), conversation("c-99")
    )
    third = import_conversation_file(path, database=database, options=options)
    assert (third.new, third.updated, third.messages, counts(database)) == (1, 1, 2, (51, 52))


def test_the_same_ids_of_another_source_are_other_conversations(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation())
    for source in ("a", "b"):
        assert (
            import_conversation_file(path, database=database, options=ImportOptions(source=source)).new == 1
        )


def test_rejects_are_written_beside_the_input_while_the_rest_goes_in(
    tmp_path: Path, database: Database
) -> None:
    path = write_lines(
        tmp_path / "in.jsonl",
        conversation("1"),
        "not json",
        conversation("2", channel="fax"),
        conversation("3"),
    )
    summary = import_conversation_file(path, database=database, options=ImportOptions())
    assert (summary.new, summary.rejected, summary.rejects_path) == (
        2,
        2,
        tmp_path / "in.jsonl.rejects.jsonl",
    )
    entries = [json.loads(line) for line in (tmp_path / "in.jsonl.rejects.jsonl").read_text().splitlines()]
    assert [entry["line"] for entry in entries] == [2, 3]
    assert entries[0]["record"] == "not json"
    assert entries[1]["reason"] == "channel is 'fax'; it must be one of chat, email, voice, embedded"
    # What was rejected can be mended and imported from the rejects file's own records.
    mended = json.loads(entries[1]["record"]) | {"channel": "chat"}
    path = write_lines(tmp_path / "in.jsonl", mended)
    assert import_conversation_file(path, database=database, options=ImportOptions()).new == 1
    assert not (tmp_path / "in.jsonl.rejects.jsonl").exists()


def test_rejects_go_where_one_says(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", "x")
    target = tmp_path / "elsewhere.jsonl"
    summary = import_conversation_file(path, database=database, options=ImportOptions(), rejects_path=target)
    assert summary.rejects_path == target
    assert target.read_text().startswith('{"line": 1')


def test_progress_goes_by_bytes_and_ends_at_the_end(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", *(conversation(f"c-{n}") for n in range(300)))
    told: list[ImportProgress] = []
    import_conversation_file(path, database=database, options=ImportOptions(), progress=told.append)
    assert [progress.fraction for progress in told] == sorted(progress.fraction for progress in told)
    assert (told[-1].fraction, told[-1].stored, told[-1].total) == (1.0, 300, path.stat().st_size)


def test_an_import_is_audited(tmp_path: Path, database: Database) -> None:
    import_conversation_file(
        write_lines(tmp_path / "in.jsonl", conversation()),
        database=database,
        options=ImportOptions(source="s"),
    )
    article = {"id": "a", "title": "T", "body": "Text"}
    import_article_file(
        write_lines(tmp_path / "a.jsonl", article),
        database=database,
        options=ImportOptions(source="s", locale="en"),
    )
    with database.reading() as session:
        actions = [entry.action for entry in audit.list_entries(session=session)]
        assert sorted(actions) == ["articles.imported", "conversations.imported"]
        assert audit.verify(session=session).ok


def test_who_may_not_import_changes_nothing(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation())
    with pytest.raises(PermissionDenied):
        import_conversation_file(path, database=database, options=ImportOptions(), actor=REP)
    with pytest.raises(PermissionDenied):
        import_article_file(path, database=database, options=ImportOptions(), actor=REP)
    assert counts(database) == (0, 0)


def test_articles_get_a_new_version_only_when_they_change(tmp_path: Path, database: Database) -> None:
    def run(body: str) -> tuple[int, int, int]:
        path = write_lines(tmp_path / "a.jsonl", {"id": "a", "title": "T", "body": body})
        summary = import_article_file(path, database=database, options=ImportOptions(locale="en"))
        return summary.new, summary.updated, summary.unchanged

    assert [run("One"), run("One"), run("Two")] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]


def test_a_preview_stores_nothing(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", "x", *(conversation(f"c-{n}") for n in range(9)))
    preview = preview_conversations(path, options=ImportOptions(), limit=5)
    assert (preview.format, len(preview.records), [r.line for r in preview.rejects]) == ("jsonl", 5, [1])
    path = write_lines(tmp_path / "a.jsonl", {"id": "a", "title": "T", "body": "Text"})
    assert len(preview_articles(path, options=ImportOptions()).records) == 1
    assert counts(database) == (0, 0)


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.jsonl", json.dumps(conversation()), "jsonl"),
        ("a.csv", "id,text", "csv"),
        ("a.TSV", "id", "csv"),
        ("a.mbox", "From x", "mbox"),
        ("a.eml", "From: x", "mbox"),
        ("a.json", '{"tickets": []}', "zendesk"),
        ("a.ndjson", '{"id": 1, "requester_id": 2, "comments": []}', "zendesk"),
        ("a.json", '[{"conversation_parts": {}}]', "intercom"),
    ],
)
def test_the_format_is_guessed(tmp_path: Path, name: str, content: str, format: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert guess_conversation_format(path) == format


def test_folders_are_guessed_and_the_unknown_is_asked_for(tmp_path: Path) -> None:
    assert guess_conversation_format(tmp_path) == "mbox"
    (tmp_path / "a.md").touch()
    (tmp_path / "b.md").touch()
    (tmp_path / "c.html").touch()
    assert guess_article_format(tmp_path) == "markdown"
    for guess in (guess_article_format, guess_conversation_format):
        with pytest.raises(InvalidInput, match="say --format with one of jsonl"):
            guess(tmp_path / "a.xlsx")


def test_input_that_is_not_there_or_has_no_such_format(tmp_path: Path, database: Database) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        import_conversation_file(tmp_path / "nope.jsonl", database=database, options=ImportOptions())
    path = write_lines(tmp_path / "in.jsonl", conversation())
    with pytest.raises(InvalidInput, match="no format 'xml'; choose one of jsonl"):
        import_conversation_file(path, database=database, options=ImportOptions(), format="xml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_asks_for_another_place(tmp_path: Path, database: Database) -> None:
    path = write_lines(tmp_path / "in.jsonl", conversation())
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InvalidInput, match="--rejects PATH"):
            import_conversation_file(path, database=database, options=ImportOptions())
    finally:
        tmp_path.chmod(0o700)


def test_an_import_says_when_it_takes_the_place_of_what_was_edited_here(
    tmp_path: Path, database: Database
) -> None:
    def bring(body: str) -> list[str]:
        path = write_lines(tmp_path / "a.jsonl", {"id": "refunds", "title": "Refunds", "body": body})
        summary = import_article_file(path, database=database, options=ImportOptions(locale="en"))
        return [remark.text for remark in summary.remarks]

    assert bring("14 days.") == []
    with database.transaction() as session:
        edit = open_edit(SYSTEM, session.exec(select(Article)).one().key, session=session)
        edit.body = "30 days."
        put_frozen(SYSTEM, freeze_edit(edit, session=session), session=session)
    assert bring("14 days.") == []
    (remark,) = bring("21 days.")
    assert "edited here before" in remark
    assert "refunds" in remark
    with database.transaction() as session:
        edit = open_edit(SYSTEM, session.exec(select(Article)).one().key, session=session)
        edit.body, edit.effective_from = "60 days.", now() + timedelta(days=3)
        put_frozen(SYSTEM, freeze_edit(edit, session=session), session=session)
    assert bring("21 days.") == []
    (remark,) = bring("45 days.")
    assert "waits for its date: refunds." in remark
