"""One lexical analysis for both databases: words, stemmed in the language they are written in.

The result is a string of plain terms with single blanks between them. The databases only split
it at the blanks, so the same text gives the same terms on SQLite and on Postgres.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import regex  # type: ignore[import-untyped]
import snowballstemmer

from core.knowledge.function_words import function_words

_LANGUAGES = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_RELATIVES = {"nb": "no", "nn": "no"}

_ADDRESS = regex.compile(r"(?:https?|ftp)://\S+")
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
# Scripts written without blanks are indexed by overlapping pairs of characters.
_UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}"
    r"\p{Script=Myanmar}ー]+"
)
_LATIN_MARK = regex.compile(r"(\p{Script=Latin})\p{M}+")
_LONGEST_TERM = 64


@lru_cache(maxsize=1000)
def language_of(locale: str) -> str:
    """The language part of a locale: ``de`` for ``de-AT`` or ``de_AT``."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return _RELATIVES.get(language, language)


def terms(text: str, language: str) -> list[str]:
    """The index terms of ``text`` in order; words of unknown languages are kept unstemmed."""
    stem = _stemmer(language)
    return [stem(word) for word in words(text)]


def query_terms(text: str, language: str) -> list[str]:
    """The distinct terms to look for, in order, without function words unless there is nothing else."""
    known = words(text)
    left_out = function_words(language_of(language))
    stem = _stemmer(language)
    return list(dict.fromkeys(map(stem, [word for word in known if word not in left_out] or known)))


def words(text: str) -> list[str]:
    """The words of ``text`` in order: case-folded, normalised, not stemmed. Addresses are left out."""
    return list(_words(text))


def _words(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text)).casefold()
    for match in _WORD.finditer(folded):
        word = match.group().replace("’", "'")
        if word.isascii():
            yield word.partition("'")[0][:_LONGEST_TERM] if word.endswith("'s") else _joined(word)
        else:
            yield from _mixed(word)


def _joined(word: str) -> str:
    return word.replace("'", "")[:_LONGEST_TERM]


def _mixed(word: str) -> Iterator[str]:
    position = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > position:
            yield _joined(word[position : run.start()])
        characters = run.group()
        if len(characters) == 1:
            yield characters
        for at in range(len(characters) - 1):
            yield characters[at : at + 2]
        position = run.end()
    if position < len(word):
        yield _joined(word[position:])


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    name = _LANGUAGES.get(language_of(language))
    if name is None or name not in snowballstemmer.algorithms():
        return _without_accents

    @lru_cache(maxsize=100_000)
    def stem(word: str) -> str:
        # A stemmer object keeps its state while it works, so each call takes its own.
        stemmed = str(snowballstemmer.stemmer(name).stemWord(word)) or word
        return stemmed if stemmed.isascii() else _without_accents(stemmed)

    return stem


def _without_accents(word: str) -> str:
    """Latin letters without their marks: people leave them out when they type. Others keep them."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", _LATIN_MARK.sub(r"\1", unicodedata.normalize("NFD", word)))
