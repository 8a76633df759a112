"""What a sentence says, as far as words can tell: content words, numbers, negation, courtesy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from threading import local
from typing import Any

import snowballstemmer

from core.assist.masking import PLACEHOLDER
from core.assist.vocabulary import vocabulary

_STEMMERS = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese",
    "nl": "dutch", "sv": "swedish", "da": "danish", "no": "norwegian", "nb": "norwegian", "fi": "finnish",
}  # fmt: skip
_STOP = vocabulary("stop_words")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_stemmers = local()  # snowball's stemmers keep state while they stem


def language_of(locale: str) -> str:
    """``pt-BR`` -> ``pt``; empty stays empty."""
    return re.split(r"[-_]", locale.lower(), maxsplit=1)[0]


def folded(text: str) -> str:
    """Lower case, without accents and without masks."""
    plain = PLACEHOLDER.sub(" ", text).casefold().replace("’", "'")
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


_FOLDED_STOP = frozenset(folded(word) for word in _STOP)


@lru_cache(maxsize=4096)
def content_words(text: str, language: str) -> frozenset[str]:
    """Stems of the words that carry meaning. Numbers are looked at apart, by :func:`numbers`."""
    found = set()
    for token in _TOKEN.findall(folded(text)):
        word = token.split("'")[-1] if len(token.split("'")[0]) <= 2 else token.split("'")[0]
        if len(word) > 1 and word not in _FOLDED_STOP and not any(character.isdigit() for character in word):
            found.add(_stem(word, language))
    return frozenset(found)


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> str:
    name = _STEMMERS.get(language)
    if name is None or len(word) <= 3:
        return word
    stemmers: dict[str, Any] = _stemmers.__dict__.setdefault("by_name", {})
    if name not in stemmers:
        stemmers[name] = snowballstemmer.stemmer(name)
    return str(stemmers[name].stemWord(word))


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_NUMBER_WORDS = {
    word: str(value)
    for value, words in {
        2: "two zwei deux dos twice", 3: "three drei trois tres", 4: "four vier quatre cuatro",
        5: "five fünf cinq cinco", 6: "six sechs seis", 7: "seven sieben sept siete",
        8: "eight acht huit ocho", 9: "nine neun neuf nueve", 10: "ten zehn dix diez",
        12: "twelve zwölf douze doce", 14: "fourteen vierzehn quatorze catorce",
        15: "fifteen fünfzehn quinze quince",
        20: "twenty zwanzig vingt veinte", 24: "vierundzwanzig", 30: "thirty dreißig trente treinta",
        60: "sixty sechzig soixante sesenta", 90: "ninety neunzig noventa", 100: "hundred hundert",
    }.items()
    for word in folded(words).split()
}  # fmt: skip
_MONTHS = {
    word: str(number)
    for number, words in enumerate(
        (
            "january januar janvier enero", "february februar février febrero", "march märz mars marzo",
            "april avril abril", "mai mayo", "june juni juin junio", "july juli juillet julio",
            "august août agosto", "september septembre septiembre", "october oktober octobre octubre",
            "november novembre noviembre", "december dezember décembre diciembre",
        ),
        start=1,
    )
    for word in folded(words).split()
}  # fmt: skip


@lru_cache(maxsize=4096)
def numbers(text: str) -> frozenset[str]:
    """The numbers, amounts and parts of dates in a text, in one spelling: ``1,000.00`` -> ``1000``.

    The mark of a list item is not a number that anybody claims, so it is left out.
    """
    body = folded("\n".join(_LIST_MARK.sub("", line) for line in text.splitlines()))
    found = {_plain_number(match) for match in _NUMBER.findall(body)}
    for word in re.findall(r"[^\W\d_]+", body):
        if value := _NUMBER_WORDS.get(word) or _MONTHS.get(word):
            found.add(value)
    return frozenset(found)


def _plain_number(text: str) -> str:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return re.sub(r"[.,]", "", text).lstrip("0") or "0"
    whole, _, fraction = text.rpartition(".") if text.rfind(".") > text.rfind(",") else text.rpartition(",")
    if not whole:
        return text.lstrip("0") or "0"
    if re.search(r"[.,]", whole) and not re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", whole):
        return text.replace(",", ".")  # 1.2.3: a version, kept whole
    whole = re.sub(r"[.,]", "", whole).lstrip("0") or "0"
    return f"{whole}.{fraction}".rstrip("0").rstrip(".")


_NEGATIONS = {
    "en": r"\b(?:not|no|never|none|nothing|neither|nor|cannot|without|unable|impossible|unavailable)\b|n't\b",
    "de": r"\b(?:nicht|kein\w*|nie|niemals|ohne|weder|nichts|unmoglich)\b",
    "fr": r"\b(?:ne|pas|jamais|aucun\w*|sans|ni|rien|impossible)\b|\bn'",
    "es": r"\b(?:no|nunca|jamas|sin|ningun\w*|tampoco|nada|imposible)\b",
    "it": r"\b(?:non|mai|senza|nessun\w*|impossibile)\b",
    "pt": r"\b(?:nao|nunca|sem|nenhum\w*|impossivel)\b",
    "nl": r"\b(?:niet|geen|nooit|zonder)\b",
    "pl": r"\b(?:nie|bez|nigdy|zaden\w*)\b",
    "sv": r"\b(?:inte|ej|aldrig|utan|ingen|inga|inget)\b",
    "da": r"\b(?:ikke|aldrig|uden|ingen|intet)\b",
}
_CRITICAL = vocabulary("critical")
_FOLDED_CRITICAL = frozenset(folded(word) for word in _CRITICAL)


def negated(text: str, language: str) -> bool:
    """Whether the text denies something, in the words of its language (English when unknown)."""
    pattern = _NEGATIONS.get(language, _NEGATIONS["en"])
    return re.search(pattern, folded(text)) is not None


def critical_words(text: str) -> frozenset[str]:
    """Words that turn a statement around when they are swapped: before/after, free, always ..."""
    return frozenset(token for token in _TOKEN.findall(folded(text)) if token in _FOLDED_CRITICAL)


def clauses(text: str) -> list[str]:
    """The parts of a text that can be true or false by themselves."""
    parts = re.split(r"(?<=[.;:!?])\s+|\n+|,\s+(?:but|aber|mais|pero|however|whereas)\s+", text)
    return [part for part in parts if part.strip()]


_PIECE = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+(?=[\"'“‘«(\[¿¡]*[^\W\d_a-zß-öø-ÿ])|\n+(?=\s*\S)")


_ONLY_A_MARK = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])")


def pieces(text: str) -> list[str]:
    """The sentences in what a model returned as one.

    Each keeps the line breaks that lead it in, and the mark of a list item stays with its item.
    """
    found: list[str] = []
    start = 0
    for match in _PIECE.finditer(text):
        before = text[start : match.start()]
        if not before.strip() or _ONLY_A_MARK.fullmatch(before):
            continue
        # closing quotation marks belong to the sentence before, line breaks to the one after
        cut = match.start() + len(match.group()) - len(match.group().lstrip("\"'”’»)"))
        found.append(text[start:cut])
        start = cut
    if text[start:].strip():
        found.append(text[start:])
    return found


_COURTESY = " ".join(vocabulary("courtesy"))


@lru_cache(maxsize=64)
def _courtesy(language: str) -> frozenset[str]:
    return content_words(_COURTESY, language)


_CLAIMS = re.compile(
    r"refund|reimburs|approv|cancel|credit(?:ed|s)?\b|delet|waiv|compensat|guarante|promis|erstatt|genehmig|"
    r"storn|rembours|annul|approuv|reembols|aprob|discount|rabatt|remise|descuento|free of charge"
)
_ACHIEVED = re.compile(
    r"\b(?:is|are|was|were|been|ist|sind|wurde|wurden|est|ete|ha sido|fue|esta)\b[^.]*"
    r"\b(?:approv|refund|cancel|"
    r"grant|credit|confirm|genehmig|erstatt|storn|bestatig|aprob|reembols|cancelad|confirmad|rembours|"
    r"approuv|annul)"
)
_LONGEST_QUESTION = 16
"""Words of a question about anything. A longer one could be a statement with a question mark."""
_ECHO = re.compile(
    r"^\s*(?:you (?:asked|wrote|mentioned|want|would like|are asking)|as i understand|i understand that you|"
    r"sie (?:fragen|mochten|schreiben)|vous (?:demandez|souhaitez)|usted (?:pregunta|quiere))\b"
)


def is_courtesy(
    sentence: str, *, language: str, first: bool, last: bool, names: Collection[str], customer_text: str
) -> bool:
    """Whether a sentence only greets, thanks, feels with, asks, hands over or signs off.

    Such a sentence states no fact about the product and needs no source. The rule is strict: a
    digit, a claim (refunded, cancelled, guaranteed ...) or one content word outside the vocabulary of
    courtesy makes the sentence factual. Three more forms pass: a short question, a repetition of what
    the customer asked in the customer's own words, and a short greeting or signature.

    Args:
        names: words of our own to ignore, such as the organisation's name.
        customer_text: what the customer wrote, masked.
    """
    text = folded(sentence)
    if re.search(r"\d", text):
        return False
    words = content_words(sentence, language) - content_words(" ".join(names), language)
    if echo := _ECHO.match(text):
        lead = content_words(echo.group(), language)
        return not _ACHIEVED.search(text) and words - lead <= content_words(customer_text, language)
    if _CLAIMS.search(text):
        return False
    count = len(text.split())
    if sentence.rstrip().endswith("?") and not text.lstrip().startswith("did you know"):
        said = content_words(customer_text, language)
        return count <= _LONGEST_QUESTION or words <= _courtesy(language) | said
    if words <= _courtesy(language):
        return True
    begins = content_words(" ".join(text.split()[:1]), language)
    hello = bool(begins) and begins <= _courtesy(language)
    greeting = first and hello and count <= 4 and sentence.rstrip().endswith((",", "!"))
    signature = last and count <= 8 and any(folded(name) in text for name in names if name)
    return greeting or signature
