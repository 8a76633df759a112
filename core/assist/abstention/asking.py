"""What the customer asks, as content words with the information each carries."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.assist.grounding.wording import content_words, is_courtesy, pieces

_IDENTIFIER = re.compile(r"\b(?=[\w-]*\d)[A-Za-z][\w-]{3,}\b|#\d{3,}\b|\b\d{5,}\b")

# Customers' words that name no matter. `is_courtesy` knows those of representatives.
_EMPTY = """
hello hi dear team thank thanks much very best kind regards greetings cheers sincerely advance please help
question problem issue know tell want need like wondering possible ask asking explain
hallo liebes team vielen dank danke sehr freundliche grüße beste gruß voraus bitte hilfe frage problem
wissen möchte brauche gerne sagen
hola estimado equipo gracias muchas saludos cordiales antemano ayuda pregunta problema saber quiero necesito
bonjour merci beaucoup cordialement avance aide question problème savoir voudrais besoin
"""


@lru_cache(maxsize=64)
def _empty(language: str) -> frozenset[str]:
    return content_words(_EMPTY, language)


@dataclass(frozen=True, slots=True)
class Ask:
    """Content words (stems) of a question with their weight.

    Attributes:
        spoken: how a stem was written, for people.
        identifiers: invoice numbers, order numbers and their like, as written.
    """

    weights: Mapping[str, float]
    spoken: Mapping[str, str]
    identifiers: tuple[str, ...]
    language: str

    def covered_by(self, text: str) -> float:
        """Share of the information that the words of ``text`` cover, 0..1; 0 for a question without any."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        present = content_words(text, self.language)
        return sum(weight for word, weight in self.weights.items() if word in present) / total

    def missing_from(self, text: str, *, most: int = 3) -> tuple[str, ...]:
        """The weightiest words that ``text`` does not have, as the customer wrote them."""
        present = content_words(text, self.language)
        left = [word for word in self.weights if word not in present]
        left.sort(key=lambda word: -self.weights[word])
        return tuple(self.spoken[word] for word in left[:most])


def ask_of(questions: Sequence[str], passages: Sequence[str], *, language: str) -> Ask:
    """The words of what the customer wrote, without greetings and thanks.

    A word in every passage that was found says little about which one answers, and one in no
    passage says most: the weight is ``ln(1 + (n + 1) / (df + 1))`` (inverse document frequency,
    smoothed), among the passages of this run.
    """
    return _ask_of(tuple(questions), tuple(passages), language)


@lru_cache(maxsize=256)
def _ask_of(questions: tuple[str, ...], passages: tuple[str, ...], language: str) -> Ask:
    written = [piece for question in questions for piece in pieces(question) if piece.strip()]
    asked = [
        piece
        for number, piece in enumerate(written)
        if piece.rstrip().endswith("?")
        or not is_courtesy(
            piece,
            language=language,
            first=number == 0,
            last=number == len(written) - 1,
            names=(),
            customer_text="",
        )
    ]
    text = "\n".join(asked or written)
    words = content_words(text, language)
    words = words - _empty(language) or words
    frequency = Counter(word for passage in passages for word in content_words(passage, language) & words)
    size = len(passages) + 1
    weights = {word: math.log1p(size / (frequency[word] + 1)) for word in sorted(words)}
    return Ask(weights, _spoken(text, words, language), tuple(_IDENTIFIER.findall(text)), language)


def _spoken(text: str, words: frozenset[str], language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for token in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text):
        for stem in content_words(token, language):
            found.setdefault(stem, token)
    return {word: found.get(word, word) for word in words}
