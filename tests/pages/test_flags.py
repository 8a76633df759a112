"""Flags without a browser: the dialog in Assist, and the Flags page, as each role is shown them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.criteria import ensure_criteria, retire_criterion
from core.database import Database
from core.evals import Flag, accept_flag, dismiss_flag, raise_flag
from core.identity import SYSTEM, Actor, Person, Role, actor_of
from pages.rep import flagging
from pages.rep.shortcuts import SHORTCUTS
from tests.core.conversations.make import load, record, said, stored_id
from tests.core.evals.making import reply
from tests.pages.assisting import (
    labels,
    opened,
    press,
    raw,
    scripted_system,
    texts,
    waiting_customer,
    write_draft,
)
from tests.pages.conftest import SignedIn

FLAGS = "rep/flags.py"
TEXT = "Hello 👋🏽 as I told you, refunds take 3 days."
WORDS = "as I told you"
SPAN = {"start": TEXT.index(WORDS), "end": TEXT.index(WORDS) + len(WORDS)}


@pytest.fixture
def draft_id(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """A draft on screen in Assist, in conversation ``c1``."""
    scripted_system(monkeypatch)
    with database.transaction() as session:
        ensure_criteria(session=session)
    return write_draft(database, waiting_customer(database), decision="answer", text=TEXT).key


def actor(people: dict[Role, Person], role: Role) -> Actor:
    return actor_of(people[role])


def ask(app: AppTest, conversation: int, **marked: Any) -> AppTest:
    """What the browser does when somebody presses S or W."""
    asked = flagging._Asked("t", conversation, marked)  # type: ignore[arg-type]
    app.session_state["flag_open"] = asked
    app = app.run()
    assert not app.exception
    return app


def raised(database: Database, who: Actor, subject_id: int, **rest: Any) -> Flag:
    values = {"subject_type": "draft", "strength": "weak", "criterion": "polite"} | rest
    with database.transaction() as session:
        return raise_flag(who, session=session, subject_id=subject_id, **values)


def stored(database: Database) -> list[Flag]:
    with database.reading() as session:
        return list(session.exec(select(Flag)))


def radio(app: AppTest, ending: str) -> Any:
    return next(each for each in app.radio if (each.key or "").endswith(ending))


def test_words_of_the_draft_are_flagged_as_weak(
    signed_in: SignedIn, database: Database, draft_id: int
) -> None:
    app = ask(opened(signed_in), stored_id(database), type="draft", id=draft_id, strength="weak", **SPAN)
    assert [each.value for each in app.text_area if (each.key or "").startswith("flag_")] == [WORDS]
    radio(app, "_criterion").set_value("polite").run()
    next(each for each in app.text_area if (each.key or "").endswith("_better")).set_value("sadly")
    app = press(app, "Save flag")
    (flag,) = stored(database)
    assert (flag.strength, flag.better, flag.span) == ("weak", "sadly", {**SPAN, "text": WORDS})
    assert "Save flag" not in labels(app)
    assert "See what becomes of it" in "".join(each.value for each in app.toast)


def test_the_quote_left_as_it_is_is_no_better_wording(
    signed_in: SignedIn, database: Database, draft_id: int
) -> None:
    app = ask(opened(signed_in), stored_id(database), type="draft", id=draft_id, strength="weak", **SPAN)
    press(app, "Save flag")
    assert [flag.better for flag in stored(database)] == [""]


def test_a_criterion_retired_while_the_dialog_is_open_loses_nothing(
    signed_in: SignedIn, database: Database, people: dict[Role, Person], draft_id: int
) -> None:
    app = ask(opened(signed_in), stored_id(database), type="draft", id=draft_id, strength="strong")
    radio(app, "_criterion").set_value("polite").run()
    with database.transaction() as session:
        retire_criterion(actor(people, Role.SPECIALIST), "polite", session=session)
    next(each for each in app.text_area if (each.key or "").endswith("_better")).set_value("my words")
    app = press(app, "Save flag")
    assert "retired" in "".join(each.value for each in app.toast)
    assert stored(database) == []
    assert "my words" in [each.value for each in app.text_area]
    app = app.run()
    assert not any("polite" in option for option in radio(app, "_criterion").options)
    press(app, "Save flag")
    assert [flag.better for flag in stored(database)] == ["my words"]


@pytest.mark.parametrize(
    "marked",
    [
        {"type": "draft", "id": 999},
        {"type": "conversation", "id": 1},
        {"type": "draft", "start": 40, "end": 400},
        {"type": "draft", "start": -3, "end": 2},
    ],
)
def test_what_a_browser_makes_up_is_refused(
    signed_in: SignedIn, database: Database, draft_id: int, marked: dict[str, Any]
) -> None:
    app = ask(opened(signed_in), stored_id(database), **({"id": draft_id, "strength": "weak"} | marked))
    assert "Save flag" not in labels(app)
    assert app.toast
    assert stored(database) == []


def test_a_draft_of_another_conversation_is_refused(
    signed_in: SignedIn, database: Database, draft_id: int
) -> None:
    load(database, [record("other", said("customer", "Hi"))])
    app = opened(signed_in)
    app.query_params["conversation"] = str(stored_id(database, "other"))
    app = ask(app.run(), stored_id(database, "other"), type="draft", id=draft_id, strength="weak")
    assert "Save flag" not in labels(app)
    assert "not in this conversation" in "".join(each.value for each in app.toast)


def test_the_sheet_of_shortcuts_names_the_keys() -> None:
    assert "S / W" in SHORTCUTS


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_empty_says_how_to_flag_or_that_nothing_waits(signed_in: SignedIn, role: Role) -> None:
    app = signed_in(role, FLAGS)
    assert not app.exception
    assert ("press **S**" in raw(app)) is (role is Role.REP)
    assert ("No flag waits" in raw(app)) is (role is not Role.REP)


def test_admins_see_no_flags(signed_in: SignedIn) -> None:
    assert "not part of your role" in " ".join(each.value for each in signed_in(Role.ADMIN, FLAGS).subheader)


def test_a_rep_reads_what_became_of_a_flag_and_may_withdraw_an_open_one(
    signed_in: SignedIn, database: Database, people: dict[Role, Person], draft_id: int
) -> None:
    flag = raised(database, actor(people, Role.REP), draft_id, span=SPAN, better="<b>sorry</b>")
    app = signed_in(Role.REP, FLAGS)
    assert not app.exception
    assert "Waits for a specialist" in texts(app)
    assert "Accept as eval case" not in labels(app)
    with database.transaction() as session:
        dismiss_flag(SYSTEM, flag.key, session=session, reason="A *matter* of taste")
    app = app.run()
    assert "A *matter* of taste" in texts(app)
    assert "A *matter* of taste" not in raw(app)
    assert "Withdraw" not in labels(app)
    second = raised(database, actor(people, Role.REP), draft_id, criterion="clear")
    press(app.run(), "Withdraw")
    assert {each.key: each.state for each in stored(database)} == {
        flag.key: "dismissed",
        second.key: "withdrawn",
    }


def test_a_rep_reads_what_others_say_about_their_replies(
    signed_in: SignedIn, database: Database, people: dict[Role, Person], draft_id: int
) -> None:
    sent = reply(database, actor(people, Role.REP), stored_id(database), TEXT)
    specialist = actor(people, Role.SPECIALIST)
    raised(database, specialist, sent.reply.key, subject_type="reply", strength="strong", note="Well put")
    app = signed_in(Role.REP, FLAGS)
    app = app.segmented_control(key="flags_view").set_value("About my replies").run()
    assert not app.exception
    assert "Your reply" in texts(app)
    assert "The specialist" in texts(app)
    assert "Withdraw" not in labels(app)


def test_a_specialist_accepts_dismisses_and_takes_back(
    signed_in: SignedIn, database: Database, people: dict[Role, Person], draft_id: int
) -> None:
    rep = actor(people, Role.REP)
    for criterion in ("polite", "clear"):
        raised(database, rep, draft_id, criterion=criterion)
    app = signed_in(Role.SPECIALIST, FLAGS)
    app = press(app, "Accept as eval case")  # the newest: clear
    app = press(app, "Dismiss")
    assert "Say why" in "".join(each.value for each in app.toast)
    next(each for each in app.text_input if (each.key or "").startswith("flag_reason_")).set_value("Taste")
    app = press(app, "Dismiss")
    assert [each.state for each in stored(database)] == ["dismissed", "accepted"]
    assert "No flag waits" in raw(app)
    app = app.segmented_control(key="flags_view").set_value("All").run()
    press(app, "Take the decision back")
    assert [each.state for each in stored(database)] == ["dismissed", "open"]


def test_a_second_window_that_is_late_is_told_so(
    signed_in: SignedIn, database: Database, people: dict[Role, Person], draft_id: int
) -> None:
    flag = raised(database, actor(people, Role.REP), draft_id)
    app = signed_in(Role.SPECIALIST, FLAGS)
    with database.transaction() as session:
        accept_flag(SYSTEM, flag.key, session=session)
    next(each for each in app.text_input if (each.key or "").startswith("flag_reason_")).set_value("Taste")
    app = press(app, "Dismiss")
    assert "already" in "".join(each.value for each in app.toast)
    assert [each.state for each in stored(database)] == ["accepted"]


def test_a_manager_reads_all_and_decides_nothing(
    signed_in: SignedIn, database: Database, people: dict[Role, Person], draft_id: int
) -> None:
    raised(database, actor(people, Role.REP), draft_id)
    app = signed_in(Role.MANAGER, FLAGS)
    assert not app.exception
    assert "The rep" in texts(app)
    assert not {"Accept as eval case", "Dismiss", "Withdraw"} & labels(app)


def test_a_manager_has_no_flag_dialog(signed_in: SignedIn, database: Database, draft_id: int) -> None:
    app = opened(signed_in, Role.MANAGER)
    app = ask(app, stored_id(database), type="draft", id=draft_id, strength="weak")
    assert "Save flag" not in labels(app)
