"""kill -9 in the middle of a release or a rollback: all of it is there, or nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from core import audit
from core.database import Database
from core.identity import Actor, Role
from core.knowledge.tables import Article, ArticleVersion, Passage
from core.releases import Proposal, Release, propose_archive, propose_edit, roll_back, ship
from core.releases.shipping import applying, rolling_back, shipping
from core.settings import get_settings
from tests.core.knowledge.making import WordEmbedder
from tests.core.releases.making import add_edit, add_person, fill, passed
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults


def _state(database: Database) -> tuple[Any, ...]:
    """What is live, and what is said about it."""
    with database.reading() as session:
        live = session.exec(select(Article.external_id, Article.live_version_id, Article.status)).all()
        passages = session.exec(select(Passage.id, Passage.live)).all()
        versions = session.exec(select(ArticleVersion.id)).all()
        proposals = session.exec(select(Proposal.state)).all()
        releases = session.exec(select(Release.kind)).all()
        entries = len(audit.list_entries(session=session, action="release."))
    return (sorted(live), sorted(passages), sorted(versions), list(proposals), list(releases), entries)


def _die_at(moment: str) -> None:
    """From now on this process dies at this moment."""
    if moment == "between changes":
        make, made = applying.kind_of, []

        def second(name: str) -> Any:
            made.append(name)
            return die() if len(made) > 3 else make(name)  # both kinds are locked, then made

        applying.kind_of = second
    else:
        for module in (shipping, rolling_back):
            module.note = die


def _ship_and_die(database: Database, actor: Actor, proposal: int, moment: str) -> None:
    """In the child."""
    shipping.get_embedder = lambda _settings: WordEmbedder()
    _die_at(moment)
    ship(actor, proposal, database=database, settings=get_settings())


def _roll_back_and_die(database: Database, actor: Actor, release: int) -> None:
    """In the child."""
    _die_at("before commit")
    roll_back(actor, release, "Bad.", database=database, settings=get_settings())


@pytest.mark.parametrize("moment", ["between changes", "before commit"])
def test_a_release_killed_in_the_middle_leaves_nothing(
    database: Database, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "get_embedder", lambda _settings: WordEmbedder())
    articles = fill(database)
    author, reviewer = (add_person(database, name, Role.SPECIALIST) for name in ("sue", "sam"))
    with database.transaction() as session:
        edit = add_edit(session, author, articles["refunds"], "Other.")
        proposal = propose_edit(author, edit.key, session=session)
        propose_archive(author, articles["invoices"], session=session, proposal_id=proposal.key)
    settings = get_settings()
    passed(database, settings, proposal, reviewer)
    before = _state(database)
    run_until_killed(partial(_ship_and_die, actor=reviewer, proposal=proposal.key, moment=moment), database)
    assert _state(database) == before
    release = ship(reviewer, proposal.key, database=database, settings=settings)
    after = _state(database)
    assert after != before
    run_until_killed(partial(_roll_back_and_die, actor=reviewer, release=release.key), database)
    assert _state(database) == after
    back = roll_back(reviewer, release.key, "Bad.", database=database, settings=settings)
    assert back.after_build == release.before_build
