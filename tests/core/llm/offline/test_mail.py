"""What the offline model makes of a day's mail: what it asks for, answers and leaves to a person."""

from __future__ import annotations

from typing import Any

import pytest

from core.llm import DraftOutput
from tests.core.llm.offline.desk import FIRST, RENEWAL, Office, done, draft
from tests.core.llm.offline.mail import Mail, mail

TWICE = {**RENEWAL, "paid": "58.00", "paid_too_much": "29.00"}
EARLIER = {**RENEWAL, "number": "HLY-2026-041100", "date": "2026-10-18"}
ANNUAL = {**RENEWAL, "period": "annual", "description": "Sloop, annual", "total": "290.00", "paid": "290.00"}
OPEN = {**RENEWAL, "status": "open", "paid": "0.00"}
INVOICES: dict[str, list[dict[str, Any]]] = {
    "first": [FIRST], "twice": [TWICE, EARLIER], "renewal": [RENEWAL, EARLIER], "annual": [ANNUAL],
    "suspended": [OPEN, EARLIER],
}  # fmt: skip
_TO_A_PERSON = ("needs_tool", "missing_knowledge", "policy")
LAST = {
    "en": "Your last invoice is HLY-2026-048213 of 18 November 2026 over 29.00 EUR; it is paid.",
    "de": "Ihre letzte Rechnung ist HLY-2026-048213 vom 18. November 2026 über 29,00 EUR; sie ist bezahlt.",
    "es": "Su última factura es la HLY-2026-048213 del 18 de noviembre de 2026 por 29,00 EUR; está pagada.",
}
HAS = {
    "en": "You have Sloop with monthly billing.",
    "de": "Sie haben Sloop mit monatlicher Abrechnung.",
    "es": "Tiene Sloop con facturación mensual.",
}
SUSPENDED = {
    "en": "Your Sloop plan is suspended because an invoice is open.",
    "de": "Ihr Tarif Sloop ist gesperrt, weil eine Rechnung offen ist.",
    "es": "Su plan Sloop está suspendido porque hay una factura pendiente de pago.",
}
DID = {
    "en": "This has been carried out for you today.",
    "de": "Das haben wir heute für Sie ausgeführt.",
    "es": "Hoy lo hemos hecho por usted.",
}
LIBRARY = {
    "en": [
        ("Backups by plan", "On the Sloop plan, backups are made daily and kept for 7 days. Harbor has one "
         "weekly backup."),
        ("Restoring a site in the classic panel", "On the Sloop plan, backups are made daily and kept for 14 "
         "days. In the classic panel, a database cannot be restored on its own."),
        ("Restore a backup", "To restore a single file:\n\n1. Open the backup and select **Browse**.\n"
         "2. Find the file and select **Restore here**."),
        ("Refunds for monthly plans", "You can ask for a full refund within 7 days of the first payment. "
         "Monthly renewals are not refunded."),
        ("Refunds for annual plans", "An annual plan can be refunded within 7 days of a renewal. After that, "
         "you receive account credit instead of money."),
        ("Lost phone or security key", "After a successful check, 72 hours must pass before the second "
         "factor is removed. Support cannot shorten the wait of 72 hours, on any plan."),
        ("Forward e-mail", "Halyard has no mailboxes. You can forward 20 addresses for each domain."),
        ("Create a database", "Choose PostgreSQL 15, 16 or 17 when you create a database."),
    ],
    "de": [
        ("Backups der Tarife", "Im Tarif Sloop werden Backups täglich erstellt und 7 Tage aufbewahrt."),
        ("Erstattungen bei Monatstarifen", "Monatliche Verlängerungen werden nicht erstattet."),
        ("Erstattungen bei Jahrestarifen", "Nach Ablauf der Frist von 7 Tagen erhalten Sie Guthaben statt "
         "Geld."),
        ("Tarif wechseln", "Ein Wechsel zu einem größeren Tarif gilt sofort. Ein Wechsel zu einem kleineren "
         "Tarif gilt zum Ende des Zeitraums."),
        ("E-Mail weiterleiten", "Halyard hat keine Postfächer. Sie können 20 Adressen je Domain "
         "weiterleiten."),
    ],
    "es": [
        ("Copias según el plan", "En el plan Sloop, las copias se hacen cada día y se guardan 7 días."),
        ("Reembolsos de planes mensuales", "Las renovaciones mensuales no se reembolsan."),
        ("Cambiar de plan", "Un cambio a un plan mayor se aplica al momento."),
        ("Reenviar el correo", "Halyard no ofrece buzones. Puede reenviar 20 direcciones por dominio."),
    ],
}  # fmt: skip


def office(each: Mail) -> Office:
    """What the account of the message's customer holds."""
    invoices = INVOICES.get(each.world, [RENEWAL])
    status = "suspended" if each.world == "suspended" else "trial" if each.world == "trial" else "active"
    stands = SUSPENDED if status == "suspended" else HAS
    answers: dict[str, Any] = {
        "list_invoices": done("T1", LAST[each.language], result={"invoices": invoices}),
        "list_payments": done("T2", result={"payments": [], "refunds": []}),
        "get_subscription": done(
            "T3", stands[each.language],
            result={"plan": "sloop", "period": "monthly", "status": status, "trial_extended": False},
        ),
        "incident_status": done("T4", result={"incidents": []}),
        **{name: done("T5", DID[each.language]) for name in
           ("refund_invoice", "resend_invoice", "extend_trial", "change_plan")},
    }  # fmt: skip
    return Office(answers, language=each.language, passages=LIBRARY[each.language])


def outcome_of(each: Mail) -> tuple[str, DraftOutput]:
    """The action asked for, ``answer`` or the reason, and the draft."""
    desk = office(each)
    output = draft(desk, each.text)
    if desk.asked_for:
        return "+".join(name for name, _ in desk.asked_for), output
    return output.reason or output.decision, output


def is_right(each: Mail, outcome: str) -> bool:
    return outcome == each.outcome or (each.outcome == "person" and outcome in _TO_A_PERSON)


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("held_back", [False, True])
def test_the_mail_is_handled_as_a_good_colleague_would(language: str, held_back: bool) -> None:
    mine = [each for each in mail() if each.language == language and each.held_back == held_back]
    found = [(each, outcome_of(each)[0]) for each in mine]
    wrong = [
        f"{each.text} -> {outcome}, not {each.outcome}"
        for each, outcome in found
        if not is_right(each, outcome)
    ]
    assert len(wrong) <= (len(mine) // 4 if held_back else 0), wrong


def test_nothing_is_carried_out_that_is_for_a_person() -> None:
    for each in mail():
        if each.left_to_a_person:
            assert outcome_of(each)[0] in (*_TO_A_PERSON, "answer"), each.text


def test_there_is_enough_mail_and_half_of_it_is_left_to_a_person() -> None:
    everything = mail()
    assert len(everything) >= 40
    assert 0.45 <= sum(each.left_to_a_person for each in everything) / len(everything) <= 0.6
    assert {each.language for each in everything if each.held_back} == {"en", "de", "es"}
