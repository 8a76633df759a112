"""Trials, keys, invoice mails and incidents."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.actions import ActionRefused
from core.actions.connectors.halyard.tables import ApiKey, Incident, InvoiceMail, Subscription
from tests.core.actions.connectors.halyard.conftest import NOON, Office, invoice

KEY = {"key_id": "key_0a1b2c3d", "prefix": "hly_live_abc", "name": "deploys", "created_at": NOON}


def trial(ends: timedelta, **values: object) -> dict[str, object]:
    return {"status": "trial", "period": "", "trial_ends_at": NOON + ends, **values}


def test_a_trial_is_extended_once(office: Office) -> None:
    office.open_account(subscription=trial(timedelta(days=1)))
    outcome = office.execute("extend_trial", days=7)
    assert outcome.statements["es"] == (
        "He ampliado su prueba 7 días; ahora termina el 30 de noviembre de 2026.",
        "Después de una prueba nunca se cobra nada automáticamente.",
    )
    assert office.rows(Subscription)[0].trial_ends_at == NOON + timedelta(days=8)
    with pytest.raises(ActionRefused, match="second extension is not possible"):
        office.execute("extend_trial", days=1)


@pytest.mark.parametrize("days", [0, 8, -1])
def test_a_trial_is_extended_by_one_to_seven_days(office: Office, days: int) -> None:
    office.open_account(subscription=trial(timedelta(days=1)))
    with pytest.raises(ActionRefused, match="1 to 7 days"):
        office.preview("extend_trial", days=days)


def test_a_trial_that_is_over_gets_its_days_from_now(office: Office) -> None:
    office.open_account(subscription=trial(timedelta(days=-7)))
    preview = office.preview("extend_trial", days=3)
    assert preview.after["Trial ends"] == "25 November 2026"
    assert "over already" in preview.warnings[0]


def test_a_trial_that_is_long_over_stays_over(office: Office) -> None:
    office.open_account(subscription=trial(timedelta(days=-8)))
    with pytest.raises(ActionRefused, match="more than 7 days ago"):
        office.preview("extend_trial", days=3)


def test_a_paying_customer_has_no_trial(office: Office) -> None:
    office.open_account()
    with pytest.raises(ActionRefused, match="has no trial"):
        office.preview("extend_trial", days=3)


def test_a_rotated_key_works_for_another_day(office: Office) -> None:
    office.open_account(keys=[KEY])
    preview = office.preview("rotate_api_key", key="hly_live_abc")
    assert "do not rotate it" in preview.warnings[0]
    assert preview.policy_article == "leaked-api-key"
    outcome = office.execute("rotate_api_key", key="key_0a1b2c3d")
    old, new = office.rows(ApiKey)
    assert (old.status, old.works_until) == ("rotated", NOON + timedelta(hours=24))
    assert (new.status, new.replaces_id, new.key_id) == ("active", old.id, outcome.reference)
    assert len(new.prefix) == 12
    assert outcome.statements["en"][1] == "The old key keeps working until 23 November 2026 at 12:00 UTC."
    with pytest.raises(ActionRefused, match="rotated already"):
        office.preview("rotate_api_key", key="key_0a1b2c3d")


def test_two_keys_that_begin_alike_need_the_id(office: Office) -> None:
    office.open_account(keys=[KEY, KEY | {"key_id": "key_ffffffff"}])
    with pytest.raises(ActionRefused, match="Give the key's ID"):
        office.preview("rotate_api_key", key="hly_live_abc")
    assert office.preview("rotate_api_key", key="key_ffffffff").effect.startswith("Rotate")


def test_an_invoice_goes_to_the_registered_address_only(office: Office) -> None:
    entry = invoice()
    office.open_account("ada", entry)
    number = entry.invoice["number"]
    outcome = office.execute("resend_invoice", invoice=number)
    (mail,) = office.rows(InvoiceMail)
    assert mail.email == "ada@example.com"
    assert not any("@" in sentence for told in outcome.statements.values() for sentence in told)
    assert "sent again on 22 November 2026" in office.preview("resend_invoice", invoice=number).warnings[0]


def test_an_incident_gets_the_next_number(office: Office) -> None:
    office.open_account()
    details = {"description": "Uploads end with 503.", "region": "Cork"}
    first = office.execute("open_incident", title="Slow uploads in Cork", **details)
    with pytest.raises(ActionRefused, match=f"{first.reference} with this title is open"):
        office.execute("open_incident", title="slow uploads in cork", **details)
    second = office.execute("open_incident", title="Builds wait", **(details | {"region": "all"}))
    assert int(second.reference[4:]) == int(first.reference[4:]) + 1
    assert [each.regions for each in office.rows(Incident)] == [["Cork"], []]


def test_incidents_are_found_by_number_and_by_words(office: Office) -> None:
    office.open_account()
    opened = office.execute(
        "open_incident", title="Slow uploads", description="Object storage is slow.", region="Cork"
    )
    by_number = office.look("incident_status", number=opened.reference.lower(), topic="")
    assert by_number.statements["en"] == (
        f"Incident {opened.reference} has been open since 22 November 2026, and we are working on it.",
    )
    assert office.look("incident_status", number="", topic="my uploads hang").result["incidents"]
    nothing = office.look("incident_status", number="", topic="certificates")
    assert nothing.statements["en"] == ("We know of no open incident about this.",)
    with pytest.raises(ActionRefused, match="There is no incident INC-9999"):
        office.look("incident_status", number="INC-9999", topic="")


def test_incidents_may_be_asked_for_without_an_account(office: Office) -> None:
    assert office.look("incident_status", "nobody", number="", topic="").result == {"incidents": []}
