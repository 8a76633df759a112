"""Words that say which case a statement is for: the monthly plan or the annual one, here or abroad."""

from __future__ import annotations

from functools import cache

from core.knowledge.comparing.wording import TOKEN, folded

# The words of one line exclude each other: what holds for one does not hold for another.
_FAMILIES = """
monthly/month-to-month/monatlich/mensual/mensuales annual/annually/yearly/jahrlich/anual/anuales weekly/wochentlich/semanal daily/taglich/diario
domestic/nacional/nacionales/national international/internacional/internacionales
windows macos/mac linux/ubuntu android ios/iphone
personal/individual/privat/consumer business/company/enterprise/corporate/empresa
debit/debito credit/credito prepaid
checking savings
owner/owners/inhaber/propietario/propietarios member/members/mitglied/mitglieder/mitgliedern/miembro/miembros guest/guests/gast/gaste/gasten/invitado/invitados admin/admins/administrator/administrators/administradores
inbound/incoming/eingehend/eingehende/eingehender/entrante/entrantes outbound/outgoing/ausgehend/ausgehende/ausgehender/saliente/salientes
standard/estandar instant/express/sofort expedited/rush
first/erste/ersten/primer/primera second/zweite/zweiten/segundo third/dritte/tercer final/last/letzte/ultimo
minimum/minimo/mindestens maximum/maximo/hochstens
email/e-mail/correo phone/telefon/telefono chat
weekday/weekdays/werktags weekend/weekends/wochenende sunday/sundays saturday/saturdays
deposit/deposits/einzahlung withdrawal/withdrawals/auszahlung
opening closing
upload/uploads download/downloads
student senior
new/neue/neuen/nuevo/nuevos existing/bestehende/bestehenden/existentes
"""  # noqa: E501
_STARTS = ("inlands/auslands", "monats/jahres/wochen", "privat/geschafts")


def cases_of(text: str) -> frozenset[tuple[int, int]]:
    """The cases folded ``text`` names: which line, and which of its words."""
    families, starts = _families(), _starts()
    found = set()
    for token in TOKEN.findall(text):
        if token in families:
            found.add(families[token])
        elif case := next((case for start, case in starts if token.startswith(start)), None):
            found.add(case)
    return frozenset(found)


def exclude(left: frozenset[tuple[int, int]], right: frozenset[tuple[int, int]]) -> bool:
    """Whether the cases of two statements rule each other out. What both name decides nothing."""
    ours, theirs = left - right, right - left
    return any(a == b for a, _ in ours for b, _ in theirs)


@cache
def _families() -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(_FAMILIES.strip().split("\n")):
        for member, group in enumerate(line.split()):
            for word in group.split("/"):
                found.setdefault(folded(word), (number, member))
    return found


@cache
def _starts() -> tuple[tuple[str, tuple[int, int]], ...]:
    return tuple(
        (start, (1000 + number, member))
        for number, line in enumerate(_STARTS)
        for member, start in enumerate(line.split("/"))
    )
