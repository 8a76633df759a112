"""Which build wrote a draft, what differs between builds, and what a chart of scores shows of a release."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlmodel import select

from core.assist import Build, Draft, store_build
from core.assist.abstention import choose, fit_examples
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.evals import note_releases
from core.evals.tables import ScoreMarker
from core.identity import SYSTEM, Actor
from core.releases import (
    build_difference,
    catalogue_digest,
    get_release,
    list_releases,
    propose_archive,
    propose_change,
    propose_edit,
    read_build,
    roll_back,
    ship,
    standing_build,
    which_build,
)
from core.settings import Settings
from tests.core.assist.abstention.making import examples
from tests.core.evals.scores.making import add_conversation
from tests.core.releases.making import add_edit, fill, passed, proposed, released


def standing(database: Database, settings: Settings) -> str:
    actions = catalogue_digest(database=database, settings=settings)
    with database.transaction() as session:
        return standing_build(session=session, settings=settings, actions=actions).id


def difference(database: Database, actor: Actor, before: str, after: str) -> tuple[tuple[str, ...], bool]:
    with database.reading() as session:
        found = build_difference(actor, before, after, session=session)
    return found.sentences, found.complete


def test_articles_that_differ_are_named_over_several_releases(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    first = released(database, settings, sue, sam, articles["refunds"], "One.")
    proposal = proposed(database, sue, None, "How to pause.", title="Pausing a plan")
    with database.transaction() as session:
        propose_archive(sue, articles["invoices"], session=session, proposal_id=proposal.key)
    passed(database, settings, proposal, sam)
    second = ship(sam, proposal.key, database=database, settings=settings)
    said, complete = difference(database, sue, first.before_build, second.after_build)
    assert complete
    assert said == (
        "Articles: “Refunds” version 2 instead of 1; “Invoices” taken out; “Pausing a plan” new (version 1).",
    )
    back, _ = difference(database, sue, second.after_build, first.after_build)
    assert back == ("Articles: “Invoices” new (version 1); “Pausing a plan” taken out.",)
    same, _ = difference(database, sue, first.after_build, first.after_build)
    assert same == ("Nothing differs: it is the same build.",)
    undone = roll_back(sam, second.key, "Too early.", database=database, settings=settings)
    assert undone.after_build == first.after_build


def test_where_only_the_digest_is_known_it_says_so(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    before = standing(database, settings)
    fill(database, refunds="Imported.")
    said, complete = difference(database, sue, before, standing(database, settings))
    assert not complete
    assert "only the digest is kept" in said[0]


def test_instructions_and_model_are_named_and_taken_back(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    with database.transaction() as session:
        made = propose_change(sue, "instructions", {"text": "Be brief."}, session=session)
        model = {"provider": "compatible", "name": "big", "base_url": "http://127.0.0.1:1/v1"}
        propose_change(sue, "model", model, session=session, proposal_id=made.key)
    passed(database, settings, made, sam)
    release = ship(sam, made.key, database=database, settings=settings)
    said, _ = difference(database, sue, release.before_build, release.after_build)
    assert said[0] == "Model: compatible/big instead of offline."
    assert said[1].startswith("Instructions: released (")
    with database.reading() as session:
        view = read_build(sue, release.after_build[:8], session=session)
    assert view.release is not None
    assert view.release.key == release.key
    assert "Model: compatible/big." in view.words
    back = roll_back(sam, release.key, "Too brief.", database=database, settings=settings)
    assert back.after_build == release.before_build


def test_a_draft_names_its_build(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor, rita: Actor
) -> None:
    release = released(database, settings, sue, sam, articles["refunds"], "One.")
    with database.transaction() as session:
        conversation_id = add_conversation(session, 1)
        draft = Draft(conversation_id=conversation_id, build_id=release.after_build, state="ready")
        other = Draft(conversation_id=conversation_id, state="failed")
        session.add_all([draft, other])
        session.flush()
        view = which_build(rita, draft.key, session=session)
        with pytest.raises(NotFound, match="names no build"):
            which_build(rita, other.key, session=session)
        with pytest.raises(NotFound, match="no such draft"):
            which_build(rita, 999, session=session)
        store_build(Build(id=release.after_build[:4] + "f" * 12), session=session)
        with pytest.raises(InvalidInput, match="Several builds"):
            read_build(rita, release.after_build[:4], session=session)
    assert view.release is not None
    assert view.release.title == "Change: Refunds"


def test_a_release_makes_one_marker(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    release = released(database, settings, sue, sam, articles["refunds"], "One.")
    with database.transaction() as session:
        conversation_id = add_conversation(session, 1)
        session.add(Draft(conversation_id=conversation_id, build_id=release.after_build, state="ready"))
    note_releases(database=database)
    with database.reading() as session:
        (marker,) = session.exec(select(ScoreMarker)).all()
    assert (marker.source, marker.title) == ("releases", "Change: Refunds")
    assert marker.detail == "Released by Sam. Refunds: version 2."


def test_the_history_says_what_can_be_rolled_back(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor, rita: Actor
) -> None:
    first = released(database, settings, sue, sam, articles["refunds"], "One.")
    second = released(database, settings, sue, sam, articles["refunds"], "Two.")
    back = roll_back(sam, second.key, "Bad.", database=database, settings=settings)
    with database.reading() as session:
        newest, middle, oldest = list_releases(rita, session=session)
        older = list_releases(rita, session=session, before_id=second.key)
        assert [each.release.key for each in older] == [first.key]
        target = get_release(rita, back.key, session=session).rolls_back
        assert target is not None
        assert target.key == second.key
    assert (newest.release.key, newest.who) == (back.key, "Sam")
    assert newest.changes[0].words == "version 2 is live again"
    assert middle.why_not == "It has been rolled back already."
    assert middle.rolled_back_by is not None
    assert oldest.why_not == ""
    assert oldest.watch_words.startswith("Watched until ")


def test_a_change_of_an_edit_that_is_new_keeps_its_name(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    with database.transaction() as session:
        edit = add_edit(session, sue, None, "Text.", title="Über Domänen – ¿qué?")
        made = propose_edit(sue, edit.key, session=session)
    passed(database, settings, made, sam)
    release = ship(sam, made.key, database=database, settings=settings)
    assert release.changes[0]["title"] == "Über Domänen – ¿qué?"


def test_what_an_older_build_did_not_note_is_no_difference(
    database: Database, settings: Settings, sue: Actor
) -> None:
    older = {"organisation": "Then", "model": {"provider": "offline"}, "knowledge": "before the flood"}
    with database.transaction() as session:
        store_build(Build(id="0123456789abcdef", contents=older), session=session)
    with database.reading() as session:
        words = read_build(sue, "0123456", session=session).words
    assert "Articles: before the flood." in words
    said, complete = difference(database, sue, "0123456789abcdef", standing(database, settings))
    assert not complete
    assert any(each.startswith("Organisation: ") for each in said)
    assert not any(each.startswith(("Model: ", "Instructions: ")) for each in said)
    (unknown,) = [each for each in said if each.startswith("Not noted for one of the two")]
    assert "instructions" in unknown


def test_the_level_for_answering_is_said(database: Database, settings: Settings, sue: Actor) -> None:
    before = standing(database, settings)
    made = fit_examples(SYSTEM, examples(400), database=database, source="labelled", scope="a test")
    builds = [before]
    for precision in (None, 0.85, 0.9):
        with database.transaction() as session:
            level = choose(SYSTEM, made.key, precision=precision, session=session).threshold
        builds.append(standing(database, settings))
    said = [difference(database, sue, one, other)[0] for one, other in pairwise(builds)]
    assert [len(each) for each in said] == [1, 1, 1]
    first, second, third = (each[0] for each in said)
    assert first.startswith("When the AI answers: whenever it has an answer; drafts are scored by")
    assert first.endswith("instead of whenever it has an answer; drafts have no score.")
    assert "at least 85 % of the answers are right instead of whenever" in second
    assert f"from a score of {level:.2f} on" in third
    assert "at least 85 %" in third
