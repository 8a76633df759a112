"""The traces page: who sees it, the list, one run, and links to it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.assist import Build, Draft
from core.database import Database, now
from core.identity import Role
from core.traces import purge_texts, recording, step
from pages.specialist.trace_timeline import milliseconds
from pages.specialist.trace_view import build_in_words
from tests.core.assist.making import conversation
from tests.core.traces.making import record, recorder
from tests.pages.conftest import SignedIn

PAGE = "specialist/traces.py"


def _shown(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "info", "warning", "error", "code", "subheader")
    texts = [str(each.value) for kind in kinds for each in app.get(kind)]
    texts += [str(each.proto.body) for each in app.get("html")]
    return "\n".join([*texts, *(each.label for each in app.expander)])


def _open(signed_in: SignedIn, role: Role = Role.SPECIALIST, **address: str) -> AppTest:
    app = signed_in(role, page=PAGE)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_an_empty_list_says_so(signed_in: SignedIn) -> None:
    assert "Nothing has run yet" in _shown(_open(signed_in))


def test_admins_do_not_see_it(signed_in: SignedIn) -> None:
    assert "not part of your role" in _shown(_open(signed_in, Role.ADMIN))


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_the_list_shows_the_newest_first(database: Database, signed_in: SignedIn, role: Role) -> None:
    record(database, draft_id=3, conversation_id=5, model="offline")
    keeps = recorder(database)
    with recording("draft", recorder=keeps, draft_id=4, conversation_id=6) as run:
        run.finish("error", error="ProviderError")
    keeps.close()
    app = _open(signed_in, role)
    table = app.dataframe[0].value
    assert list(table["Draft"]) == [4, 3]
    assert list(table["Status"]) == ["Failed", "Done"]
    assert list(table["Tokens"]) == [0, 120]
    app.selectbox(key="traces_status").select("error").run()
    assert list(app.dataframe[0].value["Draft"]) == [4]
    app.selectbox(key="traces_status").set_value(None)
    app.text_input(key="traces_conversation").set_value("5").run()
    assert list(app.dataframe[0].value["Draft"]) == [3]
    app.text_input(key="traces_conversation").set_value("x").run()
    assert "made of digits" in _shown(app)


def test_one_run_with_what_its_steps_got_and_gave(database: Database, signed_in: SignedIn) -> None:
    trace_id = record(database, "refund <b>now</b>", draft_id=3, model="openai/small")
    shown = _shown(_open(signed_in, trace=trace_id))
    assert "Trace of draft 3" in shown
    assert "knowledge base" in shown
    assert "refund <b>now</b>" in shown  # as code, never as HTML
    assert "100 in, 20 out" in shown
    assert "trace-retrieval" in shown


def test_a_draft_links_to_its_newest_trace(database: Database, signed_in: SignedIn) -> None:
    record(database, draft_id=3)
    app = _open(signed_in, draft="3")
    assert "Trace of draft 3" in _shown(app)
    app.button(key="trace_back").click().run()
    assert "draft" not in app.query_params
    assert app.dataframe
    for missing in ({"draft": "99"}, {"trace": "trace_x"}):
        assert "There is no trace" in _shown(_open(signed_in, **missing))


def test_why_it_did_not_answer_and_with_which_build(database: Database, signed_in: SignedIn) -> None:
    case = conversation(database, "My site is down.")
    with database.transaction() as session:
        session.add(
            Build(id="b1", contents={"model": {"provider": "offline"}, "instructions": {"version": 7}})
        )
        draft = Draft(
            conversation_id=case, state="ready", decision="abstain", reason="missing_knowledge",
            question="Which plan is it?", score=0.31, build_id="b1", finished_at=now(),
        )  # fmt: skip
        session.add(draft)
        session.flush()
        key = draft.key
    keeps = recorder(database)
    with recording("draft", recorder=keeps, draft_id=key, conversation_id=case, build_id="b1"):
        with step("guardrail", "reply") as seen:
            seen.note(found=["unsupported_sentence"], blocked=True)
        with step("abstention", "is it right?", score=0.31, threshold=0.8):
            pass
    keeps.close()
    shown = _shown(_open(signed_in, draft=str(key)))
    assert "The AI did not answer" in shown
    assert "The knowledge base does not answer this" in shown
    assert "Which plan is it?" in shown
    assert "31%" in shown
    assert "unsupported sentence" in shown
    assert "Instructions version 7" in shown.replace("\\", "")


def test_removed_text_is_said_so(database: Database, signed_in: SignedIn) -> None:
    trace_id = record(database)
    purge_texts(database=database, older_than_days=0)
    shown = _shown(_open(signed_in, trace=trace_id))
    assert "has been removed" in shown
    assert "masked" not in shown


def test_names_are_never_html(database: Database, signed_in: SignedIn) -> None:
    keeps = recorder(database)
    with recording("<img src=x>", recorder=keeps) as run, step("tool", "<script>alert(1)</script>"):
        pass
    keeps.close()
    app = _open(signed_in, trace=run.id)
    html = "".join(str(each.proto.body) for each in app.get("html"))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_words() -> None:
    shown = [milliseconds(value) for value in (0, 0.04, 0.43, 12, 3400)]
    assert shown == ["0 ms", "< 0.1 ms", "0.4 ms", "12 ms", "3,400 ms"]
    assert build_in_words({}) == ["Written by the offline model (unknown provider)."]
    assert "2 guardrails, 1 of which block." in build_in_words({"guardrails": {"a": "block", "b": "warn"}})


def test_conversations_are_linked(database: Database, signed_in: SignedIn) -> None:
    case = conversation(database, "My site is down.")
    trace_id = record(database, draft_id=3, conversation_id=case)
    app = _open(signed_in, trace=trace_id)
    assert any(f"Conversation {case}" in str(each.proto) for each in app.get("page_link"))
