"""The Approvals page: who sees what, who may decide, and that edits count."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.actions import ActionRequest, Catalogue, ask
from core.database import Database
from core.identity import Person, Role, actor_of
from pages.process import get_process
from tests.core.actions.scripted import Scripted, propose_refund
from tests.core.conversations.make import load, record, stored_id
from tests.pages.assisting import use_catalogue
from tests.pages.conftest import SignedIn

PAGE = "manager/approvals.py"


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    system = Scripted()
    use_catalogue(monkeypatch, Catalogue([system]))
    return system


@pytest.fixture
def asked(database: Database, people: dict[Role, Person], system: Scripted) -> ActionRequest:
    """A rep asks for a refund of 250 EUR."""
    return ask_for(database, people, 250)


def ask_for(database: Database, people: dict[Role, Person], amount: float) -> ActionRequest:
    load(database, [record()])
    catalogue = get_process().catalogue()
    request = propose_refund(
        database, catalogue, stored_id(database), amount, reason="The *outage* lasted two days."
    )
    return ask(
        actor_of(people[Role.REP]),
        request.key,
        database=database,
        catalogue=catalogue,
        revision=request.revision,
        note="Loyal customer",
    )


def reread(database: Database, request: ActionRequest) -> ActionRequest:
    with database.reading() as session:
        found = session.get(ActionRequest, request.id)
        assert found is not None
        return found


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.error, *app.warning]
    return " ".join(str(part.value) for part in parts).replace("\\", "")


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


@pytest.mark.parametrize("role", [Role.REP, Role.ADMIN])
def test_not_for_everybody(signed_in: SignedIn, asked: ActionRequest, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert not app.dataframe
    assert "Refund" not in texts(app)


def test_nothing_waits(signed_in: SignedIn, system: Scripted) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    assert "Nothing waits for a decision" in app.info[0].value
    assert not app.dataframe


def test_a_manager_sees_what_a_decision_needs(signed_in: SignedIn, asked: ActionRequest) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    row = app.dataframe[0].value.iloc[0]
    assert (row["Action"], row["Amount"], row["Customer"], row["Asked by"], row["Yours"]) == (
        "Refund an invoice",
        "250 EUR",
        "Ada Lovelace",
        "The rep",
        "yes",
    )
    said = texts(app)
    for words in (
        "Refund 250.00 EUR of INV-1.",
        "Loyal customer",
        "The *outage* lasted two days.",
        "Policy: Refunds within 30 days.",
    ):
        assert words in said
    change = app.dataframe[1].value
    assert list(change["Now"]) == ["2,000.00 EUR"]
    assert list(change["Afterwards"]) == ["1,750.00 EUR"]


def test_approving_with_an_edited_amount(
    signed_in: SignedIn,
    asked: ActionRequest,
    database: Database,
    system: Scripted,
    people: dict[Role, Person],
) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    app.text_input(f"approval_{asked.key}_{asked.revision}_argument_amount").set_value("120,50").run()
    assert "Refund 120.50 EUR" in texts(app)
    app = press(app, "Approve with edits")
    assert not app.exception
    get_process().executor.submit(asked.key).result(10)
    get_process().executor.carry_out_due()
    done = reread(database, asked)
    assert (done.status, done.decision, done.decided_by_id) == ("done", "edited", people[Role.MANAGER].id)
    assert [call.arguments["amount"] for call in system.calls] == [120.5]
    assert "Nothing waits" in app.info[0].value


def test_a_problem_is_said_while_typing(
    signed_in: SignedIn, asked: ActionRequest, database: Database
) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    field = f"approval_{asked.key}_{asked.revision}_argument_amount"
    app.text_input(field).set_value("a lot").run()
    assert "Write an amount" in texts(app)
    assert next(button for button in app.button if button.label == "Approve").disabled
    app.text_input(field).set_value("2500").run()
    assert "nobody here" in texts(app)
    assert next(button for button in app.button if button.label.startswith("Approve")).disabled
    assert reread(database, asked).status == "asked"


def test_rejecting_needs_a_reason(
    signed_in: SignedIn, asked: ActionRequest, database: Database, system: Scripted
) -> None:
    app = press(signed_in(Role.MANAGER, PAGE), "Reject")
    assert "why this is rejected" in app.toast[0].value
    app.text_input(f"approval_{asked.key}_{asked.revision}_reason").set_value("Outside the window")
    press(app, "Reject")
    rejected = reread(database, asked)
    assert (rejected.status, rejected.decision_reason) == ("rejected", "Outside the window")
    assert not system.effects


def test_a_specialist_decides_within_the_limit(
    signed_in: SignedIn, asked: ActionRequest, database: Database
) -> None:
    press(signed_in(Role.SPECIALIST, PAGE), "Approve")
    assert reread(database, asked).decision == "approved"


def test_above_the_limit_it_says_who_may(
    signed_in: SignedIn, people: dict[Role, Person], database: Database, system: Scripted
) -> None:
    asked = ask_for(database, people, 400)
    app = signed_in(Role.SPECIALIST, PAGE)
    assert app.dataframe[0].value["Yours"].tolist() == ["no"]
    assert "above 300 EUR needs a manager (up to 2,000 EUR)" in texts(app)
    assert not {"Approve", "Reject"} & set(labels(app))
    assert reread(database, asked).status == "asked"


def test_facts_that_changed_meanwhile(
    signed_in: SignedIn, asked: ActionRequest, database: Database, system: Scripted
) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    system.facts = "another state"
    # The click is handled before anything is drawn again, with what the person saw.
    app = press(app, "Approve")
    assert "has changed since it was shown" in app.toast[0].value
    assert reread(database, asked).status == "asked"
    press(app, "Approve")
    assert reread(database, asked).decision == "approved"


def test_a_refusal_of_the_system_is_shown(
    signed_in: SignedIn, asked: ActionRequest, system: Scripted
) -> None:
    app = signed_in(Role.MANAGER, PAGE)
    app.text_input(f"approval_{asked.key}_{asked.revision}_argument_invoice").set_value("OTHER").run()
    assert "another customer" in texts(app)
    assert next(button for button in app.button if button.label.startswith("Approve")).disabled
