"""A release makes all of its changes or none; a rollback brings the very build back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlmodel import col, select

from core import audit
from core.classifiers.tables import Classifier
from core.database import Database, now
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.evals import note_releases
from core.evals.tables import ScoreMarker
from core.identity import Actor
from core.knowledge import search, set_owner, set_review_on
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion, Passage, PassageVector
from core.releases import (
    Proposal,
    Release,
    apply_changes,
    build_difference,
    override,
    propose_archive,
    propose_change,
    propose_edit,
    roll_back,
    ship,
)
from core.releases.opening import changes_of
from core.releases.shipping import shipping
from core.settings import Settings
from tests.core.releases.making import add_classifier, add_edit, fill, live_text, passed, proposed, released


def proposed_archive(database: Database, actor: Actor, article_id: int) -> Proposal:
    with database.transaction() as session:
        return propose_archive(actor, article_id, session=session)


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return len(session.exec(select(table)).all())


def test_an_edit_goes_live_with_its_vectors_and_names_both_builds(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    release = released(database, settings, sue, sam, articles["refunds"], "A refund takes 30 days.")
    assert live_text(database, articles["refunds"]) == "A refund takes 30 days."
    assert release.before_build != release.after_build
    assert release.watch_state == "watching"
    with database.reading() as session:
        assert search("refund 30 days", session=session, embedder=None)[0].text == "A refund takes 30 days."
        live = session.get_one(Article, articles["refunds"]).live_version_id
        passages = session.exec(select(Passage.id).where(Passage.article_version_id == live)).all()
        kept = session.exec(
            select(PassageVector.passage_id).where(col(PassageVector.passage_id).in_(passages))
        ).all()
        assert sorted(kept) == sorted(passages)
        assert session.exec(select(ArticleEdit)).one().state == "released"
        assert session.exec(select(Proposal)).one().state == "released"
        marker = session.exec(select(ScoreMarker)).one()
        assert (marker.kind, marker.build_id) == ("release", release.after_build)
        actions = [entry.action for entry in audit.list_entries(session=session)]
    assert actions[0] == "release.shipped"


def test_a_second_click_is_the_same_release(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], "Other.")
    passed(database, settings, proposal, sam)
    made: list[Release] = []

    def click() -> None:
        made.append(ship(sam, proposal.key, database=database, settings=settings))

    clicks = [Thread(target=click) for _ in range(3)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(30)
    assert len(made) == 3
    assert {each.id for each in made} == {made[0].id}
    assert _count(database, Release) == 1


def test_all_changes_or_none(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    sue: Actor,
    sam: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.transaction() as session:
        first = add_edit(session, sue, articles["refunds"], "One.")
        proposal = propose_edit(sue, first.key, session=session)
        second = add_edit(session, sue, None, "Two.", title="Pausing a plan")
        propose_edit(sue, second.key, session=session, proposal_id=proposal.key)
        propose_archive(sue, articles["invoices"], session=session, proposal_id=proposal.key)
    passed(database, settings, proposal, sam)
    before = _count(database, ArticleVersion)

    def broken(*_args: object, **_named: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(shipping, "note", broken)
        with pytest.raises(ZeroDivisionError):
            ship(sam, proposal.key, database=database, settings=settings)
    assert (_count(database, ArticleVersion), _count(database, Release)) == (before, 0)
    assert live_text(database, articles["invoices"]) is not None
    release = ship(sam, proposal.key, database=database, settings=settings)
    assert [each["words"] for each in release.changes] == ["version 2", "new", "archived"]
    assert live_text(database, articles["invoices"]) is None
    back = roll_back(sam, release.key, "Not yet.", database=database, settings=settings)
    assert back.after_build == release.before_build
    assert live_text(database, articles["invoices"]) is not None
    with database.reading() as session:
        assert (
            session.exec(select(Article).where(Article.title == "Pausing a plan")).one().status == "archived"
        )


def test_a_rollback_restores_the_build_and_is_done_once(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor, mia: Actor
) -> None:
    old = live_text(database, articles["refunds"])
    release = released(database, settings, sue, sam, articles["refunds"], "Worse.")
    with pytest.raises(InvalidInput, match="why it is rolled back"):
        roll_back(mia, release.key, " ", database=database, settings=settings)
    back = roll_back(mia, release.key, "Customers complain.", database=database, settings=settings)
    again = roll_back(sam, release.key, "Me too.", database=database, settings=settings)
    assert again.id == back.id
    assert back.after_build == release.before_build
    assert (back.kind, back.note) == ("rollback", "Customers complain.")
    assert live_text(database, articles["refunds"]) == old
    with pytest.raises(InvalidInput, match="cannot be rolled back"):
        roll_back(sam, back.key, "No.", database=database, settings=settings)
    with database.reading() as session:
        assert session.get_one(Release, release.key).watch_state == "closed"


def test_a_rollback_names_the_release_that_came_later(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    first = released(database, settings, sue, sam, articles["refunds"], "One.")
    other = released(database, settings, sue, sam, articles["password"], "Elsewhere.")
    second = released(database, settings, sue, sam, articles["refunds"], "Two.")
    with pytest.raises(Conflict, match=second.title):
        roll_back(sam, first.key, "Bad.", database=database, settings=settings)
    roll_back(sam, other.key, "Bad.", database=database, settings=settings)
    roll_back(sam, second.key, "Bad.", database=database, settings=settings)
    roll_back(sam, first.key, "Bad.", database=database, settings=settings)
    assert "14 days" in (live_text(database, articles["refunds"]) or "")
    third = released(database, settings, sue, sam, articles["password"], "Three.")
    fill(database, password="Imported.")
    with pytest.raises(Conflict, match="other than a release"):
        roll_back(sam, third.key, "Bad.", database=database, settings=settings)


def test_what_has_been_overtaken_does_not_go_live(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], "Mine.")
    fill(database, refunds="Imported meanwhile.")
    passed(database, settings, proposal, sam)
    with pytest.raises(Conflict, match="newer version"):
        ship(sam, proposal.key, database=database, settings=settings)
    assert live_text(database, articles["refunds"]) == "Imported meanwhile."


def test_a_rep_releases_nothing(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor, rita: Actor
) -> None:
    proposal = proposed(database, rita, articles["refunds"], "Mine.")
    passed(database, settings, proposal, sam)
    with pytest.raises(PermissionDenied):
        ship(rita, proposal.key, database=database, settings=settings)
    release = ship(sue, proposal.key, database=database, settings=settings)
    with pytest.raises(PermissionDenied):
        roll_back(rita, release.key, "Mine.", database=database, settings=settings)


def test_a_version_with_a_date_waits_and_its_rollback_cancels_it(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    old = live_text(database, articles["refunds"])
    tomorrow = now() + timedelta(days=1)
    proposal = proposed(database, sue, articles["refunds"], "From tomorrow on.", effective_from=tomorrow)
    passed(database, settings, proposal, sam)
    release = ship(sam, proposal.key, database=database, settings=settings)
    assert release.after_build == release.before_build
    assert live_text(database, articles["refunds"]) == old
    roll_back(sam, release.key, "Postponed.", database=database, settings=settings)
    with database.reading() as session:
        states = session.exec(select(ArticleVersion.start_state).where(ArticleVersion.number == 2)).all()
    assert list(states) == ["cancelled"]


def test_a_change_is_tried_at_once(database: Database, articles: dict[str, int], sue: Actor) -> None:
    tomorrow = now() + timedelta(days=1)
    proposal = proposed(database, sue, articles["refunds"], "From tomorrow on.", effective_from=tomorrow)
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        apply_changes(sue, changes_of(proposal.key, session=session), session=session, at_once=True)
        live = session.get_one(Article, articles["refunds"]).live_version_id
        assert session.get_one(ArticleVersion, live).body == "From tomorrow on."
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("body", "Typed on."),
        ("tags", ["new"]),
        ("locale", "en-GB"),
        ("effective_until", datetime(2030, 1, 1, tzinfo=UTC)),
        ("note", "What it says now"),
    ],
)
def test_who_types_on_keeps_the_edit(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    sue: Actor,
    sam: Actor,
    field: str,
    typed: Any,
) -> None:
    proposal = proposed(database, sue, articles["refunds"], "Proposed.")
    passed(database, settings, proposal, sam)
    with database.transaction() as session:
        edit = session.exec(select(ArticleEdit)).one()
        setattr(edit, field, typed)
        edit.revision += 1
        session.add(edit)
    ship(sam, proposal.key, database=database, settings=settings)
    assert live_text(database, articles["refunds"]) == "Proposed."
    with database.reading() as session:
        edit = session.exec(select(ArticleEdit)).one()
        assert (edit.state, getattr(edit, field)) == ("open", typed)
        article = session.get_one(Article, articles["refunds"])
        assert (article.tags, article.locale) == ([], "en")


def test_what_was_proposed_of_its_care_goes_live_and_what_was_set_since_stays(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    day, later = date(2030, 1, 1), date(2030, 6, 1)
    with database.transaction() as session:
        set_owner(sue, articles["refunds"], sam.person_id, session=session)
        set_review_on(sue, articles["refunds"], day, session=session)
    proposal = proposed(database, sue, articles["refunds"], "One.", owner_id=None, review_on=day)
    passed(database, settings, proposal, sam)
    with database.transaction() as session:
        edit = session.exec(select(ArticleEdit)).one()
        edit.owner_id = sue.person_id  # typed after it was proposed
        session.add(edit)
        set_review_on(sue, articles["refunds"], later, session=session)
    ship(sam, proposal.key, database=database, settings=settings)
    with database.reading() as session:
        article = session.get_one(Article, articles["refunds"])
        assert (article.owner_id, article.review_on) == (None, later)
        edit = session.exec(select(ArticleEdit)).one()
        assert (edit.state, edit.owner_id, edit.review_on) == ("open", sue.person_id, later)
        live = session.get_one(ArticleVersion, article.live_version_id)
        assert live.author_id == sue.person_id  # who wrote it, not who released it


def test_nothing_that_waits_for_its_date_takes_a_change_back_unseen(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    tomorrow = now() + timedelta(days=1)
    made = proposed(database, sue, articles["refunds"], "From tomorrow on.", effective_from=tomorrow)
    passed(database, settings, made, sam)
    dated = ship(sam, made.key, database=database, settings=settings)
    fix = proposed(database, sue, articles["refunds"], "A typo less.")
    away = proposed_archive(database, sue, articles["refunds"])
    for each in (fix, away):
        passed(database, settings, each, sam)
        with pytest.raises(Conflict, match="takes the other back"):
            ship(sam, each.key, database=database, settings=settings)
    roll_back(sam, dated.key, "Put both together.", database=database, settings=settings)
    ship(sam, fix.key, database=database, settings=settings)


def test_a_change_of_what_waits_takes_its_place(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    start = now() + timedelta(days=2)
    made = proposed(database, sue, articles["refunds"], "From then on.", effective_from=start)
    passed(database, settings, made, sam)
    with database.transaction() as session:
        edit = session.exec(select(ArticleEdit)).one()
        edit.body = "From then on, better."
    first = ship(sam, made.key, database=database, settings=settings)
    with database.transaction() as session:
        edit = session.exec(select(ArticleEdit)).one()
        assert edit.state == "open"  # on top of what waits
        better = propose_edit(sue, edit.key, session=session)
    passed(database, settings, better, sam)
    second = ship(sam, better.key, database=database, settings=settings)
    assert _starting(database) == ["From then on, better."]
    with pytest.raises(Conflict, match=second.title):
        roll_back(sam, first.key, "Bad.", database=database, settings=settings)
    roll_back(sam, second.key, "Not better.", database=database, settings=settings)
    assert _starting(database) == ["From then on."]
    roll_back(sam, first.key, "Not at all.", database=database, settings=settings)
    assert _starting(database) == []


def _starting(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(ArticleVersion.body).where(ArticleVersion.start_state == "waiting")))


def test_a_classifier_goes_live_with_its_article_and_both_come_back(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor, mia: Actor
) -> None:
    classifier_id, version_id = add_classifier(database)
    proposal = proposed(database, sue, articles["refunds"], "Other.")
    with database.transaction() as session:
        content = {"version_id": version_id}
        propose_change(
            sue, "classifier", content, session=session, classifier_id=classifier_id, proposal_id=proposal.key
        )
    passed(database, settings, proposal, sam)
    reason = "It only holds back more; labels follow."
    override(mia, proposal.key, reason, revision=None, database=database, settings=settings)
    release = ship(mia, proposal.key, database=database, settings=settings)
    note_releases(database=database)
    with database.reading() as session:
        assert session.get_one(Classifier, classifier_id).live_version_id == version_id
        assert [each.source for each in session.exec(select(ScoreMarker))] == ["releases"]
        said = build_difference(sue, release.before_build, release.after_build, session=session).sentences
    assert said[1] == "Classifiers that hold the AI back: risk version 1 is new."
    back = roll_back(mia, release.key, "It holds back all.", database=database, settings=settings)
    assert back.after_build == release.before_build
    with database.reading() as session:
        assert session.get_one(Classifier, classifier_id).live_version_id is None
