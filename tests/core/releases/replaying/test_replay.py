"""A replay says what a release would do, and does nothing itself."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlmodel import select

from core.database import Database, now
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.evals import list_run_choices, list_runs, list_suites, start_run, work_on_run
from core.evals.tables import EvalCase, EvalRun
from core.identity import SYSTEM, Actor
from core.jobs import Interrupted
from core.knowledge import publish, search
from core.releases import Replay, ReplayAnswer, propose_archive, propose_edit, review, ship
from core.releases.replaying import (
    read_replay,
    sampling,
    start_replay,
    steps,
    stop_replay,
    work_on_replay,
)
from core.releases.tables import Proposal
from core.settings import Settings
from tests.core.knowledge.making import REFUND, WordEmbedder
from tests.core.releases.making import add_edit, proposed
from tests.core.releases.replaying.making import (
    QUESTIONS,
    add_case,
    add_knowledge,
    add_smoke,
    answers,
    ask,
    asked_again,
    replay_now,
    seen,
    suites,
)

LONGER = "A refund is paid within 30 days to the original card."


@pytest.fixture
def articles(database: Database, embedder: WordEmbedder) -> dict[str, int]:
    """Five articles with vectors."""
    return add_knowledge(database, embedder)


def _everything(database: Database, sue: Actor, articles: dict[str, int]) -> Proposal:
    """One article says something else, one is new, one goes."""
    with database.transaction() as session:
        first = add_edit(session, sue, articles["refunds"], LONGER)
        proposal = propose_edit(sue, first.key, session=session)
        second = add_edit(
            session,
            sue,
            None,
            "Bring your zebra to the office on Fridays: a zebra is welcome.",
            title="Zebra",
        )
        propose_edit(sue, second.key, session=session, proposal_id=proposal.key)
        return propose_archive(sue, articles["outages"], session=session, proposal_id=proposal.key)


def test_the_candidate_answers_as_the_released_build_does_case_by_case(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, mia: Actor
) -> None:
    add_smoke(database)
    ask(database, "How many days does a refund take?")
    proposal = _everything(database, sue, articles)
    view = replay_now(database, settings, sue, proposal)
    assert view.state == "finished", view.error
    replay = view.replay
    candidate = answers(database, replay.candidate_run_id)
    assert candidate != answers(database, replay.baseline_run_id)
    assert 0 < asked_again(database, replay) < len(QUESTIONS)  # the rest was taken over

    _ship(database, settings, proposal, mia)
    with database.reading() as session:
        released = session.get_one(Proposal, proposal.key)
        assert released.state == "released"
    run = start_run(SYSTEM, replay.suite_version_id or 0, database=database, settings=settings, fresh=True)
    work_on_run(run.key, owner="after", database=database, settings=settings)
    with database.reading() as session:
        after = session.get_one(EvalRun, run.key)
        assert (after.state, after.build_id) == ("finished", view.after_build)
    assert answers(database, run.key) == candidate  # texts, citations, passage ids, decisions, scores


def test_nobody_finds_what_is_only_tried(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    sue: Actor,
    embedder: WordEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_smoke(database)
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    texts: list[str] = []

    def look(*_arguments: object, **_named: object) -> dict[str, object]:
        for query in ("refund days", "30 days"):
            with database.reading() as session:
                texts.extend(hit.text for hit in search(query, session=session, embedder=embedder))
        return {}

    monkeypatch.setattr(steps, "write_report", look)  # the stage stands and everything was asked
    assert replay_now(database, settings, sue, proposal).state == "finished"
    assert texts
    assert not any("30 days" in each for each in texts)


def test_verdict_flips_and_changed_answers_are_told(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, mia: Actor, rita: Actor
) -> None:
    add_smoke(database, critical=True)
    ask(database, "How many days does a refund take?", "How do I reset my password?")
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    view = replay_now(database, settings, sue, proposal)
    assert view.critical == ("How many days does a refund take?",)
    assert (view.n, view.conversations, view.changed) == (5, 2, 2)
    assert {each.title for each in view.changed_answers} >= {"How many days does a refund take?"}
    [changed] = [each for each in view.changed_answers if each.case_id is not None]
    assert {"op": "insert", "text": "30 "} in changed.difference
    assert view.comparison is not None
    assert view.comparison.critical_worse == 1
    [found] = [each for each in view.retrieval_changes if each.case_id == changed.case_id]
    assert [each.title for each in found.changed_text] == ["Refunds"]
    assert "refund" in found.query
    assert view.why == {"smoke": 5}
    with database.reading() as session:
        theirs = read_replay(rita, proposal.key, session=session)
    assert theirs is not None
    assert theirs.words == view.words
    assert theirs.comparison is None  # a rep sees no evals


def test_cases_that_touch_the_change_are_found_and_others_are_not(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    with database.transaction() as session:
        keys = {said: add_case(session, said, expected).key for said, expected in QUESTIONS.items()}
        cites = add_case(session, "Zebra?", "refund").key
        case = session.get_one(type(add_case(session, "Again?", "x")), cites)
        case.expectations = [{"kind": "cites", "articles": ["test/refunds"]}]
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    view = replay_now(database, settings, sue, proposal)
    chosen = view.replay.choice["cases"]
    assert chosen[str(cites)] == "cites"
    assert chosen[str(keys["How many days does a refund take?"])] == "finds"
    assert str(keys["Where do I create an API key?"]) not in chosen


def test_cases_that_no_grader_answers_are_left_out_and_counted(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    keys = add_smoke(database)
    with database.transaction() as session:
        case = session.get_one(EvalCase, keys[0])
        case.expectations = [
            *case.expectations,
            {"kind": "criterion", "criterion": "polite", "answers": ["yes"]},
        ]
    view = replay_now(database, settings, sue, proposed(database, sue, articles["refunds"], LONGER))
    assert (view.ungraded, view.error_share) == (1, 0.0)
    assert view.verdict != "no verdict"
    assert set(view.replay.choice["cases"]) == {str(key) for key in keys[1:]}


def test_answers_from_before_there_were_vectors_are_no_baseline(
    database: Database, settings: Settings, sue: Actor
) -> None:
    articles = add_knowledge(database, None)
    add_smoke(database)
    run = start_run(SYSTEM, "smoke", database=database, settings=settings)
    work_on_run(run.key, owner="before", database=database, settings=settings)
    view = replay_now(database, settings, sue, proposed(database, sue, articles["refunds"], LONGER))
    assert answers(database, run.key) != answers(database, view.replay.baseline_run_id)  # searched by words
    assert view.before_build == run.build_id
    assert [each.title for each in view.changed_answers] == ["How many days does a refund take?"]


def test_without_cases_there_is_no_verdict_and_conversations_are_still_shown(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    ask(database, "How many days does a refund take?")
    view = replay_now(database, settings, sue, proposed(database, sue, articles["refunds"], LONGER))
    assert (view.state, view.verdict, view.n) == ("finished", "no verdict", 0)
    assert "smoke" in view.words
    assert [each.conversation_id is not None for each in view.changed_answers] == [True]
    assert view.changed_answers[0].question == "How many days does a refund take?"


def test_hidden_suites_and_runs_are_in_no_list(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    add_smoke(database)
    view = replay_now(database, settings, sue, proposed(database, sue, articles["refunds"], LONGER))
    assert sorted(suites(database)) == ["replay", "smoke"]
    with database.reading() as session:
        assert [each.suite.kind for each in list_suites(sue, session=session, with_archived=True)] == [
            "smoke"
        ]
        assert list_runs(sue, session=session) == []
        assert list_run_choices(sue, session=session) == []
        also = [view.replay.baseline_run_id or 0, view.replay.candidate_run_id or 0]
        assert len(list_run_choices(sue, session=session, also=also)) == 2


def test_a_second_click_starts_no_second_replay(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, sam: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    made: list[Replay] = []

    def click(actor: Actor) -> None:
        made.append(start_replay(actor, proposal.key, database=database, settings=settings))

    clicks = [Thread(target=click, args=(actor,)) for actor in (sue, sue, sam)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(30)
    assert len({each.key for each in made}) == 1
    assert len(made) == 3


def test_who_may_not_and_what_cannot_be_replayed(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor, rita: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    with pytest.raises(PermissionDenied):
        start_replay(rita, proposal.key, database=database, settings=settings)
    with database.transaction() as session:
        stored = session.get_one(Proposal, proposal.key)
        stored.state = "withdrawn"
    with pytest.raises(Conflict):
        start_replay(sue, proposal.key, database=database, settings=settings)
    with database.transaction() as session:
        empty = Proposal(title="Nothing")
        session.add(empty)
    with pytest.raises(InvalidInput, match="changes nothing"):
        start_replay(sue, empty.key, database=database, settings=settings)


def test_a_proposal_that_changed_is_not_fresh(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    add_smoke(database)
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    view = replay_now(database, settings, sue, proposal)
    assert view.fresh
    with database.transaction() as session:
        propose_archive(sue, articles["outages"], session=session, proposal_id=proposal.key)
    again = seen(database, sue, proposal)
    assert not again.fresh
    assert "others" in again.stale_words


def test_one_that_changes_while_it_waits_fails_and_says_why(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    replay = start_replay(sue, proposal.key, database=database, settings=settings)
    with database.transaction() as session:
        propose_archive(sue, articles["outages"], session=session, proposal_id=proposal.key)
    work_on_replay(replay.key, owner="here", database=database, settings=settings)
    view = seen(database, sue, proposal)
    assert view.state == "failed"
    assert "changed while it was replayed" in view.words


def test_an_article_that_moved_on_fails_it_in_words(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    with database.transaction() as session:
        publish(SYSTEM, REFUND, session=session, source="test")
    view = replay_now(database, settings, sue, proposal)
    assert view.state == "failed"
    assert "newer version" in view.words


def test_it_stops_where_somebody_wants_it_and_the_next_one_starts(
    database: Database, settings: Settings, articles: dict[str, int], sue: Actor
) -> None:
    add_smoke(database)
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    replay = start_replay(sue, proposal.key, database=database, settings=settings)
    with database.transaction() as session:
        stored = session.get_one(Replay, replay.key)
        stored.state, stored.started_at = "running", now() - timedelta(seconds=1)
    with database.transaction() as session:
        stop_replay(sue, replay.key, session=session)
    work_on_replay(replay.key, owner="here", database=database, settings=settings)
    assert seen(database, sue, proposal).state == "stopped"
    later = start_replay(sue, proposal.key, database=database, settings=settings)
    assert later.key != replay.key
    with database.transaction() as session:
        assert stop_replay(sue, later.key, session=session).state == "stopped"


def test_interrupted_it_goes_on_where_it_was(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    sue: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_smoke(database)
    ask(database, "How many days does a refund take?")
    proposal = proposed(database, sue, articles["refunds"], LONGER)
    replay = start_replay(sue, proposal.key, database=database, settings=settings)
    taken = sampling.answer_sample

    def die(*_arguments: object, **_named: object) -> None:
        raise Interrupted

    monkeypatch.setattr(steps, "answer_sample", die)
    with pytest.raises(Interrupted):
        work_on_replay(replay.key, owner="first", database=database, settings=settings)
    middle = seen(database, sue, proposal)
    assert (middle.state, middle.step, middle.done, middle.total) == ("running", "comparing", 10, 12)
    assert middle.seconds_left is not None
    monkeypatch.setattr(steps, "answer_sample", taken)
    work_on_replay(replay.key, owner="second", database=database, settings=settings)
    view = seen(database, sue, proposal)
    assert view.state == "finished"
    with database.reading() as session:
        assert len(session.exec(select(EvalRun)).all()) == 2  # nothing was asked twice
        assert len(session.exec(select(ReplayAnswer)).all()) == 2


def _ship(database: Database, settings: Settings, proposal: Proposal, mia: Actor) -> None:
    """As it is done: approved by a second person, through the gate."""
    with database.transaction() as session:
        review(mia, proposal.key, approve=True, note="Fine.", revision=None, session=session)
    ship(mia, proposal.key, database=database, settings=settings)
