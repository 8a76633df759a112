"""The sample shows knowledge that changes: releases, a rollback, proposals, edits and suggestions."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from core.evals.tables import ScoreMarker
from core.identity import Actor, Person, actor_of
from core.insights import Suggestion, SuggestionSource
from core.knowledge import Article, ArticleEdit, due_for_review, moved_source
from core.releases import build_difference, list_proposals, list_releases
from core.releases.tables import Release
from tests.core.sample.conftest import REFERENCE, Loaded

pytestmark = pytest.mark.timeout(300)


def _lucia(session: Session) -> Actor:
    return actor_of(session.exec(select(Person).where(Person.username == "lucia")).one())


def test_two_releases_and_the_rollback_of_one_lie_in_the_past_and_make_sense(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        actor = _lucia(session)
        rollback, without_replay, fix = list_releases(actor, session=session)
        assert REFERENCE - timedelta(days=90) < fix.release.created_at < without_replay.release.created_at
        assert without_replay.release.created_at < rollback.release.created_at < REFERENCE
        assert without_replay.override_by == "Ingrid Solheim"
        assert any(each["name"] for each in without_replay.release.gate)
        assert without_replay.rolled_back_by == rollback.release
        assert rollback.release.after_build == without_replay.release.before_build == fix.release.after_build
        assert fix.why_not == ""  # it could still be taken back
        difference = build_difference(
            actor, fix.release.before_build, fix.release.after_build, session=session
        )
        assert difference.complete
        assert {each.words for part in difference.parts for each in part.articles} == {
            "version 2 instead of 1"
        }
        refunds = session.exec(select(Article).where(Article.external_id == "refund-timing")).one()
        assert refunds.live_version_id == without_replay.changes[0].before_version_id


def test_each_release_has_one_marker(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        builds = Counter(
            session.exec(select(ScoreMarker.build_id).where(col(ScoreMarker.build_id) != "")).all()
        )
        fix = session.exec(select(Release).order_by(col(Release.created_at))).first()
        assert fix is not None
        titles = Counter(session.exec(select(ScoreMarker.title).where(ScoreMarker.kind == "release")).all())
    assert builds[fix.before_build] == 1
    assert builds[fix.after_build] == 2  # its beginning, and the rollback to it
    assert fix.title not in titles
    assert titles["Shorter times for refunds to cards"] == 1


def test_people_are_at_work(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        actor = _lucia(session)
        states = Counter(each.proposal.state for each in list_proposals(actor, session=session))
        assert states == {"released": 2, "draft": 1}
        edits = session.exec(select(ArticleEdit).where(ArticleEdit.state == "open")).all()
        assert len(edits) == 2
        assert [each.effective_from > REFERENCE for each in edits if each.effective_from] == [True]
        german = session.exec(select(Article).where(Article.external_id == "backups-overview-de")).one()
        assert moved_source(german, session=session)
        owned = session.exec(select(Article).where(col(Article.review_on).is_not(None))).all()
        assert len(owned) == 6
        assert all(each.owner_id for each in owned)
        assert due_for_review(actor, session=session, within_days=0)


def test_suggestions_come_from_what_people_wrote(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        found = session.exec(select(Suggestion)).all()
        sources = {each.suggestion_id: each for each in session.exec(select(SuggestionSource))}
    states = Counter(each.state for each in found)
    assert 8 <= states["open"] <= 30
    assert states["rejected"] == 1
    assert Counter(each.source for each in found)["note"] == 1
    assert all(sources[each.key].person_id for each in found)
    assert all(each.decided_reason for each in found if each.state == "rejected")
