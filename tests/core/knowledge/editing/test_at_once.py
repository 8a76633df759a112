"""People type while texts are released, nothing is lost and nobody waits for ever; texts of a megabyte."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlmodel import col, select

from core.audit import verify
from core.database import Database
from core.errors import Conflict
from core.identity import SYSTEM, Actor
from core.knowledge import (
    Article,
    ArticleEdit,
    ArticleRecord,
    ArticleVersion,
    EditText,
    freeze_edit,
    lock_articles,
    new_edit,
    open_edit,
    put_frozen,
    save_edit,
    text_of,
    word_diff,
)
from tests.core.knowledge.making import fill

_ROUNDS = 6
_BODY = "Mia: nothing\n\nSomething stands between the two lines.\n\nTom: nothing"


def test_people_type_while_releases_happen(database: Database, mia: Actor, tom: Actor) -> None:
    fill(database, [ArticleRecord(name, name, _BODY, locale="en") for name in ("a", "b")])
    with database.reading() as session:
        articles = [article.key for article in session.exec(select(Article).order_by(col(Article.id)))]

    def type_words(actor: Actor, article_id: int, words: str) -> bool:
        with database.transaction() as session:
            edit = open_edit(actor, article_id, session=session)
            base = text_of(edit)
        lines = [
            f"{actor.name}: {words}" if line.startswith(actor.name) else line
            for line in base.body.split("\n")
        ]
        try:
            with database.transaction() as session:
                save_edit(
                    actor, edit.key, base=base, mine=replace(base, body="\n".join(lines)), session=session
                )
        except Conflict:  # it was released in between, which is what the message says
            return False
        return True

    def typing(actor: Actor, order: list[int]) -> None:
        for count in range(_ROUNDS):
            for article_id in order:
                while not type_words(actor, article_id, f"{actor.name}{count}"):
                    pass

    def releasing() -> int:
        released = 0
        for _ in range(_ROUNDS * 2):
            with database.transaction() as session:
                query = select(ArticleEdit).where(ArticleEdit.state == "open").order_by(col(ArticleEdit.id))
                found = list(session.exec(query))
                lock_articles(articles, [each.key for each in found], session=session)
                for each in found:
                    session.refresh(each)
                    put_frozen(SYSTEM, freeze_edit(each, session=session), session=session)
                    released += 1
        return released

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(typing, mia, articles), pool.submit(typing, tom, articles[::-1])]
        releases = pool.submit(releasing)
        for job in jobs:
            job.result(timeout=60)
        released = releases.result(timeout=60)
    with database.transaction() as session:
        edits = session.exec(select(ArticleEdit)).all()
        versions = session.exec(select(ArticleVersion).order_by(col(ArticleVersion.number))).all()
        assert not any(edit.aside for edit in edits)
        for article_id in articles:
            latest = [version.body for version in versions if version.article_id == article_id][-1]
            open_text = [e.body for e in edits if e.article_id == article_id and e.state == "open"]
            assert f"Mia{_ROUNDS - 1}" in (open_text or [latest])[0]
            assert f"Tom{_ROUNDS - 1}" in (open_text or [latest])[0]
        assert released <= len(versions)
        assert verify(session=session).ok


def test_a_megabyte_is_saved_and_compared_in_seconds(database: Database, mia: Actor, tom: Actor) -> None:
    lines = [f"Step {at}: choose plan {at % 97} and wait {at % 31} days." for at in range(25_000)]
    body = "\n".join(lines)
    assert len(body) > 1_000_000
    with database.transaction() as session:
        edit_id = new_edit(mia, session=session, title="All steps", body=body).key
        base = text_of(session.get_one(ArticleEdit, edit_id))
    mine, theirs = list(lines), list(lines)
    mine[100], theirs[24_000] = "Mine.", "Theirs."
    started = time.process_time()
    with database.transaction() as session:
        save_edit(tom, edit_id, base=base, mine=replace(base, body="\n".join(theirs)), session=session)
    with database.transaction() as session:
        saved = save_edit(mia, edit_id, base=base, mine=replace(base, body="\n".join(mine)), session=session)
    changes = word_diff(body, saved.text.body)
    assert time.process_time() - started < 5
    assert saved.conflicts == ()
    assert [each["text"] for each in changes if each["op"] == "insert"] == ["Mine", "Theirs"]


def test_a_text_goes_through_json_and_back() -> None:
    text = EditText("T", "ü\n", tags=("a", "b"), owner_id=3)
    assert EditText.from_json(text.to_json()) == text
