"""Finds in the passages what follows from an action, or the published rule that says no to it."""

from __future__ import annotations

from collections.abc import Sequence

from core.llm.offline.markdown import Piece
from core.llm.offline.passages import Passage
from core.llm.offline.query import Ask
from core.llm.offline.scoring import Evidence, Scored
from core.llm.offline.words import terms

_FITS = 0.6
_SAME = 0.6
_LEAST_WORDS = 3
_WORDS_OF_A_REASON = 0.75
_RULES = {
    "monthly_renewal": {
        "en": "monthly renewals are not refunded",
        "de": "monatliche Verlängerungen werden nicht erstattet",
        "es": "renovaciones mensuales no se reembolsan",
    },
    "refund_period": {
        "en": "after the refund period account credit instead of money",
        "de": "nach Ablauf der Frist Guthaben statt Geld",
        "es": "después del plazo saldo en la cuenta en lugar de dinero",
    },
    "domain": {
        "en": "domain registrations transfers not refundable",
        "de": "Registrierung von Domains nicht erstattet",
        "es": "registro de dominios no se reembolsa",
    },
    "overage": {
        "en": "overage charges not refundable",
        "de": "Mehrverbrauch nicht erstattet",
        "es": "consumo adicional no se reembolsa",
    },
    "trial": {
        "en": "support can extend a trial once by 7 days second extension not possible",
        "de": "Testphase einmal um 7 Tage verlängern zweite Verlängerung nicht möglich",
        "es": "ampliar la prueba una vez 7 días segunda ampliación no es posible",
    },
}
_FOLLOWS = {
    "standing": {
        "en": "sites back online within 15 minutes of a successful payment of the open invoice",
        "de": "Seiten nach erfolgreicher Zahlung der offenen Rechnung wieder online",
        "es": "sitios vuelven a estar en línea tras el pago de la factura pendiente",
    },
    "refund_invoice": {
        "en": "refund reaches original payment method business days",
        "de": "Erstattung ursprüngliches Zahlungsmittel Werktage",
        "es": "reembolso llega método de pago original días laborables",
    },
    "rotate_api_key": {
        "en": "after rotation old key keeps working 24 hours",
        "de": "nach Rotation alter Schlüssel funktioniert 24 Stunden",
        "es": "después de la rotación la clave antigua funciona 24 horas",
    },
    "change_plan": {
        "en": "upgrade takes effect at once downgrade end of billing period",
        "de": "Upgrade gilt sofort Downgrade Ende des Abrechnungszeitraums",
        "es": "mejora efecto inmediato reducción final del periodo de facturación",
    },
}


def rule_words(outside: str, language: str) -> str:
    """What to search for to find the rule; empty in languages without words for it."""
    return _RULES.get(outside, {}).get(language, "")


def follow_words(effect: str, language: str) -> str:
    """What to search for to say what comes after an effect, or ends what a look-up shows."""
    return _FOLLOWS.get(effect, {}).get(language, "")


def pick(
    passages: Sequence[Passage],
    phrase: str,
    *,
    language: str,
    most: int = 2,
    told: Sequence[str] = (),
    exact: bool = False,
) -> list[tuple[Passage, Piece]]:
    """The sentences of one article that say what the phrase says, in reading order.

    Args:
        told: sentences that the reply has already; what repeats one is left out.
        exact: the phrase is somebody's own: at least three of its words and nearly all must be there.
    """
    wanted = tuple(dict.fromkeys(terms(phrase, language)))
    if not wanted or not passages or (exact and len(wanted) < _LEAST_WORDS):
        return []
    evidence = Evidence(passages, language=language)
    known = [frozenset(terms(each, language)) for each in told]
    ranked = [
        item
        for item in evidence.score(Ask(phrase, "what", wanted))
        if item.piece.kind in ("prose", "bullet") and evidence.coverage(wanted, item.terms) >= _FITS
    ]
    if exact:
        enough = max(_LEAST_WORDS, _WORDS_OF_A_REASON * len(wanted))
        ranked = [item for item in ranked if len(item.terms & set(wanted)) >= enough]
    ranked = [item for item in ranked if all(_overlap(item.terms, each) < _SAME for each in known)]
    if not ranked:
        return []
    chosen = [item for item in ranked if item.passage.title == ranked[0].passage.title]
    seen: list[frozenset[str]] = []
    kept: list[Scored] = []
    for item in chosen:
        if len(kept) < most and all(_overlap(item.terms, each) < _SAME for each in seen):
            kept.append(item)
            seen.append(item.terms)
    first = kept[0].passage.id
    kept.sort(key=lambda item: (item.passage.id != first, item.passage.id, item.index))
    return [(item.passage, item.piece) for item in kept]


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / max(1, min(len(left), len(right)))
