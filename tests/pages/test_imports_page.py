"""The Imports page, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import func, select
from streamlit.testing.v1 import AppTest

import pages.process
from core.conversations import Conversation
from core.database import Database
from core.identity import Actor, Role
from core.knowledge import Article
from core.settings import ROOT
from core.surfaces import import_runs
from pages.widgets import shell
from tests.core.surfaces.reading import conversation, write_lines

PAGE = ROOT / "pages" / "specialist" / "imports.py"
SPECIALIST = Actor(11, "sam", "Sam", Role.SPECIALIST)
REP = Actor(12, "rosa", "Rosa", Role.REP)


@pytest.fixture
def inbox(database: Database, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The server's folder for imports; Sam is signed in."""
    monkeypatch.setattr(shell, "current_actor", lambda: SPECIALIST)
    pages.process.close_process()
    folder = home / "imports"
    folder.mkdir()
    yield folder
    assert import_runs().wait(SPECIALIST, timeout=60)
    import_runs().forget(SPECIALIST)
    pages.process.close_process()


def page() -> AppTest:
    shown = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not shown.exception
    return shown


def choose(name: str) -> AppTest:
    shown = page()
    shown.selectbox(key="import_dropped").set_value(name).run()
    assert not shown.exception
    return shown


def finish(shown: AppTest) -> AppTest:
    """Press Import, wait for the thread, and look again."""
    shown.button(key="import_start").click().run()
    assert not shown.exception
    assert import_runs().wait(SPECIALIST, timeout=60)
    return page()


def figures(shown: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in shown.metric}


def stored(database: Database, table: type[Conversation] | type[Article]) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_only_those_who_may_see_it(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "current_actor", lambda: REP)
    shown = page()
    assert not shown.file_uploader
    assert "not part of your role" in shown.subheader[0].value
    monkeypatch.setattr(shell, "current_actor", lambda: None)
    assert "sign in" in page().info[0].value


def test_a_file_is_previewed_and_imported_with_its_rejects(inbox: Path, database: Database) -> None:
    write_lines(
        inbox / "log.jsonl", *(conversation(f"c-{n}") for n in range(7)), "broken", conversation("c-1")
    )
    shown = choose("log.jsonl")
    shown.button(key="import_preview").click().run()
    assert shown.subheader[0].value == "The first 5 as they would be imported"
    assert list(shown.dataframe[0].value["Id"]) == [f"c-{n}" for n in range(5)]
    assert stored(database, Conversation) == 0
    shown = finish(shown)
    assert figures(shown) == {
        "New": "7", "Updated": "0", "Unchanged": "0", "Messages added": "7", "Rejected": "2",
    }  # fmt: skip
    assert list(shown.dataframe[0].value["Line"]) == [8, 9]
    assert len(shown.download_button) == 1
    rejects = inbox / "log.jsonl.rejects.jsonl"
    assert [json.loads(line)["line"] for line in rejects.read_text().splitlines()] == [8, 9]
    assert stored(database, Conversation) == 7
    shown.button(key="import_again").click().run()
    assert shown.file_uploader


def test_an_upload_is_imported(inbox: Path, database: Database) -> None:
    shown = page()
    content = json.dumps(conversation()).encode()
    shown.file_uploader(key="import_upload").upload("../my log.jsonl", content, "application/jsonl").run()
    assert not shown.exception
    shown = finish(shown)
    assert figures(shown)["New"] == "1"
    assert stored(database, Conversation) == 1


def test_columns_of_a_table_are_mapped(inbox: Path, database: Database) -> None:
    (inbox / "table.csv").write_text("Ticket ID,When,Role,Body\n1,2026-11-02,agent,Hello\n")
    shown = choose("table.csv")
    assert "Choose a column for: created_at." in shown.error[0].value
    assert not [button for button in shown.button if button.key == "import_start"]
    shown.selectbox(key="import_column_table.csv_1").set_value("created_at").run()
    assert not shown.error
    assert figures(finish(shown))["New"] == "1"


def test_articles(inbox: Path, database: Database) -> None:
    (inbox / "help").mkdir()
    (inbox / "help" / "refunds.md").write_text("# Refunds\n\nWithin 14 days.")
    shown = page()
    shown.segmented_control(key="import_what").set_value("articles").run()
    shown.selectbox(key="import_dropped").set_value("help").run()
    assert figures(finish(shown)) == {"New": "1", "Updated": "0", "Unchanged": "0", "Rejected": "0"}
    assert stored(database, Article) == 1


def test_a_file_that_cannot_be_read_says_why(inbox: Path) -> None:
    (inbox / "empty.jsonl").touch()
    shown = finish(choose("empty.jsonl"))
    assert "is empty: there is nothing to import" in shown.error[0].value
    (inbox / "what.xyz").write_text("?")
    shown.button(key="import_again").click().run()
    shown.selectbox(key="import_dropped").set_value("what.xyz").run()
    assert "choose one" in shown.info[0].value


def test_the_progress_is_there_on_coming_back(
    inbox: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from core.surfaces.importers import background

    go_on = threading.Event()
    work = background.import_conversation_file

    def slow(*words: object, **options: object) -> object:
        assert go_on.wait(60)
        return work(*words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(background, "import_conversation_file", slow)
    write_lines(inbox / "log.jsonl", conversation())
    choose("log.jsonl").button(key="import_start").click().run()
    try:
        for _ in range(2):  # each visit is a new session
            shown = page()
            assert shown.status[0].label == "Importing log.jsonl"
            assert not shown.file_uploader
    finally:
        go_on.set()
    assert import_runs().wait(SPECIALIST, timeout=60)
    assert figures(page())["New"] == "1"


def test_the_page_needs_the_permission_again_when_the_button_is_pressed(
    inbox: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(inbox / "log.jsonl", conversation())
    shown = choose("log.jsonl")
    monkeypatch.setattr(shell, "current_actor", lambda: REP)
    shown.button(key="import_start").click().run()
    assert stored(database, Conversation) == 0
