"""What only staff may know, on its way to a customer.

Three measures: the wording of an internal passage (runs of words, and shares of a sentence's words), its
identifiers and abbreviations, which every translation keeps, and its numbers in a sentence that speaks of
limits, approvals or fraud points. What a public source or the customer says as well is no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from core.assist.grounding.wording import content_words, folded, numbers
from core.assist.guardrails.registry import Flag, after
from core.assist.guardrails.sentences import sentences_of
from core.assist.guardrails.texts import ReplyCheck, SentenceCheck

RUN = 6
"""Words in a row that are nobody's coincidence."""
SHARE = 0.75
"""Share of a sentence's content words that one internal passage holds and no public source does."""
_FEWEST = 4


class Known(NamedTuple):
    """What of an internal passage can be recognised in a reply."""

    runs: frozenset[tuple[str, ...]]
    names: frozenset[str]
    numbers: frozenset[str]
    lines: tuple[frozenset[str], ...]


@after(
    "internal_content",
    title="Internal knowledge",
    severity="block",
    description="Words, names or limits of internal articles in a reply to a customer.",
)
def check(reply: ReplyCheck) -> Iterator[Flag]:
    """Sentences that say what stands only in internal passages, or speak of internal rules."""
    passages = [known_of(passage, reply.language or "en") for passage in reply.internal_passages]
    for sentence in sentences_of(reply):
        if message := _told(sentence, passages, reply):
            yield Flag(message, sentence.text)


@lru_cache(maxsize=512)
def known_of(passage: str, language: str) -> Known:
    """The recognisable parts of an internal passage."""
    passage = _TO_BE_SAID.sub(" ", passage)
    words = _words(passage)
    lines = [line for line in re.split(r"\n+|(?<=[.:])\s+", passage) if line.strip(" |-")]
    return Known(
        _runs(words),
        frozenset(folded(name) for name in _IDENTIFIER.findall(passage) + _ABBREVIATION.findall(passage))
        - _COMMON_NAMES,
        numbers("\n".join(line for line in lines if _LIMITING.search(folded(line)))),
        tuple(content_words(line, language) for line in lines),
    )


def _told(sentence: SentenceCheck, passages: list[Known], reply: ReplyCheck) -> str:
    text = folded(sentence.text)
    if _SPEAKS_OF_RULES.search(text):
        return "It speaks of internal rules."
    if sentence.sources and all(source.audience != "public" for source in sentence.sources):
        return "It rests only on internal knowledge."
    public = "\n".join(
        [*(source.text for source in sentence.sources if source.audience == "public"), reply.customer_text]
    )
    open_words, open_runs = _words(public), _runs(_words(public))
    names = _names(sentence.text) - set(open_words)
    runs = _runs(_words(sentence.text)) - open_runs
    ours = content_words(sentence.text, reply.language or "en")
    ours_closed = ours - content_words(public, reply.language or "en")
    about_limits = _ABOUT_LIMITS.search(text) and not _ABOUT_PRODUCT.search(text)
    told = numbers(sentence.text) if _GOODWILL.search(text) else _limits(sentence.text)
    closed = told - numbers(public)
    for known in passages:
        if runs & known.runs:
            return "It repeats the wording of an internal article."
        if names & known.names:
            return "It names something internal."
        if about_limits and closed & known.numbers:
            return "It tells an internal limit."
        if len(ours) >= _FEWEST and any(
            len(ours_closed & line) >= _FEWEST - 1
            and (len(ours_closed & line) >= SHARE * len(ours) or (len(line) >= _FEWEST and line <= ours))
            for line in known.lines
        ):
            return "It says what an internal article says."
    return ""


_TO_BE_SAID = re.compile(r"[\"“][^\"“”\n]{12,400}[\"”]")
"""What an internal article puts in quotation marks is the wording to use with customers."""
_LIMITING = re.compile(
    r"\bup to\b|\blimit|\bpoints?\b|\|\s*\d+\s*\|?\s*$|\bfee\b|\bcosts?\b|\b(?:below|above|more than)\b|"
    r"\bper customer\b"
)
_DURATION = re.compile(
    r"(?<!\d)\d{1,6}(?:\s{0,2}(?:-|–|to|bis|a|and|und|y|or)\s{0,2}\d{1,6})?[\s-]{0,3}(?:business |full |"
    r"volle )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|"
    r"years?|sekunden?|minuten?|stunden?|werktage?n?|tage?n?|wochen?|monate?n?|jahre?n?|segundos?|"
    r"minutos?|horas?|dias?|"
    r"semanas?|mes(?:es)?|anos?|%)",
)
_WORD = re.compile(r"[^\W_]+")
_IDENTIFIER = re.compile(r"(?:(?<=`)[a-z]\w*(?:[-_]\w+)+(?=`))|\binternal-[a-z][\w-]+")
_ABBREVIATION = re.compile(r"(?<![\w-])[A-Z]{3,6}(?![\w-])")
_COMMON_NAMES = frozenset(
    [
        "api",
        "dns",
        "ssl",
        "sso",
        "vat",
        "eur",
        "usd",
        "utc",
        "sla",
        "pdf",
        "sepa",
        "html",
        "http",
        "https",
        "url",
        "scim",
        "saml",
        "oidc",
        "cli",
        "ttl",
        "iban",
        "csv",
        "json",
        "xml",
        "hly",
        "inc",
        "gdpr",
        "tls",
        "ssh",
        "cdn",
        "vps",
        "cpu",
        "ram",
        "iso",
        "faq",
        "php",
        "sql",
        "mysql",
        "get",
        "post",
        "put",
        "zip",
        "arn",
        "vpn",
    ]
)


_GOODWILL = re.compile(r"\bkulanz|\bgoodwill")


def _names(text: str) -> frozenset[str]:
    """Identifiers with hyphens or underscores, and abbreviations, as they stand in a reply."""
    found = re.findall(r"(?<![\w-])[a-z]\w*(?:[-_]\w+)+", text) + _ABBREVIATION.findall(text)
    return frozenset(folded(name) for name in found)


def _limits(text: str) -> frozenset[str]:
    """Amounts and points a sentence tells: its numbers without durations, shares and the smallest ones."""
    found = numbers(_DURATION.sub(" ", folded(text)))
    return frozenset(number for number in found if len(number) > 1 or "point" in folded(text))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))


def _runs(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(zip(*(words[shift:] for shift in range(RUN)), strict=False))


_SPEAKS_OF_RULES = re.compile(
    r"\b(?:our|an?|the|my) internal (?:\w+ )?(?:polic|rule|guideline|limit|note|process|procedure|"
    r"article|document)|"
    r"\binternal-[a-z]+-[a-z]|\bfraud (?:score|points?|flag|signal|review|checklist)|\bescalation matrix\b|"
    r"\b(?:unsere\w*|eine\w*|laut|meine\w*|die|den|der) (?:unserer )?interne\w* (?:richtlinie|regel|"
    r"vorgabe|grenze|limit|"
    r"anweisung|notiz|prozess)|\bbetrugs(?:punkte|verdacht|markierung)|"
    r"\b(?:nuestra|la|una|las|nuestras)? ?(?:politica|norma|regla|limite|nota)s? intern[ao]s?\b|"
    r"\bpuntos de fraude\b|"
    r"\b(?:notre|la|nos|une) (?:politique|regle|consigne|limite)s? internes?\b"
)
_ABOUT_LIMITS = re.compile(
    r"\b(?:limit\w*|grenze\w*|obergrenze|limite\w*|approv\w*|genehmig\w*|freigabe\w*|freigeben|aprob\w*|"
    r"autoriz\w*|approuv\w*|"
    r"may (?:refund|credit|decide)|darf\w*|durfen|allowed to|points?|punkte\w*|puntos|costs us|"
    r"kostet uns|kulanz\w*|goodwill|"
    r"exception\w*|ausnahme\w*|excepcion\w*|disputes?|signal\w*)\b"
)
_ABOUT_PRODUCT = re.compile(
    r"\b(?:storage|transfer|requests?|sites?|gb|tb|mb|connections?|databases?|seats?|builds?|speicher|"
    r"verbindung\w*|anfragen|"
    r"conexion\w*|almacenamiento|rate limit)\b"
)
