"""Nothing of another customer can be seen or changed, and nothing tells whose it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.actions import Account, ActionRefused, Call
from core.actions.connectors.halyard.accounts import NO_ACCOUNT
from core.actions.connectors.halyard.catalogue import ACTIONS
from tests.core.actions.connectors.halyard.conftest import NOON, Office, invoice

ARGUMENTS: dict[str, dict[str, Any]] = {
    "find_customer": {"email": ""},
    "list_invoices": {},
    "list_payments": {},
    "get_subscription": {},
    "refund_invoice": {"invoice": "HLY-2026-099999"},
    "resend_invoice": {"invoice": "HLY-2026-099999"},
    "change_plan": {"plan": "schooner", "period": "monthly"},
    "extend_trial": {"days": 3},
    "rotate_api_key": {"key": "key_0a1b2c3d"},
    "open_incident": {"title": "Slow builds", "description": "Builds wait.", "region": "all"},
}


@pytest.fixture
def two(office: Office) -> Office:
    keys = [{"key_id": "key_0a1b2c3d", "prefix": "hly_live_abc", "created_at": NOON}]
    office.open_account("ada")
    office.open_account(
        "bob",
        invoice(number="HLY-2026-099999"),
        subscription={"status": "trial", "trial_ends_at": NOON + timedelta(days=1)},
        keys=keys,
    )
    return office


def test_every_action_but_the_public_one_is_covered() -> None:
    assert set(ARGUMENTS) == {action.name for action in ACTIONS} - {"incident_status"}


@pytest.mark.parametrize("action", ARGUMENTS)
def test_without_an_account_nothing_works(two: Office, action: str) -> None:
    for act in (two.preview, two.execute):
        with pytest.raises(ActionRefused) as refused:
            act(action, "nobody", **ARGUMENTS[action])
        assert str(refused.value) == NO_ACCOUNT


@pytest.mark.parametrize(
    ("action", "arguments", "unknown"),
    [
        ("refund_invoice", {"invoice": "HLY-2026-099999"}, {"invoice": "HLY-2026-000000"}),
        ("resend_invoice", {"invoice": "HLY-2026-099999"}, {"invoice": "HLY-2026-000000"}),
        ("rotate_api_key", {"key": "key_0a1b2c3d"}, {"key": "key_00000000"}),
        ("rotate_api_key", {"key": "hly_live_abc"}, {"key": "hly_live_000"}),
        ("find_customer", {"email": "bob@example.com"}, {"email": "no@example.com"}),
    ],
)
def test_what_is_somebody_elses_is_refused_like_what_does_not_exist(
    two: Office, action: str, arguments: dict[str, str], unknown: dict[str, str]
) -> None:
    """The words are the same but for what was asked, so that nobody learns what exists elsewhere."""
    (theirs,), (nobodys,) = arguments.values(), unknown.values()
    for act in (two.preview, two.execute):
        with pytest.raises(ActionRefused) as refused:
            act(action, "ada", **arguments)
        with pytest.raises(ActionRefused) as not_there:
            act(action, "ada", **unknown)
        assert str(refused.value).replace(theirs, nobodys) == str(not_there.value)
        assert "this customer" in str(refused.value)
        assert "bob" not in str(refused.value).replace(theirs, "").lower()


def test_a_look_up_shows_this_customer_only(two: Office) -> None:
    assert two.look("list_invoices", "ada").result == {"invoices": []}
    assert two.look("list_payments", "ada").result == {"payments": [], "refunds": []}
    assert two.look("find_customer", "ada", email="ADA@example.com").result["account"] == "cus_ada"


def test_an_account_is_found_by_external_id_first_then_by_exact_address(two: Office) -> None:
    def found(account: Account) -> Any:
        return two.connector.execute(Call("find_customer", {"email": ""}, account)).result["account"]

    assert found(Account(external_id="cus_bob", email="ada@example.com")) == "cus_bob"
    assert found(Account(external_id="unknown", email=" Ada@Example.com ")) == "cus_ada"
    for almost in ("ada@example.co", "da@example.com", "%@example.com", ""):
        with pytest.raises(ActionRefused, match="no account"):
            found(Account(email=almost))
