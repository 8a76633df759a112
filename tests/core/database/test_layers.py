"""A layer: what is changed in it stays in it, and is what the same change of the base would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, replace
from multiprocessing import get_context

import pytest
from sqlalchemy import text
from sqlmodel import select

from core.conversations import Customer
from core.database import Database
from core.database.layers import Layer, open_layer, sweep_layers
from core.database.layers.guard import WritesPastLayer
from core.identity import SYSTEM
from core.knowledge import ArticleRecord, Hit, archive, embed_missing, publish, search
from core.knowledge.tables import Article
from tests.core.knowledge.making import HELP_CENTRE, REFUND, WordEmbedder, fill

LAYERED = ("article", "article_version", "passage", "passage_terms", "passage_vector", "search_stamp")
AUDIT = ("audit_head",)
QUERIES = (
    "refund of a monthly plan",
    "forgot password",
    "quantum refund",
    "api keys and sso",
    "zebra crossing",
)


@pytest.fixture
def base(database: Database) -> Database:
    fill(database)
    embed_missing(database=database, embedder=WordEmbedder())
    return database


@pytest.fixture
def layer(base: Database) -> Iterator[Layer]:
    layer = open_layer(base, "tried", copied=[*LAYERED, *AUDIT], empty=["audit_entry"])
    yield layer
    layer.drop()


def found(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as session:
        hits: list[Hit] = []
        for query in QUERIES:
            hits += search(query, session=session, embedder=WordEmbedder())
    return [astuple(hit) for hit in hits]


def change(database: Database) -> None:
    """One article in another wording, a new one, and one less."""
    with database.transaction() as session:
        publish(
            SYSTEM,
            replace(REFUND, body=REFUND.body + "\n\nQuantum refunds take 99 days."),
            session=session,
            source="test",
        )
        publish(
            SYSTEM,
            ArticleRecord(external_id="zebra", title="Zebra crossing", body="A zebra may cross."),
            session=session,
            source="test",
        )
        gone = session.exec(select(Article).where(Article.external_id == HELP_CENTRE[-1].external_id)).one()
        archive(SYSTEM, gone.key, session=session)
    embed_missing(database=database, embedder=WordEmbedder())


def test_a_fresh_layer_finds_what_the_base_finds(base: Database, layer: Layer) -> None:
    assert found(layer) == found(base)


def test_a_change_in_the_layer_is_what_it_would_be_in_the_base_and_the_base_never_sees_it(
    base: Database, layer: Layer
) -> None:
    before = found(base)
    change(layer)
    tried = found(layer)
    assert tried != before
    assert found(base) == before
    change(base)
    assert found(base) == tried  # with the same ids


def test_other_tables_are_the_bases_own_and_cannot_be_written_to(base: Database, layer: Layer) -> None:
    with base.transaction() as session:
        session.add(Customer(name="Ada", source="test", external_id="1"))
    with layer.reading() as session:
        assert session.exec(select(Customer)).one().name == "Ada"
    with pytest.raises(WritesPastLayer), layer.transaction() as session:
        session.add(Customer(name="Eve", source="test", external_id="2"))
    with pytest.raises(WritesPastLayer), layer.transaction() as session:
        session.execute(text("WITH x AS (SELECT 1) DELETE FROM customer"))
    with base.reading() as session:
        assert len(session.exec(select(Customer)).all()) == 1


def test_what_the_base_publishes_meanwhile_does_not_reach_the_layer(base: Database, layer: Layer) -> None:
    before = found(layer)
    change(base)
    assert found(layer) == before


def test_dropping_leaves_nothing_behind(base: Database, layer: Layer) -> None:
    layer.drop()
    layer.drop()
    assert remains(base) == []
    again = open_layer(base, "tried_again", copied=LAYERED)
    assert remains(base)
    again.drop()


def test_a_layer_whose_process_died_is_swept_and_one_in_use_is_not(base: Database, layer: Layer) -> None:
    url = base.url.render_as_string(hide_password=False)
    dying = get_context("spawn").Process(target=_open_and_die, args=(url,))
    dying.start()
    dying.join(60)
    assert dying.exitcode == 9
    assert sweep_layers(base) == 1
    assert sweep_layers(base) == 0
    assert found(layer) == found(base)


def test_a_name_is_used_once(base: Database, layer: Layer) -> None:
    with pytest.raises(ValueError, match="already"):
        open_layer(base, "tried", copied=LAYERED)
    with pytest.raises(ValueError, match="cannot be called"):
        open_layer(base, 'x"; DROP', copied=LAYERED)


def remains(base: Database) -> list[str]:
    if base.is_sqlite:
        from pathlib import Path

        path = Path(base.url.database or "")
        return [each.name for each in path.parent.glob(f"{path.name}.layer-*")]
    with base.reading() as session:
        return list(
            session.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ratchet_layer%'"))
        )


def _open_and_die(url: str) -> None:
    import os

    open_layer(Database(url), "orphan", copied=LAYERED)
    os._exit(9)
