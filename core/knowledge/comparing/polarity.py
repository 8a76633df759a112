"""Which way a statement points: negations and words that turn it around, in English, German and Spanish.

Every negation and every word from the turning side of a pair of opposites turns the statement once. Two
statements about the same thing agree when both are turned an even, or both an odd number of times: "There is
no charge" and "It is free" are; "It is required" and "It is optional" are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_NEGATIONS = {
    "en": r"\b(?:not|no|never|cannot|cant|neither|without|unable|none|non)\b|n't\b",
    "de": r"\b(?:nicht|kein\w{0,2}|nie|niemals|ohne|weder|nein)\b",
    "es": r"\b(?:no|nunca|jamas|sin|tampoco|ningun[oa]?)\b",
}
# Spanish denies twice without meaning it: "no ... nunca" is one negation.
_DOUBLED = {"es": re.compile(r"\bno\b(?=[^.;]*\b(?:nunca|jamas|tampoco|ningun[oa]?)\b)")}
_IDLE = {
    "en": r"\bnot only\b|\bno (?:more|less|fewer|later|longer) than\b|\bnot exceed\w*|"
    r"\bwhether or not\b|\bif not\b|\bno matter\b|\bmake sure\b",
    "de": r"\bnicht nur\b|\bnicht (?:mehr|weniger|langer|spater) als\b|\bob oder nicht\b",
    "es": r"\bno solo\b|\bno (?:mas|menos) (?:de|que)\b",
}
# Left side / right side; the right side turns.
_OPPOSITES = {
    "en": """
        enabled enable enables enabling activated activate on/disabled disable disables deactivated deactivate
        included include includes/excluded exclude excludes
        before until within by/after
        free complimentary waived/charge charged fee fees paid chargeable surcharge
        required mandatory must compulsory obligatory/optional voluntary
        available/unavailable
        possible/impossible
        allowed permitted eligible/forbidden prohibited ineligible disallowed barred
        always/rarely
        automatically automatic/manually manual
        public/private
        refundable/nonrefundable
        accept accepts accepted accepting/refuse refuses reject rejects rejected declined
        with/without
        increase increases/decrease decreases
        supported/unsupported
        inclusive/exclusive
        visible/hidden
        on-site/remote
        unlimited/capped
    """,
    "de": """
        aktiviert aktivieren eingeschaltet/deaktiviert deaktivieren ausgeschaltet
        enthalten inbegriffen inklusive/ausgeschlossen ausgenommen exklusive
        vor bis innerhalb/nach
        kostenlos kostenfrei gratis gebuhrenfrei unentgeltlich/kostenpflichtig gebuhrenpflichtig kosten \
gebuhr gebuhren
        erforderlich verpflichtend notwendig muss mussen zwingend pflicht/optional freiwillig
        moglich/unmoglich
        erlaubt zulassig gestattet/verboten untersagt unzulassig
        immer/selten
        automatisch/manuell
        offentlich/privat
        verfugbar/unverfugbar
        akzeptiert akzeptieren/abgelehnt ablehnen
        unbegrenzt/begrenzt
        erstattungsfahig/nichterstattungsfahig
    """,
    "es": """
        activada activado activadas activados habilitada habilitado/desactivada \
desactivado desactivadas desactivados deshabilitada deshabilitado
        incluida incluido incluidas incluidos incluye incluyen/excluida excluido excluye
        antes dentro/despues
        gratuito gratuita gratis/coste costes cargo pago tarifa
        obligatorio obligatoria necesario necesaria requiere debe deben/opcional voluntario voluntaria
        posible/imposible
        permitido permitida admite/prohibido prohibida
        siempre/raramente
        automaticamente automatico/manualmente manual
        publico publica/privado privada
        acepta aceptan/rechaza rechazan
        ilimitado ilimitada/limitado limitada
    """,
}  # fmt: skip
_YES = re.compile(r"\b(?:yes|ja|si)\b(?=\s*(?:[.,;:!|)]|$))")
_EVERY = {
    "en": r"\b(?:all|every|any|each|everyone|anyone|everybody|both)\b",
    "de": r"\b(?:alle|allen|aller|jede[rnms]?)\b",
    "es": r"\b(?:tod[oa]s?|cualquiera?|cada)\b",
}
_ONLY = {
    "en": r"\b(?:only|solely|exclusively)\b",
    "de": r"\b(?:nur|ausschliesslich|lediglich)\b",
    "es": r"\b(?:solo|solamente|unicamente|exclusivamente)\b",
}


@dataclass(frozen=True, slots=True)
class Polarity:
    """How a statement points.

    Attributes:
        negated: how many negations it has.
        sides: the pairs of opposites it uses, by number: 0 the plain side, 1 the turning one.
        words: the words from those pairs, each with its pair.
        every, only: whether it speaks of all, or of some alone.
        bare: where its negations and its words for all and only stand.
    """

    negated: int
    sides: tuple[tuple[int, int], ...]
    words: tuple[tuple[str, int], ...]
    every: bool
    only: bool
    bare: tuple[tuple[int, int], ...]


def read_polarity(text: str, language: str) -> Polarity:
    """The polarity of folded ``text``; languages without lists are read as English."""
    code = language if language in _NEGATIONS else "en"
    patterns = _patterns(code)
    idle = [match.span() for match in patterns.idle.finditer(text)]
    bare: list[tuple[int, int]] = []
    negated = 0
    for match in patterns.negation.finditer(text):
        if any(left <= match.start() < right for left, right in idle):
            continue
        doubled = _DOUBLED.get(code)
        if not (doubled and doubled.match(text, match.start())):
            negated += 1
        bare.append(match.span())
    sides: list[tuple[int, int]] = []
    words: list[tuple[str, int]] = []
    for match in patterns.opposite.finditer(text):
        side = patterns.sides[match.group()]
        words.append((match.group(), side[0]))
        if side not in sides:
            sides.append(side)
    bare.extend(match.span() for match in _YES.finditer(text))
    every, only = patterns.every.search(text), patterns.only.search(text)
    bare.extend(match.span() for match in (every, only) if match)
    return Polarity(negated, tuple(sorted(sides)), tuple(words), bool(every), bool(only), tuple(sorted(bare)))


@dataclass(frozen=True, slots=True)
class _Patterns:
    negation: re.Pattern[str]
    idle: re.Pattern[str]
    opposite: re.Pattern[str]
    sides: dict[str, tuple[int, int]]
    every: re.Pattern[str]
    only: re.Pattern[str]


@cache
def _patterns(code: str) -> _Patterns:
    sides: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(line.strip() for line in _OPPOSITES[code].strip().split("\n")):
        for side, words in enumerate(line.split("/")):
            sides.update(dict.fromkeys(words.split(), (number, side)))
    longest_first = sorted(map(re.escape, sides), key=len, reverse=True)
    return _Patterns(
        re.compile(_NEGATIONS[code]),
        re.compile(_IDLE[code]),
        re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])"),
        sides,
        re.compile(_EVERY[code]),
        re.compile(_ONLY[code]),
    )
