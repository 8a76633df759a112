"""One working copy for all: two editors, an editor and an importer, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor
from core.knowledge import (
    ArticleEdit,
    EditText,
    SavedEdit,
    archive_article,
    drop_edit,
    freeze_edit,
    get_edit,
    list_edits,
    new_edit,
    open_edit,
    publish,
    put_frozen,
    rebase_edit,
    reopen_edit,
    save_edit,
    search,
    settle_conflict,
    text_of,
)
from tests.core.knowledge.making import REFUND, fill

BODY = REFUND.body
MINE = BODY.replace("within 14 days", "within 30 days")
THEIRS = BODY.replace("within 14 days", "within 21 days")


@pytest.fixture
def article_id(database: Database) -> int:
    with database.transaction() as session:
        return publish(SYSTEM, REFUND, session=session, source="test").article_id


def _open(database: Database, actor: Actor, article_id: int) -> tuple[int, EditText]:
    with database.transaction() as session:
        edit = open_edit(actor, article_id, session=session)
        return edit.key, text_of(edit)


def _save(database: Database, actor: Actor, edit_id: int, base: EditText, mine: EditText) -> SavedEdit:
    with database.transaction() as session:
        return save_edit(actor, edit_id, base=base, mine=mine, session=session)


def test_everybody_gets_the_same_working_copy(
    database: Database, mia: Actor, tom: Actor, article_id: int
) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda who: _open(database, who, article_id), [mia, tom, mia, tom]))
    assert len({edit_id for edit_id, _ in found}) == 1
    assert found[0][1].body == BODY
    with database.reading() as session:
        assert len(session.exec(select(ArticleEdit)).all()) == 1


def test_two_editors_in_different_places_are_put_together(
    database: Database, mia: Actor, tom: Actor, article_id: int
) -> None:
    edit_id, base = _open(database, mia, article_id)
    first = _save(database, tom, edit_id, base, replace(base, title="Refunds and returns", tags=("a", "b")))
    assert (first.merged, first.by) == (False, "")
    saved = _save(database, mia, edit_id, base, replace(base, body=MINE, tags=("c",)))
    assert (saved.merged, saved.by, saved.conflicts) == (True, "Tom", ())
    assert saved.text == replace(base, title="Refunds and returns", body=MINE, tags=("a", "b", "c"))
    assert saved.edit.revision == 3


def test_a_save_that_is_repeated_changes_nothing(database: Database, mia: Actor, article_id: int) -> None:
    edit_id, base = _open(database, mia, article_id)
    mine = replace(base, body=MINE)
    first, second = (_save(database, mia, edit_id, base, mine) for _ in range(2))
    assert (second.text, second.edit.revision, second.merged) == (mine, first.edit.revision, False)


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("theirs", lambda: THEIRS),
        ("mine", lambda: MINE),
        ("both", lambda: THEIRS.replace(_line(THEIRS), f"{_line(THEIRS)}\n{_line(MINE)}")),
    ],
)
def test_what_two_changed_lies_aside_until_it_is_settled(
    database: Database, mia: Actor, tom: Actor, article_id: int, keep: Any, expected: Callable[[], str]
) -> None:
    edit_id, base = _open(database, mia, article_id)
    _save(database, tom, edit_id, base, replace(base, body=THEIRS))
    for _again in range(2):
        saved = _save(database, mia, edit_id, base, replace(base, body=MINE))
        assert saved.text.body == THEIRS
        (conflict,) = saved.conflicts
        assert (conflict.field, conflict.by, conflict.mine) == ("body", "Mia", _line(MINE))
    with database.reading() as session:
        assert get_edit(tom, edit_id, session=session).conflicts == (conflict,)
        with pytest.raises(Conflict, match="lie aside"):
            freeze_edit(session.get_one(ArticleEdit, edit_id), session=session)
    for _again in range(2):
        with database.transaction() as session:
            done = settle_conflict(mia, edit_id, conflict.id, keep=keep, session=session)
        assert (done.text.body, done.conflicts) == (expected(), ())


def _line(body: str) -> str:
    return next(line for line in body.split("\n") if "within" in line)


def test_what_is_settled_late_finds_its_place_or_the_end(
    database: Database, mia: Actor, tom: Actor, article_id: int
) -> None:
    edit_id, base = _open(database, mia, article_id)
    stored = _save(database, tom, edit_id, base, replace(base, body=THEIRS)).text
    conflict = _save(database, mia, edit_id, base, replace(base, body=MINE)).conflicts[0]
    _save(database, tom, edit_id, stored, replace(stored, body="All is new."))
    with database.transaction() as session:
        done = settle_conflict(mia, edit_id, conflict.id, keep="mine", session=session)
    assert done.text.body == f"All is new.\n\n{_line(MINE)}"


def test_a_title_both_changed_is_settled_too(
    database: Database, mia: Actor, tom: Actor, article_id: int
) -> None:
    edit_id, base = _open(database, mia, article_id)
    _save(database, tom, edit_id, base, replace(base, title="Returns", owner_id=tom.person_id))
    saved = _save(database, mia, edit_id, base, replace(base, title="Money back", owner_id=mia.person_id))
    assert saved.text.title == "Returns"
    assert [each.field for each in saved.conflicts] == ["title", "owner_id"]
    for conflict in saved.conflicts:
        with database.transaction() as session:
            done = settle_conflict(mia, edit_id, conflict.id, keep="mine", session=session)
    assert (done.text.title, done.text.owner_id, done.conflicts) == ("Money back", mia.person_id, ())


def test_an_importer_changes_what_somebody_edits(database: Database, mia: Actor, article_id: int) -> None:
    edit_id, base = _open(database, mia, article_id)
    _save(database, mia, edit_id, base, replace(base, body=MINE))
    fill(database, [replace(REFUND, body=BODY.replace("pro rata", "in full"))])
    with database.reading() as session:
        view = get_edit(mia, edit_id, session=session)
        assert view.basis_moved is not None
        assert (view.basis_moved.number, view.text.body) == (2, MINE)
        assert [row.basis_moved for row in list_edits(mia, session=session)] == [True]
        content = freeze_edit(view.edit, session=session)
    with database.transaction() as session, pytest.raises(Conflict, match="newer version"):
        put_frozen(mia, content, session=session)
    for _again in range(2):
        with database.transaction() as session:
            rebased = rebase_edit(mia, edit_id, session=session)
        assert rebased.text.body == MINE.replace("pro rata", "in full")
        assert rebased.conflicts == ()
    with database.transaction() as session:
        assert get_edit(mia, edit_id, session=session).basis_moved is None
        put_frozen(mia, freeze_edit(rebased.edit, session=session), session=session)
        assert "30 days" in search("refund monthly plan", session=session, embedder=None)[0].text


def test_an_importer_that_changes_the_same_words_loses_nothing(
    database: Database, mia: Actor, article_id: int
) -> None:
    edit_id, base = _open(database, mia, article_id)
    _save(database, mia, edit_id, base, replace(base, body=MINE))
    fill(database, [replace(REFUND, body=THEIRS)])
    with database.transaction() as session:
        rebased = rebase_edit(mia, edit_id, session=session)
    assert rebased.text.body == THEIRS
    assert [(each.mine, each.by) for each in rebased.conflicts] == [(_line(MINE), "Mia")]


def test_a_release_takes_what_was_frozen_and_keeps_what_was_typed_since(
    database: Database, mia: Actor, article_id: int
) -> None:
    edit_id, base = _open(database, mia, article_id)
    saved = _save(database, mia, edit_id, base, replace(base, body=MINE, note="30 days now"))
    with database.transaction() as session:
        content = freeze_edit(session.get_one(ArticleEdit, edit_id), session=session)
    typed = _save(database, mia, edit_id, saved.text, replace(saved.text, title="Refunds and returns"))
    with database.transaction() as session:
        version = put_frozen(mia, content, session=session)
    assert (version.title, version.body, version.note) == ("Refunds", MINE, "30 days now")
    assert (version.author_id, version.edit_id) == (mia.person_id, edit_id)
    with database.transaction() as session:
        view = get_edit(mia, edit_id, session=session)
        assert (view.edit.state, view.text, view.basis_moved) == ("open", typed.text, None)
        put_frozen(mia, freeze_edit(view.edit, session=session), session=session)
        assert get_edit(mia, edit_id, session=session).edit.state == "released"


def test_a_new_article_comes_from_a_working_copy(database: Database, mia: Actor) -> None:
    origin = {"suggestion_id": 3, "conversation_ids": [7, 9]}
    with database.transaction() as session:
        edit = new_edit(mia, session=session, title="Größere Pläne!", body="Ja, das geht.", origin=origin)
        with pytest.raises(InvalidInput, match="no title yet"):
            freeze_edit(new_edit(mia, session=session, body="x"), session=session)
        content = freeze_edit(edit, session=session)
    with database.transaction() as session:
        version = put_frozen(mia, content, session=session)
        assert put_frozen(mia, content, session=session).key == version.key
        view = get_edit(mia, edit.key, session=session)
    assert view.article is not None
    assert view.article.external_id == f"größere-pläne-{edit.key}"
    assert (view.article.locale, view.article.owner_id, view.article.live_version_id) == (
        "de",
        mia.person_id,
        version.key,
    )
    assert version.origin == {**origin, "writer_ids": [mia.person_id]}


def test_a_patch_is_merged_into_what_somebody_is_editing(
    database: Database, mia: Actor, tom: Actor, article_id: int
) -> None:
    edit_id, base = _open(database, mia, article_id)
    _save(database, mia, edit_id, base, replace(base, body=MINE))
    patch = BODY.replace("pro rata", "in full")
    with database.transaction() as session:
        edit = new_edit(
            tom, session=session, article_id=article_id, body=patch, origin={"conversation_ids": [1]}
        )
        assert (edit.key, edit.title, edit.body) == (
            edit_id,
            "Refunds",
            MINE.replace("pro rata", "in full"),
        )
        again = new_edit(
            tom, session=session, article_id=article_id, body=patch, origin={"conversation_ids": [1, 2]}
        )
        assert again.body == edit.body
        assert again.origin == {"conversation_ids": [1, 2], "writer_ids": [mia.person_id, tom.person_id]}


def test_dropping_can_be_undone(database: Database, mia: Actor, tom: Actor, article_id: int) -> None:
    edit_id, base = _open(database, mia, article_id)
    _save(database, mia, edit_id, base, replace(base, body=MINE))
    for _twice in range(2):
        with database.transaction() as session:
            drop_edit(tom, edit_id, session=session)
    with pytest.raises(Conflict, match="still in the fields"):
        _save(database, mia, edit_id, base, replace(base, body=MINE))
    for _twice in range(2):
        with database.transaction() as session:
            assert reopen_edit(mia, edit_id, session=session).body == MINE
    with database.transaction() as session:
        drop_edit(mia, edit_id, session=session)
        open_edit(mia, article_id, session=session)
        with pytest.raises(Conflict, match="another edit"):
            reopen_edit(mia, edit_id, session=session)


def test_what_was_archived_can_be_edited_from_its_last_text(
    database: Database, mia: Actor, article_id: int
) -> None:
    with database.transaction() as session:
        archive_article(SYSTEM, article_id, session=session)
    edit_id, text = _open(database, mia, article_id)
    assert text.body == BODY
    with database.reading() as session:
        assert get_edit(mia, edit_id, session=session).basis_moved is None


def test_reps_read_and_do_not_write(database: Database, mia: Actor, rep: Actor, article_id: int) -> None:
    edit_id, base = _open(database, mia, article_id)
    for attempt in (
        lambda: _open(database, rep, article_id),
        lambda: _save(database, rep, edit_id, base, replace(base, body="mine")),
    ):
        with pytest.raises(PermissionDenied, match="change the knowledge base"):
            attempt()
    with database.reading() as session:
        assert get_edit(rep, edit_id, session=session).text == base
        with pytest.raises(NotFound):
            get_edit(rep, edit_id + 1, session=session)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": "x" * 501}, "501 characters"),
        ({"audience": "everybody"}, "public"),
        ({"owner_id": 999}, "owner"),
    ],
)
def test_what_cannot_be_kept_is_said(
    database: Database, mia: Actor, article_id: int, change: dict[str, Any], message: str
) -> None:
    edit_id, base = _open(database, mia, article_id)
    with pytest.raises(InvalidInput, match=message):
        _save(database, mia, edit_id, base, replace(base, **change))


def test_line_ends_of_another_system_are_no_change(database: Database, mia: Actor, article_id: int) -> None:
    edit_id, base = _open(database, mia, article_id)
    saved = _save(database, mia, edit_id, base, replace(base, body=BODY.replace("\n", "\r\n")))
    assert (saved.edit.revision, saved.text) == (1, base)
