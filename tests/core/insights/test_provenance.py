"""Both ways: from a sent sentence back to who led to it, and from an article to what rests on it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from core.database import Database
from core.errors import NotFound
from core.evals.tables import EvalCase, KnowledgeSnapshot
from core.identity import SYSTEM, Actor
from core.insights import (
    accept_suggestion,
    origin_of_draft,
    origin_of_reply,
    sent_replies,
    what_depends_on,
)
from core.knowledge import ArticleRecord, archive_article, get_edit, put_live, text_of
from core.knowledge.tables import Article
from tests.core.evals.making import cite, reply, write_draft
from tests.core.insights.conftest import asks, found
from tests.core.knowledge.making import WordEmbedder
from tests.statements import statements_of

SENTENCE = "A refund takes 5 to 10 business days."


def _article(database: Database, external_id: str = "refunds") -> int:
    with database.reading() as session:
        return session.exec(select(Article).where(col(Article.external_id) == external_id)).one().key


def _drafted(database: Database, rep: Actor, name: str = "c1", *, says: str = "") -> int:
    """A conversation whose reply repeats the draft, which cites the refunds, and adds a sentence."""
    case = asks(database, name, "How long does my refund take?")
    draft = write_draft(database, case, text=SENTENCE)
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
    return reply(database, rep, case, f"{SENTENCE}\n{says}".strip(), draft=draft).message.key


def test_a_sentence_leads_back_to_the_passage_its_author_and_the_conversations_behind(
    database: Database, rep: Actor, specialist: Actor, embedder: WordEmbedder
) -> None:
    # a reply by hand becomes a suggestion, an edit and a live version
    first = asks(database, "c0", "Can I move my domain?")
    write_draft(database, first, text="", decision="abstain", reason="missing_knowledge")
    reply(database, rep, first, "A domain can be moved once it is 60 days old.")
    (row,) = found(database, rep, embedder)
    with database.transaction() as session:
        edit_id = accept_suggestion(specialist, row.suggestion.key, revision=1, session=session).edit_id
        assert edit_id is not None
        edit = get_edit(specialist, edit_id, session=session).edit
        put_live(
            specialist,
            text_of(edit).record("domains"),
            session=session,
            edit=edit,
            origin=edit.origin,
        )
    # the next customer gets a draft that cites it
    case = asks(database, "c1", "Can I move my domain?")
    draft = write_draft(database, case, text="A domain can be moved once it is 60 days old.")
    with database.transaction() as session:
        cite(draft, "Can I move my domain?", session=session)
    sent = reply(database, rep, case, f"{draft.text}\nWrite to us if it is locked.", draft=draft)
    with database.reading() as session:
        origin = origin_of_reply(rep, sent.message.key, session=session)
    drafted, added = origin.sentences
    assert (drafted.by_person, added.by_person, added.passages) == (False, True, ())
    (passage,) = drafted.passages
    assert (passage.author, passage.version_number, passage.live) == (specialist.name, 1, True)
    assert (passage.suggestion_id, passage.conversation_ids) == (row.suggestion.key, (first,))


def test_what_depends_on_an_article_and_what_breaks_without_it(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    for name in ("c1", "c2"):
        _drafted(database, rep, name)
    article_id = _article(database)
    with database.transaction() as session:
        session.add(KnowledgeSnapshot(id="s"))
        session.flush()
        for number, article in enumerate(("test/refunds", "test/invoices")):
            session.add(
                EvalCase(
                    name=f"Expects {article}",
                    snapshot_id="s",
                    digest=str(number),
                    state="accepted",
                    critical=True,
                    expectations=[{"kind": "cites", "article": article}],
                )
            )
        put_live(
            SYSTEM,
            ArticleRecord("refunds-de", "Rückerstattungen", "Text.", locale="de", translation_of="refunds"),
            session=session,
            source="test",
        )
    with database.reading() as session:
        depends = what_depends_on(rep, article_id, session=session)
    assert (depends.draft_count, len(depends.drafts)) == (2, 2)
    assert all(each.alone and each.sentence == SENTENCE for each in depends.drafts)
    assert [(each.name, each.expected, each.alone) for each in depends.cases] == [
        ("Expects test/refunds", True, True)
    ]
    assert [each.title for each in depends.translations] == ["Rückerstattungen"]
    assert depends.translations[0].article_id == _article(database, "refunds-de")
    assert depends.breaks == (
        "2 sentences of drafts of the last 90 days rested on nothing else.",
        "1 eval case expects it to be cited, 1 of them critical.",
        "1 translation would lose the source.",
    )
    with database.reading() as session:
        assert what_depends_on(rep, _article(database, "goodwill"), session=session).breaks == ()


def test_the_number_of_queries_does_not_grow_with_what_rests_on_an_article(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    sent = _drafted(database, rep, "c1", says="One more.")
    article_id = _article(database)

    def statements() -> list[int]:
        counts = []
        for read in (origin_of_reply, what_depends_on):
            with database.reading() as session, statements_of(Engine) as seen:
                read(rep, sent if read is origin_of_reply else article_id, session=session)
            counts.append(len(seen))
        return counts

    few = statements()
    for number in range(5):
        _drafted(database, rep, f"more{number}")
    assert statements() == few
    assert max(few) <= 9


def test_what_was_not_sent_as_a_reply_has_no_origin(database: Database, rep: Actor) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        origin_of_reply(rep, 4711, session=session)
    with database.reading() as session, pytest.raises(NotFound):
        what_depends_on(rep, 4711, session=session)


def test_an_open_draft_has_an_origin_too_even_when_its_article_is_gone(
    database: Database, rep: Actor, specialist: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "How long does my refund take?")
    draft = write_draft(database, case, text=f"Hello.\n{SENTENCE}")
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
        archive_article(specialist, _article(database), session=session)
    with database.reading() as session:
        origin = origin_of_draft(rep, draft.key, session=session)
    assert (origin.message_id, origin.draft_id, origin.sent_by) == (None, draft.key, "")
    cited = [each for each in origin.sentences if each.passages]
    assert [each.title for each in cited[0].passages] == ["Refunds"]
    assert not cited[0].passages[0].live
    assert not any(each.by_person for each in origin.sentences)
    with pytest.raises(NotFound), database.reading() as session:
        origin_of_draft(rep, 4711, session=session)


def test_what_rests_on_two_articles_would_still_rest_on_one(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "How long does my refund take?")
    draft = write_draft(database, case, text=SENTENCE)
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
        cite(draft, "Invoices", session=session, position=1)
    with database.reading() as session:
        depends = what_depends_on(rep, _article(database), session=session)
    assert (depends.draft_count, depends.alone_count, depends.breaks) == (1, 0, ())


def test_sent_replies_are_listed_the_newest_first(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "How long does my refund take?")
    draft = write_draft(database, case, text=SENTENCE)
    first = reply(database, rep, case, SENTENCE, draft=draft).message.key
    second = reply(database, rep, case, "Anything else?").message.key
    with database.reading() as session:
        sent = sent_replies(rep, case, session=session)
    assert [(each.message_id, each.drafted) for each in sent] == [(second, False), (first, True)]
    assert {each.sent_by for each in sent} == {rep.name}
