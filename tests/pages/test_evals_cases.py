"""The Cases tab: who sees what, reviewing, editing by two, writing one by hand, suggestions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.database import Database
from core.evals import EvalCase, accept_case, add_members, change_case, create_case, create_suite
from core.identity import SYSTEM, Role, actor_of
from tests.core.evals.making import bring_articles, open_case, reply, write_draft
from tests.pages.conftest import SignedIn

PAGE = "specialist/evals/page.py"
LONG = "A very long question. " * 200
GERMAN = "Wo bleibt meine Erstattung für die Rechnung vom März? <b>#1</b> [x](http://a.b)"


def opened(signed_in: SignedIn, role: Role, tab: str = "Cases", **address: str) -> AppTest:
    app = signed_in(role)
    for name, value in {"tab": tab, **address}.items():
        app.query_params[name] = value
    app.switch_page(PAGE)
    for name, value in {"tab": tab, **address}.items():
        app.query_params[name] = value
    return app.run()


def words(app: AppTest) -> str:
    shown = (*app.markdown, *app.caption, *app.warning, *app.info, *app.subheader)
    return "\n".join(str(each.value) for each in shown).replace("\\", "").replace("\u2060", "")


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.button]


def write(database: Database, said: str, **rest: Any) -> int:
    with database.transaction() as session:
        return create_case(
            SYSTEM,
            session=session,
            **(
                {
                    "name": said[:100],
                    "messages": [{"author": "customer", "text": said}],
                    "expectations": [{"kind": "contains", "texts": ["Billing"]}],
                }
                | rest
            ),
        ).key


def stored(database: Database, case_id: int) -> EvalCase:
    with database.reading() as session:
        return session.get_one(EvalCase, case_id)


def names(app: AppTest) -> list[str]:
    return list(next(each.value["Name"] for each in app.dataframe if "Name" in each.value.columns))


def test_it_is_no_part_of_a_reps_work(signed_in: SignedIn, database: Database) -> None:
    write(database, "Where is my invoice?")
    app = opened(signed_in, Role.REP)
    assert "not part of your role" in app.subheader[0].value
    assert "invoice" not in words(app)


def test_an_empty_list_says_how_cases_come_to_be(signed_in: SignedIn) -> None:
    app = opened(signed_in, Role.SPECIALIST)
    assert not app.exception
    assert "There is no case yet" in words(app)
    assert {"New case", "Suggestions"} <= set(labels(app))
    manager = opened(signed_in, Role.MANAGER)
    assert not manager.exception
    assert not {"New case", "Suggestions"} & set(labels(manager))


def test_texts_of_every_kind_are_shown_as_they_are(signed_in: SignedIn, database: Database) -> None:
    write(database, LONG, name=LONG[:300])
    case_id = write(database, GERMAN, locale="de", channel="email", tags=["größer"], theme="refund_request")
    app = opened(signed_in, Role.SPECIALIST, case=str(case_id))
    assert not app.exception
    assert len(names(app)) == 2
    shown = words(app)
    assert GERMAN in shown, "its name"
    assert "Says “Billing”" in shown
    assert "refund request" in shown
    assert f"Case {case_id} · E-mail · German" in shown
    assert [each.label for each in app.button if each.proto.type == "primary"] == ["Accept"]


def test_accept_dismiss_and_take_back(signed_in: SignedIn, database: Database) -> None:
    case_id = write(database, "Where is my invoice?")
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key=f"case_accept_{case_id}").click().run()
    assert stored(database, case_id).state == "accepted"
    assert "You accepted it" in words(app)
    app.button(key=f"case_reopen_{case_id}").click().run()
    app.text_input(key=f"case_reason_{case_id}").set_value("").run()
    next(each for each in app.button if each.label == "Dismiss" and each.form_id).click().run()
    assert stored(database, case_id).state == "candidate"
    assert "Say why" in app.toast[0].value
    app.text_input(key=f"case_reason_{case_id}").set_value("Not typical")
    next(each for each in app.button if each.label == "Dismiss" and each.form_id).click().run()
    assert stored(database, case_id).decision_reason == "Not typical"
    assert "You dismissed it" in words(app)
    assert "Not typical" in words(app)


def test_a_manager_looks_and_does_not_change(signed_in: SignedIn, database: Database) -> None:
    write(database, "Where is my invoice?")
    app = opened(signed_in, Role.MANAGER)
    assert not app.exception
    assert "Says “Billing”" in words(app)
    assert not {"Accept", "Edit", "New case", "Add"} & set(labels(app))


def test_filters_narrow_the_list(signed_in: SignedIn, database: Database) -> None:
    accepted = write(database, "Where is my invoice?", theme="invoices")
    write(database, "Refund me", theme="refunds")
    with database.transaction() as session:
        accept_case(SYSTEM, accepted, session=session)
    app = opened(signed_in, Role.SPECIALIST)
    app.selectbox(key="cases_filter_theme").set_value("refunds").run()
    assert names(app) == ["Refund me"]
    app.selectbox(key="cases_filter_state").set_value("accepted").run()
    assert "No case is like this" in words(app)
    app.selectbox(key="cases_filter_theme").set_value(None).run()
    assert names(app) == ["Where is my invoice?"]
    app.text_input(key="cases_filter_text").set_value("nothing like it").run()
    assert not app.exception
    assert "No case is like this" in words(app)


def test_editing(signed_in: SignedIn, database: Database) -> None:
    case_id = write(database, "Where is my invoice?")
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key=f"case_edit_{case_id}").click().run()
    prefix = f"case_edit_{case_id}_"
    assert [each.label for each in app.button if each.proto.type == "primary"] == ["Save"]
    app.text_input(key=f"{prefix}name").set_value("About invoices")
    app.multiselect(key=f"{prefix}tags").set_value(["billing"])
    app.selectbox(key=f"{prefix}new_kind").set_value("not_contains").run()
    app.button(key=f"{prefix}new_add").click().run()
    assert "missing" in words(app), "said where it is, and nothing is lost"
    app.text_area(key=f"{prefix}new_0_not_contains_texts").set_value("your fault\nas I said")
    app.button(key=f"{prefix}new_add").click().run()
    app.button(key=f"{prefix}expected_remove_0").click().run()
    app.button(key=f"{prefix}save").click().run()
    assert not app.exception
    case = stored(database, case_id)
    assert (case.name, case.tags, case.revision) == ("About invoices", ["billing"], 2)
    assert case.expectations == [{"kind": "not_contains", "texts": ["your fault", "as I said"]}]
    assert "Accept" in labels(app)


def test_two_who_edit_see_both_texts(signed_in: SignedIn, database: Database) -> None:
    case_id = write(database, "Where is my invoice?")
    prefix = f"case_edit_{case_id}_"
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key=f"case_edit_{case_id}").click().run()
    app.text_input(key=f"{prefix}name").set_value("My name for it").run()
    with database.transaction() as session:
        change_case(SYSTEM, case_id, session=session, revision=1, name="Their name for it")
    app.button(key=f"{prefix}save").click().run()
    shown = words(app)
    assert "Ratchet changed the name" in shown
    assert "Stored: Their name for it" in shown
    assert "Yours: My name for it" in shown
    assert app.text_input(key=f"{prefix}name").value == "My name for it"
    assert stored(database, case_id).name == "Their name for it"
    app.button(key=f"{prefix}save").click().run()
    assert stored(database, case_id).name == "My name for it"


def test_keeping_what_the_other_wrote(signed_in: SignedIn, database: Database) -> None:
    case_id = write(database, "Where is my invoice?")
    prefix = f"case_edit_{case_id}_"
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key=f"case_edit_{case_id}").click().run()
    app.text_input(key=f"{prefix}name").set_value("Mine").run()
    with database.transaction() as session:
        change_case(SYSTEM, case_id, session=session, revision=1, name="Theirs")
    app.button(key=f"{prefix}save").click().run()
    app.button(key=f"{prefix}theirs").click().run()
    assert "**Theirs**" in words(app)
    app.button(key=f"case_edit_{case_id}").click().run()
    assert app.text_input(key=f"{prefix}name").value == "Theirs"


def test_a_case_by_hand_is_not_lost_on_the_way(signed_in: SignedIn, database: Database) -> None:
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key="cases_new").click().run()
    app.text_area(key="new_case_text_0").set_value("Where is my invoice?").run()
    app.button(key="new_case_go").click().run()
    assert "name" in app.toast[0].value
    assert app.text_area(key="new_case_text_0").value == "Where is my invoice?"
    app.text_input(key="new_case_name").set_value("Invoice").run()
    app.button(key="new_case_back").click().run()
    app.button(key="cases_new").click().run()
    assert app.text_input(key="new_case_name").value == "Invoice", "it is where it was left"
    app.button(key="new_case_message_more").click().run()
    app.selectbox(key="new_case_author_1").set_value("rep")
    app.text_area(key="new_case_text_1").set_value("Which one?").run()
    app.selectbox(key="new_case_x_new_kind").set_value("cites_something").run()
    app.button(key="new_case_x_new_add").click().run()
    app.text_area(key="new_case_customer").set_value("name: Ada\nseats: 3").run()
    app.button(key="new_case_go").click().run()
    assert not app.exception
    with database.reading() as session:
        case = session.exec(select(EvalCase)).one()
    assert [each["text"] for each in case.input["messages"]] == ["Where is my invoice?", "Which one?"]
    assert case.input["customer"]["name"] == "Ada"
    assert case.expectations == [{"kind": "cites_something"}]
    assert names(app) == ["Invoice"]
    app.button(key="cases_new").click().run()
    assert app.text_area(key="new_case_text_0").value == "", "the next one begins empty"


def test_writing_what_there_is_already_is_said(signed_in: SignedIn, database: Database) -> None:
    write(database, "Where do I find my invoice for March?", name="Twin")
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key="cases_new").click().run()
    app.text_area(key="new_case_text_0").set_value("where do I find my invoice for march").run()
    assert "nearly the same in “Twin”" in words(app)


def test_suggestions_become_cases(signed_in: SignedIn, database: Database, people: dict[Role, Any]) -> None:
    bring_articles(database)
    conversation = open_case(database)
    rep = actor_of(people[Role.REP])
    draft = write_draft(database, conversation)
    sent = reply(database, rep, conversation, "Quite another thing altogether", draft=draft).reply
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key="cases_suggestions").click().run()
    assert "100 % of the draft's words were changed" in words(app)
    app.button(key=f"case_suggestion_edit_{sent.key}_make").click().run()
    assert not app.exception
    with database.reading() as session:
        case = session.exec(select(EvalCase)).one()
    assert case.source == "edit"
    assert "Edited draft" in words(app) or "Reply is like" in words(app) or names(app)
    app.button(key="cases_suggestions").click().run()
    assert "No draft was rewritten lately" in words(app)
    for kind in ("label", "resolved"):
        app.segmented_control(key="case_suggestions_kind").set_value(kind).run()
        assert not app.exception


@pytest.mark.parametrize("secret", ["Where is my invoice?", GERMAN])
def test_held_out_cases_are_for_those_who_may_open_them(
    signed_in: SignedIn, database: Database, secret: str
) -> None:
    case_id = write(database, secret)
    other = write(database, "Something open")
    with database.transaction() as session:
        suite = create_suite(SYSTEM, session=session, title="Secret", held_out=True)
        add_members(SYSTEM, suite.key, [case_id], session=session)
    app = opened(signed_in, Role.SPECIALIST, case=str(case_id))
    assert not app.exception
    assert names(app) == ["Something open"]
    assert secret not in words(app)
    assert "held-out suite and is not yours to read" in words(app)
    assert "1 more are held out" in words(app)
    manager = opened(signed_in, Role.MANAGER, case=str(case_id))
    assert sorted(names(manager)) == sorted(["Something open", secret[:100]])
    assert secret in words(manager)
    assert other


def test_adding_to_a_held_out_suite_takes_it_out_of_view(signed_in: SignedIn, database: Database) -> None:
    case_id = write(database, "Where is my invoice?")
    with database.transaction() as session:
        create_suite(SYSTEM, session=session, title="Secret", held_out=True)
    app = opened(signed_in, Role.SPECIALIST)
    app.button(key=f"case_add_to_go_{case_id}").click().run()
    assert not app.exception
    assert "all held out" in words(app)
    assert "Where is my invoice?" not in words(app)
