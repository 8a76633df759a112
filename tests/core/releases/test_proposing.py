"""Proposals keep a copy of what was proposed, and a second click proposes nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import select

from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import Actor, Role
from core.knowledge import drop_edit
from core.knowledge.tables import ArticleEdit
from core.releases import (
    Proposal,
    Replay,
    change_of_edit,
    get_proposal,
    list_proposals,
    propose_archive,
    propose_change,
    propose_edit,
    read_gate,
    remove_change,
    update_proposal,
    withdraw,
)
from core.settings import Settings
from tests.core.releases.making import add_edit, fill, proposed

ADMIN = Actor(99, "admin", "Admin", Role.ADMIN)


def test_an_edit_proposed_again_takes_its_newer_text_over(
    database: Database, articles: dict[str, int], rita: Actor
) -> None:
    proposal = proposed(database, rita, articles["refunds"], "One.")
    with database.transaction() as session:
        edit = session.exec(select(ArticleEdit)).one()
        assert edit.state == "proposed"
        same = propose_edit(rita, edit.key, session=session)
        assert (same.key, same.revision) == (proposal.key, proposal.revision)
        edit.body, edit.revision = "Two.", 2
        session.add(edit)
        session.flush()
        view = get_proposal(rita, proposal.key, session=session)
        assert (view.changes[0].after, view.changes[0].moved_on) == ("One.", True)
        propose_edit(rita, edit.key, session=session)
        view = get_proposal(rita, proposal.key, session=session)
    assert (view.changes[0].after, view.changes[0].moved_on, len(view.changes)) == ("Two.", False, 1)


def test_several_changes_make_one_proposal(database: Database, articles: dict[str, int], sue: Actor) -> None:
    proposal = proposed(database, sue, articles["refunds"], "One.")
    with database.transaction() as session:
        propose_archive(sue, articles["invoices"], session=session, proposal_id=proposal.key)
        propose_change(sue, "instructions", {"text": "Be brief."}, session=session, proposal_id=proposal.key)
        (row,) = list_proposals(sue, session=session, state="open")
        assert row.kinds == ("article", "archive", "instructions")
        assert row.titles == ("Refunds", "Invoices", "Instructions of the AI")
        view = get_proposal(sue, proposal.key, session=session)
        remove_change(sue, view.changes[0].change.key, session=session)
        assert session.exec(select(ArticleEdit)).one().state == "open"
        with pytest.raises(NotFound, match="removed already"):
            remove_change(sue, view.changes[0].change.key, session=session)
        assert len(get_proposal(sue, proposal.key, session=session).changes) == 2


def test_the_same_click_twice_is_one_proposal(
    database: Database, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    served = {"provider": "compatible", "name": "big", "base_url": "http://127.0.0.1:1/v1"}
    with database.transaction() as session:
        made = [propose_archive(sue, articles["invoices"], session=session) for _ in range(2)]
        made += [propose_change(sue, "model", served, session=session) for _ in range(2)]
        made.append(propose_archive(sam, articles["invoices"], session=session))
    assert made[0].key == made[1].key
    assert made[2].key == made[3].key
    assert len({each.key for each in made}) == 3


def test_what_cannot_be_proposed_is_said(database: Database, articles: dict[str, int], sue: Actor) -> None:
    with database.transaction() as session:
        for values, words in (
            ({"body": " ", "title": "T"}, "no text"),
            ({"body": "Text.", "title": " "}, "no title"),
        ):
            edit = add_edit(session, sue, None, values["body"], title=values["title"])
            with pytest.raises(InvalidInput, match=words):
                propose_edit(sue, edit.key, session=session)
        aside = add_edit(session, sue, articles["password"], "Text.", aside=[{"mine": "x"}])
        with pytest.raises(Conflict, match="same passage"):
            propose_edit(sue, aside.key, session=session)
        over = add_edit(session, sue, None, "Text.", state="dropped")
        with pytest.raises(Conflict, match="was dropped"):
            propose_edit(sue, over.key, session=session)
        for kind, content, problem in (
            ("model", {"provider": "nobody"}, "provider is one of"),
            ("model", {"name": "m"}, "Say which provider"),
            ("model", {"size": "big"}, "no size"),
            ("playbook", {}, "cannot be proposed"),
            ("instructions", {"text": "x" * 100_001}, "100,000 is the most"),
        ):
            with pytest.raises(InvalidInput, match=problem):
                propose_change(sue, kind, content, session=session)
        with pytest.raises(Conflict, match="in force already"):
            propose_change(sue, "instructions", {"text": ""}, session=session)
        with pytest.raises(PermissionDenied):
            propose_archive(ADMIN, articles["refunds"], session=session)


def test_an_archiving_in_place_of_an_edit_sets_the_edit_free(
    database: Database, articles: dict[str, int], sue: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], "One.")
    with database.transaction() as session:
        propose_archive(sue, articles["refunds"], session=session, proposal_id=proposal.key)
        (change,) = get_proposal(sue, proposal.key, session=session).changes
        assert change.change.kind == "archive"
        edit = session.exec(select(ArticleEdit)).one()
        assert edit.state == "open"
        drop_edit(sue, edit.key, session=session)


def test_dates_that_cannot_be_are_refused_before_anybody_replays(
    database: Database, articles: dict[str, int], sue: Actor
) -> None:
    start = now() + timedelta(days=3)
    for name, values in (
        ("refunds", {"effective_from": start, "effective_until": start - timedelta(hours=1)}),
        ("invoices", {"effective_until": now() - timedelta(hours=1)}),
    ):
        with pytest.raises(InvalidInput, match="would end before it"), database.transaction() as session:
            edit = add_edit(session, sue, articles[name], "Text.", **values)
            propose_edit(sue, edit.key, session=session)


def test_an_edit_of_an_older_version_is_not_proposed(
    database: Database, articles: dict[str, int], sue: Actor
) -> None:
    with database.transaction() as session:
        edit = add_edit(session, sue, articles["refunds"], "Mine.")
    fill(database, refunds="Imported meanwhile.")
    with pytest.raises(Conflict, match="newer version"), database.transaction() as session:
        propose_edit(sue, edit.key, session=session)


def test_an_end_that_went_by_is_said_on_the_proposal(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    sue: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end = now() + timedelta(days=1)
    made = proposed(database, sue, articles["refunds"], "Sale!", effective_until=end)
    monkeypatch.setattr("core.releases.kinds.articles.now", lambda: end)
    found = read_gate(sue, made.key, database=database, settings=settings)
    (words,) = [each.words for each in found.rules if each.state == "failed"]
    assert "choose a later end" in words


def test_two_tabs_do_not_overwrite_each_other(
    database: Database, articles: dict[str, int], sue: Actor, rita: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], "One.")
    seen = proposal.revision
    with database.transaction() as session:
        update_proposal(sue, proposal.key, title="Refunds", why="Asked a lot", revision=seen, session=session)
        update_proposal(sue, proposal.key, title="Refunds", why="Asked a lot", revision=seen, session=session)
    with pytest.raises(Conflict, match="changed meanwhile"), database.transaction() as session:
        update_proposal(sue, proposal.key, title="Else", why="", revision=seen, session=session)
    with pytest.raises(PermissionDenied, match="somebody else's"), database.transaction() as session:
        update_proposal(rita, proposal.key, title="Of Rita", why="", revision=None, session=session)


def test_a_withdrawn_proposal_is_over_and_its_edit_open(
    database: Database, articles: dict[str, int], sue: Actor, rita: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], "One.")
    with pytest.raises(PermissionDenied, match="somebody else's"), database.transaction() as session:
        withdraw(rita, proposal.key, session=session)
    with database.transaction() as session:
        session.add(Replay(proposal_id=proposal.key))
        session.flush()
        withdraw(sue, proposal.key, session=session)
        withdraw(sue, proposal.key, session=session)
        assert session.exec(select(Replay)).one().state == "stopped"
        edit = session.exec(select(ArticleEdit)).one()
        assert edit.state == "open"
        with pytest.raises(Conflict, match="withdrawn"):
            propose_archive(sue, articles["invoices"], session=session, proposal_id=proposal.key)
        again = propose_edit(sue, edit.key, session=session)
        assert again.key != proposal.key
        assert len(session.exec(select(Proposal)).all()) == 2


def test_proposing_again_while_it_is_taken_out_waits_its_turn(
    database: Database, articles: dict[str, int], sue: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], "One.")
    with database.transaction() as session:
        propose_archive(sue, articles["invoices"], session=session, proposal_id=proposal.key)
        edit_id = session.exec(select(ArticleEdit)).one().key
    ready = Barrier(2)

    def propose(number: int) -> None:
        ready.wait(30)
        with database.transaction() as session:
            propose_edit(sue, edit_id, session=session, why=str(number))

    def take_out(_number: int) -> None:
        with database.reading() as session:
            change = change_of_edit(edit_id, session=session)
        ready.wait(30)
        if change is not None:
            with database.transaction() as session:
                remove_change(sue, change.key, session=session)

    with ThreadPoolExecutor(2) as pool:
        for number in range(12):
            both = [pool.submit(propose, number), pool.submit(take_out, number)]
            for each in both:
                each.result(30)
    with database.reading() as session:
        state = session.get_one(ArticleEdit, edit_id).state
        assert (state == "proposed") == (change_of_edit(edit_id, session=session) is not None)
