"""The gate: what it asks, who opens it, and who may say that it does not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from core.database import Database
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.identity import Actor
from core.knowledge import ArticleEdit, open_edit, save_edit, text_of
from core.releases import (
    Gate,
    Proposal,
    Release,
    Replay,
    changes_of,
    get_proposal,
    override,
    propose_archive,
    propose_change,
    propose_edit,
    read_gate,
    remove_change,
    review,
    ship,
)
from core.settings import Settings
from tests.core.releases.making import add_classifier, add_edit, fill, passed, proposed, released, replayed

REASON = "The critical case asks for the old rule, which ended."


def gate(database: Database, settings: Settings, proposal: Proposal, actor: Actor) -> Gate:
    return read_gate(actor, proposal.key, database=database, settings=settings)


def states(found: Gate) -> dict[str, str]:
    return {rule.name: rule.state for rule in found.rules}


@pytest.fixture
def proposal(database: Database, articles: dict[str, int], sue: Actor) -> Proposal:
    return proposed(database, sue, articles["refunds"], "Other.")


def test_nothing_passes_before_it_was_replayed_and_approved(
    database: Database, settings: Settings, proposal: Proposal, sue: Actor, sam: Actor
) -> None:
    found = gate(database, settings, proposal, sue)
    assert not found.open
    assert states(found) == {
        "changes": "passed",
        "current": "passed",
        "scheduled": "passed",
        "replayed": "unknown",
        "fresh": "unknown",
        "critical": "unknown",
        "not_worse": "unknown",
        "errors": "unknown",
        "reviewed": "unknown",
    }
    with pytest.raises(Conflict, match="not been replayed"):
        ship(sue, proposal.key, database=database, settings=settings)
    passed(database, settings, proposal, sam)
    assert gate(database, settings, proposal, sue).open


@pytest.mark.parametrize(
    ("report", "rule", "words"),
    [
        ({"critical_worse": ["Refund after 14 days"]}, "critical", "“Refund after 14 days”"),
        ({"word": "worse", "words": "Worse by 8 points."}, "not_worse", "Worse by 8 points."),
        ({"word": "no verdict", "words": "No case can be compared."}, "not_worse", "No case"),
        ({"errors_share": 0.03}, "errors", "3.0 % of the cases"),
        ({"counts": {"sampled": 20, "sample_errors": 1}}, "errors", "5.0 % of the sample"),
        ({"word": "great"}, "not_worse", "No difference"),
    ],
)
def test_what_a_replay_found_shuts_it(
    database: Database,
    settings: Settings,
    proposal: Proposal,
    sam: Actor,
    report: dict[str, Any],
    rule: str,
    words: str,
) -> None:
    passed(database, settings, proposal, sam, **report)
    found = gate(database, settings, proposal, sam)
    assert [each.name for each in found.rules if not each.holds] == [rule]
    with pytest.raises(Conflict, match=words):
        ship(sam, proposal.key, database=database, settings=settings)


def test_other_changes_need_another_replay_and_another_approval(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    proposal: Proposal,
    sue: Actor,
    sam: Actor,
) -> None:
    passed(database, settings, proposal, sam)
    with database.transaction() as session:
        edit = add_edit(session, sue, articles["password"], "Another.")
        propose_edit(sue, edit.key, session=session, proposal_id=proposal.key)
    found = gate(database, settings, proposal, sue)
    assert {states(found)[each] for each in ("replayed", "critical", "reviewed")} == {"unknown"}


def test_what_went_live_meanwhile_asks_for_another_replay(
    database: Database, settings: Settings, proposal: Proposal, sam: Actor
) -> None:
    passed(database, settings, proposal, sam)
    fill(database, invoices="Invoices are sent on the second day.")
    found = gate(database, settings, proposal, sam)
    assert [each.name for each in found.rules if not each.holds] == ["fresh"]
    replayed(database, settings, proposal)
    assert gate(database, settings, proposal, sam).open


def test_what_a_replay_did_not_look_at_is_not_known(
    database: Database, settings: Settings, proposal: Proposal, sam: Actor
) -> None:
    replay = replayed(database, settings, proposal)
    with database.transaction() as session:
        session.get_one(Replay, replay.key).report = {"flips": 0}
        review(sam, proposal.key, approve=True, revision=None, session=session)
    found = gate(database, settings, proposal, sam)
    assert {each.name for each in found.rules if each.state == "unknown"} == {
        "critical",
        "not_worse",
        "errors",
    }


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"state": "running"}, ("unknown", "not over yet")),
        ({"state": "stopped"}, ("failed", "It was stopped. Replay again.")),
        ({"state": "failed", "error": "The disk is full."}, ("failed", "The disk is full. Replay again.")),
    ],
)
def test_a_replay_that_did_not_finish_opens_nothing(
    database: Database,
    settings: Settings,
    proposal: Proposal,
    sam: Actor,
    values: dict[str, str],
    rule: tuple[str, str],
) -> None:
    passed(database, settings, proposal, sam)
    with database.transaction() as session:
        session.add(Replay(proposal_id=proposal.key, **values))
    found = {each.name: each for each in gate(database, settings, proposal, sam).rules}
    assert (found["replayed"].state, rule[1] in found["replayed"].words) == (rule[0], True)
    assert found["critical"].state == "unknown"


def test_of_two_proposals_for_one_article_the_second_is_overtaken(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    proposal: Proposal,
    sue: Actor,
    sam: Actor,
) -> None:
    with database.transaction() as session:
        away = propose_archive(sue, articles["refunds"], session=session)
    for each in (proposal, away):
        passed(database, settings, each, sam)
    ship(sam, away.key, database=database, settings=settings)
    with pytest.raises(Conflict, match="was live when this was proposed and is archived now"):
        ship(sam, proposal.key, database=database, settings=settings)


def test_taking_a_change_out_voids_the_approval(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    proposal: Proposal,
    sue: Actor,
    sam: Actor,
) -> None:
    with database.transaction() as session:
        propose_archive(sue, articles["invoices"], session=session, proposal_id=proposal.key)
    passed(database, settings, proposal, sam)
    with database.transaction() as session:
        remove_change(sue, changes_of(proposal.key, session=session)[1].key, session=session)
    found = states(gate(database, settings, proposal, sue))
    assert (found["replayed"], found["reviewed"]) == ("unknown", "unknown")
    with database.transaction() as session:
        remove_change(sue, changes_of(proposal.key, session=session)[0].key, session=session)
        assert session.exec(select(ArticleEdit)).one().state == "open"
    assert states(gate(database, settings, proposal, sue))["changes"] == "failed"


def test_nobody_approves_words_they_typed(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor, mia: Actor
) -> None:
    with database.transaction() as session:
        edit = open_edit(sue, articles["refunds"], session=session)
        for actor, body in ((sam, "Typed by Sam."), (sue, "Typed by both.")):
            was = text_of(edit)
            save_edit(actor, edit.key, base=was, mine=replace(was, body=body), session=session)
        made = propose_edit(sue, edit.key, session=session)
        assert [get_proposal(who, made.key, session=session).mine for who in (sue, sam, mia)] == [
            True,
            True,
            False,
        ]
    with pytest.raises(PermissionDenied, match="typed in its text"), database.transaction() as session:
        review(sam, made.key, approve=True, revision=None, session=session)
    with database.transaction() as session:
        propose_archive(mia, articles["invoices"], session=session, proposal_id=made.key)
    override(mia, made.key, REASON, revision=None, database=database, settings=settings)
    found = gate(database, settings, made, mia)
    assert [each.name for each in found.rules if not each.holds] == ["reviewed"]


def test_the_last_word_of_two_counts(
    database: Database, settings: Settings, proposal: Proposal, sam: Actor, mia: Actor
) -> None:
    override(mia, proposal.key, REASON, revision=None, database=database, settings=settings)
    with database.transaction() as session:
        review(sam, proposal.key, approve=False, note="Wrong.", revision=None, session=session)
    found = gate(database, settings, proposal, sam)
    assert [each.words for each in found.rules if not each.holds] == ["Sam returned it: Wrong."]
    override(mia, proposal.key, REASON, revision=None, database=database, settings=settings)
    assert gate(database, settings, proposal, sam).open


def test_an_override_of_a_stale_replay_ends_with_the_next_release(
    database: Database, settings: Settings, proposal: Proposal, sam: Actor, mia: Actor
) -> None:
    passed(database, settings, proposal, sam)
    fill(database, invoices="Invoices are sent on the second day.")
    override(mia, proposal.key, REASON, revision=None, database=database, settings=settings)
    assert gate(database, settings, proposal, mia).open
    fill(database, invoices="Invoices are sent on the third day.")
    found = gate(database, settings, proposal, mia)
    assert [each.name for each in found.rules if not each.holds] == ["fresh"]


def test_nobody_approves_what_is_theirs(
    database: Database, articles: dict[str, int], proposal: Proposal, sue: Actor, sam: Actor, rita: Actor
) -> None:
    with pytest.raises(PermissionDenied, match="You wrote"), database.transaction() as session:
        review(sue, proposal.key, approve=True, revision=None, session=session)
    with pytest.raises(PermissionDenied, match="may not review"), database.transaction() as session:
        review(rita, proposal.key, approve=True, revision=None, session=session)
    with database.transaction() as session:
        edit = add_edit(session, sam, articles["password"], "Of Sam.")
        propose_edit(sam, edit.key, session=session, proposal_id=proposal.key)
    with pytest.raises(PermissionDenied, match="is yours"), database.transaction() as session:
        review(sam, proposal.key, approve=True, revision=None, session=session)


def test_a_proposal_is_returned_with_words(
    database: Database, settings: Settings, proposal: Proposal, sue: Actor, sam: Actor
) -> None:
    with pytest.raises(InvalidInput, match="what is to be changed"), database.transaction() as session:
        review(sam, proposal.key, approve=False, revision=None, session=session)
    with database.transaction() as session:
        review(
            sam, proposal.key, approve=False, note="Say where.", revision=proposal.revision, session=session
        )
    with pytest.raises(Conflict, match="changed meanwhile"), database.transaction() as session:
        review(sam, proposal.key, approve=True, revision=proposal.revision, session=session)
    rule = next(each for each in gate(database, settings, proposal, sue).rules if each.name == "reviewed")
    assert (rule.state, rule.words) == ("failed", "Sam returned it: Say where.")


def test_only_a_manager_overrides_and_only_with_a_reason(
    database: Database, settings: Settings, proposal: Proposal, sam: Actor, mia: Actor
) -> None:
    passed(database, settings, proposal, sam, critical_worse=["Refund after 14 days"])

    def overrides(actor: Actor, reason: str) -> Proposal:
        return override(actor, proposal.key, reason, revision=None, database=database, settings=settings)

    with pytest.raises(PermissionDenied, match="may not override"):
        overrides(sam, REASON)
    with pytest.raises(InvalidInput, match="at least 20 characters"):
        overrides(mia, "It is fine.")
    first = overrides(mia, REASON)
    assert overrides(mia, REASON).revision == first.revision
    found = gate(database, settings, proposal, sam)
    assert (found.open, found.overridden, found.override_by, found.override_reason) == (
        True,
        True,
        "Mia",
        REASON,
    )
    release = ship(mia, proposal.key, database=database, settings=settings)
    assert (release.override_reason, release.override_by_id) == (REASON, mia.person_id)
    assert [each["name"] for each in release.gate if each["overridden"]] == ["critical"]


def test_an_override_is_of_what_was_known_then(
    database: Database, settings: Settings, proposal: Proposal, mia: Actor
) -> None:
    override(mia, proposal.key, REASON, revision=None, database=database, settings=settings)
    assert gate(database, settings, proposal, mia).open  # not replayed, and she says so; she did not write it
    replayed(database, settings, proposal, critical_worse=["Refund after 14 days"])
    found = gate(database, settings, proposal, mia)
    assert [each.name for each in found.rules if not each.holds] == ["critical"]


def test_a_manager_does_not_review_by_overriding_their_own(
    database: Database, settings: Settings, articles: dict[str, int], mia: Actor
) -> None:
    own = proposed(database, mia, articles["refunds"], "Of Mia.")
    override(mia, own.key, REASON, revision=None, database=database, settings=settings)
    found = gate(database, settings, own, mia)
    assert [each.name for each in found.rules if not each.holds] == ["reviewed"]


def test_instructions_are_tried_on_many_cases(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    with database.transaction() as session:
        made = propose_change(sue, "instructions", {"text": "Be brief."}, session=session)
    passed(database, settings, made, sam, n=19)
    assert [each.name for each in gate(database, settings, made, sam).rules if not each.holds] == ["breadth"]


def test_a_classifier_is_measured_before_it_goes_live(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    classifier_id, version_id = add_classifier(database)
    with database.transaction() as session:
        made = propose_change(
            sue, "classifier", {"version_id": version_id}, session=session, classifier_id=classifier_id
        )
    passed(database, settings, made, sam)
    assert [each.name for each in gate(database, settings, made, sam).rules if not each.holds] == ["measured"]


def test_what_happened_is_told(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    release: Release = released(database, settings, sue, sam, articles["refunds"], "Other.")
    with database.reading() as session:
        view = get_proposal(sue, release.proposal_id or 0, session=session)
    assert (view.stage, view.own, view.author, view.reviewer) == ("released", True, "Sue", "Sam")
    assert view.changes[0].before.startswith("A refund is paid within 14 days")
    assert view.changes[0].after == "Other."
    said = [(event.who, event.words.split(".")[0]) for event in view.history]
    assert said[0] == ("Sue", "proposed it")
    assert said[-1] == ("Sam", "released it")
    assert ("Sam", "approved it") in said


def test_a_running_replay_is_a_stage(database: Database, proposal: Proposal, sue: Actor) -> None:
    with database.transaction() as session:
        session.add(Replay(proposal_id=proposal.key, state="running"))
    with database.reading() as session:
        assert get_proposal(sue, proposal.key, session=session).stage == "replaying"
