"""A build names everything that shapes a draft, cheaply and the same everywhere."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import select

from core.assist import Build, current_build
from core.assist.abstention import choose, fit_examples
from core.assist.build import knowledge_digest, store_build
from core.database import Database
from core.identity import SYSTEM
from core.knowledge import ArticleRecord, import_articles
from core.settings import Settings
from tests.core.assist.abstention.making import examples
from tests.statements import statements_of


def read(database: Database, settings: Settings) -> Build:
    with database.reading() as session:
        return current_build(session=session, settings=settings)


def publish(database: Database, **articles: str) -> None:
    records = [
        ArticleRecord(external_id=name, title=name, body=body, locale="en") for name, body in articles.items()
    ]
    import_articles(records, database=database, source="test")


def asked(database: Database, settings: Settings) -> list[str]:
    """The statements that reading a build sends."""
    with statements_of(Engine) as statements:
        read(database, settings)
    return [each for each in statements if each.lstrip().upper().startswith("SELECT")]


def test_the_same_state_gives_the_same_build(database: Database, settings: Settings) -> None:
    first, second = read(database, settings), read(database, settings)
    assert first.id == second.id
    assert len(first.id) == 16
    assert set(first.contents["sdk"]) == {"openai", "openai-agents"}


def test_knowledge_model_and_organisation_change_it(database: Database, settings: Settings) -> None:
    seen = {read(database, settings).id}
    publish(database, one="# One\n\nText.")
    seen.add(read(database, settings).id)
    publish(database, one="# One\n\nOther text.")
    seen.add(read(database, settings).id)
    seen.add(read(database, settings.model_copy(update={"organisation": "Other"})).id)
    other = settings.model_copy(update={"model_provider": "compatible", "model_name": "m"})
    seen.add(read(database, other).id)
    assert len(seen) == 5
    publish(database, one="# One\n\nText.")
    assert read(database, settings).id in seen


def test_the_level_for_answering_changes_it_and_the_way_back_does_too(
    database: Database, settings: Settings
) -> None:
    made = fit_examples(SYSTEM, examples(400), database=database, source="labelled", scope="a test")
    without = read(database, settings)
    assert without.contents["answering"] == {}

    def at(precision: float | None) -> Build:
        with database.transaction() as session:
            chosen = choose(SYSTEM, made.key, precision=precision, session=session)
        build = read(database, settings)
        assert build.contents["answering"]["threshold"] == chosen.threshold
        return build

    low, high, every = at(0.85), at(0.9), at(None)
    assert len({each.id for each in (without, low, high, every)}) == 4
    assert at(0.85).id == low.id


def test_it_is_stored_once_and_holds_no_key(database: Database, settings: Settings) -> None:
    for _ in range(2):
        with database.transaction() as session:
            store_build(current_build(session=session, settings=settings), session=session)
    with database.reading() as session:
        (build,) = session.exec(select(Build)).all()
    assert build.id == read(database, settings).id
    assert "key" not in str(build.contents).lower().replace("embedder", "")


def test_articles_are_listed_again_only_when_they_have_changed(
    database: Database, settings: Settings
) -> None:
    publish(database, one="Text.")
    first = asked(database, settings)
    again = asked(database, settings)
    assert any("article.external_id" in each for each in first)
    assert not any("article.external_id" in each for each in again)
    assert len(again) <= 5
    publish(database, two="Text.")
    assert any("article.external_id" in each for each in asked(database, settings))
    with database.reading() as session:
        assert len(knowledge_digest(session=session)) == 64
