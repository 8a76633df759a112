"""The Releases page: what is proposed, the gate in words, who may do what, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.criteria import ensure_criteria
from core.database import Database, now
from core.identity import SYSTEM, Actor, Person, Role
from core.knowledge import ArticleRecord, new_edit, publish
from core.knowledge.tables import Article, ArticleVersion
from core.releases import (
    Proposal,
    Release,
    Replay,
    ReplayAnswer,
    catalogue_digest,
    get_proposal,
    propose_edit,
    review,
    ship,
    standing_build,
    update_proposal,
)
from core.settings import get_settings
from pages.specialist.releases.proposals import changes
from pages.widgets import components
from tests.core.evals.comparing.making import Made, Said, make_run, make_suite
from tests.pages.conftest import SignedIn

PAGE = "specialist/releases/page.py"
REASON = "The law changed today, and the old words are wrong."
BEFORE = "Refunds take five days. " + "Nothing else is said about it here. " * 30
AFTER = BEFORE.replace("five days", "nine [days](x)")

People = dict[Role, Person]


@pytest.fixture(autouse=True)
def _criteria(database: Database) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[list[components.Segment]]:
    """What the browser component was given; AppTest does not show it."""
    shown: list[list[components.Segment]] = []

    def note(segments: Sequence[components.Segment], *, key: str, **_: object) -> None:
        shown.append(list(segments))

    monkeypatch.setattr(changes, "rich_text", note)
    return shown


def _actor(people: People, role: Role) -> Actor:
    person = people[role]
    return Actor(person.key, person.username, person.name, role)


def _propose(database: Database, author: Actor, *, title: str = "Refunds take longer") -> int:
    """An edit of an article, proposed."""
    with database.transaction() as session:
        live = publish(SYSTEM, ArticleRecord("refunds", "Refunds", BEFORE, locale="en"), session=session)
        edit = new_edit(SYSTEM, session=session, article_id=live.article_id, body=AFTER)
        return propose_edit(author, edit.key, title=title, why="The bank changed.", session=session).key


def _replay(
    database: Database, proposal_id: int, *, runs: Mapping[str, int] | None = None, **report: Any
) -> None:
    """A replay of the changes as they are, against the build in force, that found this."""
    settings = get_settings()
    actions = catalogue_digest(database=database, settings=settings)
    with database.transaction() as session:
        build = standing_build(session=session, settings=settings, actions=actions)
        view = get_proposal(SYSTEM, proposal_id, session=session)
        session.add(
            Replay(
                proposal_id=proposal_id,
                state="finished",
                changes_digest=view.digest,
                before_build=build.id,
                after_build="f" * 64,
                **(runs or {}),
                finished_at=now(),
                report={
                    "word": "unclear",
                    "words": "No difference worth speaking of.",
                    "errors_share": 0.0,
                    "critical_worse": [],
                    "flips": 0,
                    "n": 40,
                    **report,
                },
            )
        )


def _open(signed_in: SignedIn, role: Role, **address: str | int) -> AppTest:
    app = signed_in(role)
    app.switch_page(PAGE)
    for name, value in address.items():
        app.query_params[name] = str(value)
    return app.run()


def _words(app: AppTest) -> str:
    found = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.success]
    found += [*app.warning, *app.error]
    return " ".join(str(each.value) for each in found).replace("\\", "").replace("\u2060", "")


def _labels(app: AppTest) -> set[str]:
    return {each.label for each in app.main.button}


def _primary(app: AppTest) -> list[str]:
    return [each.label for each in app.main.button if each.proto.type == "primary"]


def _live(database: Database) -> str:
    with database.reading() as session:
        live = select(ArticleVersion.body).where(ArticleVersion.id == Article.live_version_id)
        return session.exec(live).one()


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_empty_lists_say_what_comes_here(signed_in: SignedIn, database: Database, role: Role) -> None:
    app = _open(signed_in, role)
    assert not app.exception
    assert "No proposal waits" in _words(app)
    app = _open(signed_in, role, tab="History")
    assert not app.exception
    assert "Nothing was released yet" in _words(app)
    app = _open(signed_in, role, proposal=12)
    assert not app.exception
    assert "There is no such proposal" in _words(app)


def test_the_list_names_changes_state_and_verdict(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    key = _propose(database, _actor(people, Role.SPECIALIST))
    app = _open(signed_in, Role.MANAGER)
    row = app.dataframe[0].value.iloc[0]
    assert (row["Title"], row["Changes"], row["State"]) == (
        "Refunds take longer",
        "Refunds",
        "Not replayed yet",
    )
    assert row["By"] == "The specialist"
    _replay(database, key, word="worse", flips=3)
    app.run()
    row = app.dataframe[0].value.iloc[0]
    assert (row["State"], row["Replay"]) == ("Waits for a review", "Worse, 3 changed")
    app.query_params["proposal"] = str(key)
    app.run()
    assert app.title[0].value.replace("\\", "") == "Refunds take longer"


def test_a_change_is_shown_by_its_words_and_the_gate_in_sentences(
    signed_in: SignedIn, database: Database, people: People, texts: list[list[components.Segment]]
) -> None:
    key = _propose(database, _actor(people, Role.SPECIALIST))
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    assert not app.exception
    assert _primary(app) == ["Replay"]
    assert {"text": "five ", "kind": "delete"} in texts[0]
    assert {"text": "nine [", "kind": "insert"} in texts[0]
    assert sum(len(each["text"]) for each in texts[0]) < len(BEFORE), (
        "what is far from the change is left out"
    )
    words = _words(app)
    assert "The bank changed." in words
    assert "These very changes were replayed" in words
    assert "They have not been replayed." in words
    assert not {"Approve", "Return", "Override the gate", "Release"} & _labels(app)


def test_the_words_of_many_changes_are_folded_and_counted(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    author = _actor(people, Role.SPECIALIST)
    key = _propose(database, author)
    for name in ("second", "third"):
        app = _open(signed_in, Role.SPECIALIST, proposal=key)
        assert not [each.label for each in app.main.expander if "taken out" in each.label]
        with database.transaction() as session:
            record = ArticleRecord(name, name.title(), "Open the page. Press the button.", locale="en")
            live = publish(SYSTEM, record, session=session)
            edit = new_edit(SYSTEM, session=session, article_id=live.article_id, body="Open the new page.")
            propose_edit(author, edit.key, session=session, proposal_id=key)
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    assert not app.exception
    labels = [each.label for each in app.main.expander if "taken out" in each.label]
    assert labels == ["2 words added, 1 taken out", "1 word added, 3 taken out", "1 word added, 3 taken out"]


def test_what_the_replay_found_is_shown_flips_first(
    signed_in: SignedIn, database: Database, people: People, texts: list[list[components.Segment]]
) -> None:
    key = _propose(database, _actor(people, Role.SPECIALIST))
    made = [Made(name=f"Case {at} <b>", critical=at == 1) for at in range(6)]
    version = make_suite(database, made)
    said = {each.version_id: [Said(text="It takes [five](x) days.")] for each in made}
    runs = {"baseline_run_id": make_run(database, version, said)}
    said[made[1].version_id] = [Said(passed=False, text="It takes nine days.")]
    runs["candidate_run_id"] = make_run(database, version, said, build_id="f" * 64)
    ref = {"title": "Refunds", "heading": "Refunds", "article": 1, "article_id": 1}
    search = {"query": "refund?", "case_id": None, "version_id": made[1].version_id}
    report = {
        "counts": {"cases": 1, "conversations": 0, "searches": 1},
        "retrieval": [{**search, "gone": [ref], "came": [], "changed_text": []}],
    }
    _replay(database, key, runs=runs, word="worse", words="Worse: 17 points.", flips=1, **report)
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    assert not app.exception
    assert app.error[0].value.replace("\\", "") == "Worse: 17 points."
    words = _words(app)
    assert "1 case changed: 1 worse, 0 better." in words
    assert "Case 1 <b>" in words
    part = app.segmented_control(key="replay_part_1")
    assert part.options[0] == "Cases that changed (1)"
    part.set_value("search").run()
    assert not app.exception
    table = next(each.value for each in app.dataframe if "Searched for" in each.value.columns)
    assert table.iloc[0].tolist() == ["Case 1 <b>", "refund?", "No longer Refunds"]
    app.segmented_control(key="replay_part_1").set_value("around").run()
    assert not app.exception
    assert "Every case cites the same articles as before." in _words(app)
    app = _open(signed_in, Role.REP, proposal=key)
    assert not app.exception
    assert "Case 1" not in _words(app), "reps do not read evals"


@pytest.mark.parametrize(
    ("state", "said"),
    [("running", "Asking the build with the changes: 30 of 40 answers"), ("failed", "It broke.")],
)
def test_how_far_a_replay_is_and_why_it_ended(
    signed_in: SignedIn, database: Database, people: People, state: str, said: str
) -> None:
    key = _propose(database, _actor(people, Role.SPECIALIST))
    _replay(database, key)
    with database.transaction() as session:
        replay = session.exec(select(Replay)).one()
        replay.state, replay.step, replay.total, replay.error = state, "candidate", 40, "It broke."
        replay.finished_at, replay.report = None, {}
        session.add(replay)
        session.add_all(
            ReplayAnswer(replay_id=replay.key, conversation_id=at, side="after") for at in range(30)
        )
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    assert not app.exception
    assert said in _words(app)
    if state == "failed":
        assert _primary(app) == ["Replay again"]
        return
    assert _primary(app) == []
    app.button(key="replay_stop").click().run()
    assert not app.exception
    with database.reading() as session:
        assert session.exec(select(Replay)).one().stopping


def test_reps_look_and_do_not_act(signed_in: SignedIn, database: Database, people: People) -> None:
    others = _propose(database, _actor(people, Role.SPECIALIST))
    app = _open(signed_in, Role.REP)
    assert "No proposal waits" in _words(app), "theirs only"
    with database.transaction() as session:
        mine = session.get_one(Proposal, others)
        mine.author_id = people[Role.REP].key
        session.add(mine)
    app.run()
    assert len(app.dataframe[0].value) == 1
    app = _open(signed_in, Role.REP, proposal=others)
    assert not app.exception
    assert _primary(app) == []
    assert _labels(app) <= {"All proposals", "Withdraw"}
    assert "It has to be replayed by a specialist or a manager first." in _words(app)


def test_a_second_person_approves_and_it_goes_live_and_back(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    key = _propose(database, _actor(people, Role.SPECIALIST))
    _replay(database, key)
    mine = _open(signed_in, Role.SPECIALIST, proposal=key)
    assert _primary(mine) == []
    assert "It waits for a second person" in _words(mine)

    app = _open(signed_in, Role.MANAGER, proposal=key)
    assert _primary(app) == ["Approve"]
    app.button(key="proposal_approve").click().run()
    app.text_area(key=f"proposal_approve_note_{key}").set_value("Read with legal")
    app.button(key="proposal_approve_confirm").click().run()
    assert not app.exception
    app = _open(signed_in, Role.MANAGER, proposal=key)
    assert "Read with legal" in _words(app)
    assert _primary(app) == ["Release"]
    assert _live(database) == BEFORE
    app.button(key="proposal_release").click().run()
    app.button(key="proposal_release_confirm").click().run()
    assert not app.exception
    assert "nine [days](x)" in _live(database)

    app = _open(signed_in, Role.SPECIALIST, tab="History")
    with database.reading() as session:
        release = session.exec(select(Release)).one()
    assert "Refunds take longer" in _words(app)
    app.button(key=f"release_back_{release.key}").click().run()
    app.button(key="release_back_confirm").click().run()
    assert "Write why it is rolled back" in app.toast[0].value
    assert "nine" in _live(database)
    app.run()
    app.button(key=f"release_back_{release.key}").click().run()
    app.text_area(key=f"release_back_reason_{release.key}").set_value("Customers complain")
    app.button(key="release_back_confirm").click().run()
    assert not app.exception
    assert _live(database) == BEFORE
    app = _open(signed_in, Role.REP, tab="History")
    words = _words(app)
    assert "Rollback: Refunds take longer" in words
    assert "Customers complain" in words
    assert "Roll back" not in _labels(app)


def test_a_closed_gate_opens_for_a_managers_reason_only(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    key = _propose(database, _actor(people, Role.REP))
    _replay(database, key, word="worse", words="Worse: 20 points.", critical_worse=["Lost card"])
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    words = _words(app)
    assert "1 critical case would fail: “Lost card”." in words
    assert "The gate is closed." in words
    assert _primary(app) == []
    assert "Override the gate" not in _labels(app)
    assert {"Approve", "Return"} <= _labels(app)

    app = _open(signed_in, Role.MANAGER, proposal=key)
    app.button(key="proposal_override").click().run()
    assert "Worse: 20 points." in _words(app)
    app.text_area(key=f"proposal_override_reason_{key}").set_value("Because")
    app.button(key="proposal_override_confirm").click().run()
    assert "at least 20 characters" in app.toast[0].value
    app.run()
    app.button(key="proposal_override").click().run()
    assert app.text_area(key=f"proposal_override_reason_{key}").value == "Because"
    app.text_area(key=f"proposal_override_reason_{key}").set_value(REASON)
    app.button(key="proposal_override_confirm").click().run()
    assert not app.exception
    app = _open(signed_in, Role.MANAGER, proposal=key)
    assert REASON in _words(app)
    assert _primary(app) == ["Release"]
    app.button(key="proposal_release").click().run()
    app.button(key="proposal_release_confirm").click().run()
    app = _open(signed_in, Role.SPECIALIST, tab="History")
    assert REASON in _words(app), "and it stays visible"
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    assert "The gate when it was released" in _words(app)
    assert REASON in _words(app)


def test_what_changed_in_another_tab_is_said_and_nothing_typed_is_lost(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    author = _actor(people, Role.SPECIALIST)
    key = _propose(database, author)
    app = _open(signed_in, Role.MANAGER, proposal=key)
    app.button(key="proposal_return").click().run()
    with database.transaction() as session:
        update_proposal(author, key, title="Another title", why="", revision=None, session=session)
    typed = f"proposal_return_note_{key}"
    app.text_area(key=typed).set_value("Name the source of the nine days")
    app.button(key="proposal_return_confirm").click().run()
    assert "was changed meanwhile" in app.toast[0].value
    with database.reading() as session:
        assert session.get_one(Proposal, key).state == "draft"
    app.run()
    assert app.title[0].value == "Another title"
    app.button(key="proposal_return").click().run()
    assert app.text_area(key=typed).value == "Name the source of the nine days"
    app.button(key="proposal_return_confirm").click().run()
    assert not app.exception
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    assert "Name the source of the nine days" in _words(app)
    assert "Returned to its author" in _words(app)
    _replay(database, key)
    app = _open(signed_in, Role.MANAGER, proposal=key)
    assert _primary(app) == [], "its author is to change it first"
    assert "It is back with The specialist, to be changed as asked." in _words(app)
    assert "Approve" in _labels(app)


def test_a_title_begins_with_what_is_stored_and_what_was_typed_stays(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    author = _actor(people, Role.SPECIALIST)
    key = _propose(database, author)
    app = _open(signed_in, Role.SPECIALIST, proposal=key)
    app.button(key="proposal_edit").click().run()
    title = f"proposal_title_{key}"
    assert app.text_input(key=title).value == "Refunds take longer"
    with database.transaction() as session:
        update_proposal(author, key, title="Another title", why="", revision=None, session=session)
    app.run()
    app.button(key="proposal_edit").click().run()
    assert app.text_input(key=title).value == "Another title", "not what it was when it was first opened"
    app.text_input(key=title).set_value("A third one")
    app.button(key="proposal_edit_confirm").click().run()
    assert not app.exception
    with database.reading() as session:
        assert session.get_one(Proposal, key).title == "A third one"


def test_a_release_whose_scores_fell_is_kept_with_a_reason_only(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    key = _propose(database, _actor(people, Role.SPECIALIST))
    _replay(database, key)
    manager, settings = _actor(people, Role.MANAGER), get_settings()
    with database.transaction() as session:
        review(manager, key, approve=True, revision=None, session=session)
    release = ship(manager, key, database=database, settings=settings)
    with database.transaction() as session:
        stored = session.get_one(Release, release.key)
        stored.watch_state, stored.watch = "fallen", {"falls": [{"words": "Polite fell by 9 points."}]}
        session.add(stored)
    app = _open(signed_in, Role.MANAGER, tab="History", release=release.key)
    assert "Polite fell by 9 points." in app.error[0].value.replace("\\", "")
    assert _primary(app) == ["Roll back"]
    words = _words(app)
    assert "“Refunds” version 2 instead of 1" in words, "what it changed of the build"
    app.button(key=f"release_keep_{release.key}").click().run()
    app.button(key="release_keep_confirm").click().run()
    assert "Write why" in app.toast[0].value
    app.run()
    app.button(key=f"release_keep_{release.key}").click().run()
    app.text_area(key=f"release_keep_reason_{release.key}").set_value("A holiday week")
    app.button(key="release_keep_confirm").click().run()
    assert not app.exception
    app = _open(signed_in, Role.REP, tab="History")
    assert "A holiday week" in _words(app)
    assert not app.error
