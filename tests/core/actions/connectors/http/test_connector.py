"""Real requests to a real billing system: what happened there and what is said about it must agree."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from agents.strict_schema import ensure_strict_json_schema

from core.actions import (
    Account,
    ActionRefused,
    Call,
    Connector,
    InvalidArguments,
    NotReached,
    OutcomeUnknown,
    open_catalogue,
)
from core.database import Database
from core.settings import Settings
from tests.core.actions.connectors.http.billing import TOKEN, Billing
from tests.core.actions.connectors.http.conftest import SECRET_NAME, Connect
from tests.serving import closed_port, running, silent_port

MARA = Account(email="mara@example.com", external_id="C-7")


def refund(key: str = "key-1", account: Account = MARA, **arguments: Any) -> Call:
    return Call("billing__refund", {"invoice": "INV-1", "amount": 12, **arguments}, account, key)


def look(name: str, **arguments: Any) -> Call:
    return Call(f"billing__{name}", arguments, MARA)


@pytest.fixture
def connector(connect: Connect, address: str) -> Connector:
    return connect(address)


def test_actions_are_prefixed_and_fit_strict_tool_calling(connector: Connector) -> None:
    actions = {action.name: action for action in connector.actions()}
    assert set(actions) == {
        "billing__invoices",
        "billing__invoice",
        "billing__find_refunds",
        "billing__refund",
    }
    for action in actions.values():
        schema = json.loads(json.dumps(action.schema))
        assert ensure_strict_json_schema(json.loads(json.dumps(schema))) == schema
    act = actions["billing__refund"]
    assert act.limits == {"rep": Decimal(50), "manager": Decimal(5000)}
    assert [field.name for field in act.fields] == ["invoice", "amount", "note", "notify", "address_city"]
    assert [field.kind for field in act.fields] == ["text", "amount", "text", "flag", "text"]
    assert actions["billing__invoices"].reads_only
    assert not actions["billing__refund"].reads_only


def test_the_catalogue_opens_with_it(connector: Connector, database: Database, settings: Settings) -> None:
    catalogue = open_catalogue(database, settings)
    assert catalogue.get("billing__refund").title == "Create refund"
    assert catalogue.connector("billing__refund").name == connector.name == "connection:billing"


def test_the_customer_is_filled_in_by_us(connector: Connector, billing: Billing) -> None:
    outcome = connector.execute(look("invoices", state="open"))
    assert outcome.result["items"][0]["owner"] == "mara@example.com"
    assert outcome.summary == "List invoices on Billing: 1 entries."
    with pytest.raises(ActionRefused, match="email"):
        connector.execute(look("invoices", email="ben@example.com"))
    with pytest.raises(ActionRefused, match="no e-mail address"):
        connector.execute(refund(account=Account(external_id="C-7")))
    assert not billing.ledger


def test_a_refund_is_previewed_and_carried_out_once(connector: Connector, billing: Billing) -> None:
    preview = connector.preview(refund(amount="12.50", note="late"))
    assert preview.effect == (
        "Create refund on Billing (invoice INV-1, amount 12.50 EUR, note late) for mara@example.com."
    )
    assert (preview.amount, preview.currency) == (Decimal("12.50"), "EUR")
    assert preview.before == {"number": "INV-1", "left": "29.0", "echo": "[secret]"}
    assert not billing.ledger

    outcome = connector.execute(refund(amount=12.5, address_city="Kiel"))
    again = connector.execute(refund(amount=12.5, address_city="Kiel"))
    assert outcome.reference == again.reference == "R-1"
    assert outcome.statements == {"en": ("We have refunded 12.5 EUR for invoice INV-1.",)}
    assert list(billing.ledger.values()) == [
        {
            "id": "R-1",
            "email": "mara@example.com",
            "invoice": "INV-1",
            "amount": 12.5,
            "address": {"city": "Kiel"},
        }
    ]
    assert connector.preview(refund(amount="12.50", note="late")).facts != preview.facts  # less is left now


@pytest.mark.parametrize("amount", [0, -5, "-1", 5001, "a lot", True, float("nan"), None, "1e400"])
def test_an_amount_that_does_not_fit_is_never_sent(
    connector: Connector, billing: Billing, amount: object
) -> None:
    (action,) = [action for action in connector.actions() if action.name == "billing__refund"]
    with pytest.raises(InvalidArguments) as raised:
        action.validate({"invoice": "INV-1", "amount": amount})
    assert list(raised.value.problems) == ["amount"]
    with pytest.raises(ActionRefused):
        connector.execute(refund(amount=amount))
    assert not billing.seen


@pytest.mark.parametrize("mood", ["drops", "late", "500", "502", "503", "504", "302", "408"])
def test_an_answer_that_is_lost_is_unknown_and_can_be_found(
    connector: Connector, billing: Billing, mood: str
) -> None:
    billing.mood = mood
    with pytest.raises(OutcomeUnknown):
        connector.execute(refund())
    assert len(billing.ledger) == 1  # it did happen
    billing.mood = ""
    found = connector.look_for(refund())
    assert found is not None
    assert found.reference == "R-1"
    assert connector.look_for(refund("another key")) is None
    assert len(billing.ledger) == 1


@pytest.mark.parametrize("mood", ["drops", "late", "500", "trickles"])
def test_a_look_up_without_an_answer_was_not_reached(
    connector: Connector, billing: Billing, mood: str
) -> None:
    billing.mood = mood
    with pytest.raises(NotReached):
        connector.execute(look("invoice", invoice="INV-1"))
    with pytest.raises(NotReached):
        connector.look_for(refund())


def test_without_a_look_up_the_outcome_stays_unknown(connect: Connect, address: str) -> None:
    connector = connect(address, check_operation="", check_argument="", state_operation="")
    with pytest.raises(OutcomeUnknown, match="no look-up"):
        connector.look_for(refund())
    assert "cannot ask it afterwards" in connector.preview(refund()).warnings[0]


def test_refusals_and_limits_of_the_other_system(connector: Connector, billing: Billing) -> None:
    billing.mood = "refuses"
    with pytest.raises(ActionRefused, match="No refund left"):
        connector.execute(refund())
    billing.mood = "busy"
    with pytest.raises(NotReached, match="7 seconds"):
        connector.execute(refund())
    billing.mood = ""
    with pytest.raises(ActionRefused, match="no such invoice"):
        connector.execute(look("invoice", invoice="INV-2"))
    assert not billing.ledger


def test_nobody_listens(connect: Connect) -> None:
    connector = connect(closed_port(), state_operation="")
    with pytest.raises(NotReached, match="Nothing was sent"):
        connector.execute(refund())


def test_a_system_that_never_answers_does_not_hold_us(connect: Connect) -> None:
    with silent_port() as url:
        connector = connect(url)
        with pytest.raises(OutcomeUnknown, match="no answer within"):
            connector.execute(refund())


def test_redirects_stay_on_the_host(connector: Connector, billing: Billing) -> None:
    billing.mood = "moved"
    with pytest.raises(ActionRefused, match="redirect"):  # the moved address redirects to itself
        connector.execute(look("invoice", invoice="INV-1"))
    with pytest.raises(ActionRefused, match="redirect"):
        connector.execute(refund())
    assert [seen for seen in billing.seen if seen[0] == "POST"] == [billing.seen[-1]]
    stranger = Billing()
    with running(stranger.app()) as elsewhere:
        billing.mood, billing.elsewhere = "elsewhere", f"{elsewhere}/invoices/INV-1"
        with pytest.raises(ActionRefused, match="redirect"):
            connector.execute(look("invoice", invoice="INV-1"))
    assert not stranger.seen
    assert not billing.ledger


def test_a_huge_answer_is_not_read_to_its_end(connector: Connector, billing: Billing) -> None:
    billing.mood = "huge"
    with pytest.raises(ActionRefused, match="too large"):
        connector.execute(look("invoice", invoice="INV-1"))
    outcome = connector.execute(refund())
    assert outcome.result == {"note": "The answer was too large to keep."}


@pytest.mark.parametrize("invoice", ["..", ".", "../refunds", "a/b", "a\\b"])
def test_a_path_argument_cannot_leave_its_place(connector: Connector, billing: Billing, invoice: str) -> None:
    with pytest.raises(ActionRefused):
        connector.execute(look("invoice", invoice=invoice))
    assert not billing.seen


@pytest.mark.parametrize("invoice", ["INV?admin=1", "INV#x", "a%2Fb", "é", "a b", "%2e%2e"])
def test_what_a_path_argument_holds_is_escaped(connector: Connector, billing: Billing, invoice: str) -> None:
    with pytest.raises(ActionRefused, match="404"):
        connector.execute(look("invoice", invoice=invoice))
    ((_, url, _),) = billing.seen
    assert "admin=1" not in url.partition("?")[2]
    assert "/invoices/" in url


def test_the_secret_is_nowhere_but_in_the_request(
    connector: Connector, billing: Billing, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG", logger="core")
    said = [repr(connector.preview(refund())), repr(connector.execute(refund()))]
    for mood in ("refuses", "500", "late", "drops", "huge", "elsewhere"):
        billing.mood = mood
        for call in (refund("k2"), look("invoice", invoice="INV-1")):
            try:
                said.append(repr(connector.execute(call)))
            except (ActionRefused, NotReached, OutcomeUnknown) as error:
                cause: BaseException | None = error
                while cause is not None:
                    said.append(f"{cause!r} {cause}")
                    cause = (
                        cause.__cause__
                        if cause.__cause__ or cause.__suppress_context__
                        else cause.__context__
                    )
    monkeypatch.setenv(SECRET_NAME, "another-wrong-secret")
    billing.mood = ""
    with pytest.raises(ActionRefused, match=r"does not let .* I do not accept Bearer \[secret\]") as raised:
        connector.execute(refund())
    said.append(str(raised.value))
    text = "\n".join([*said, caplog.text])
    assert "another-wrong-secret" not in text
    assert TOKEN not in text
    assert "[secret]" in text


def test_a_missing_secret_stops_the_call(
    connector: Connector, billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SECRET_NAME)
    with pytest.raises(NotReached, match=SECRET_NAME):
        connector.execute(refund())
    assert not billing.seen
