"""Finds what an article has to speak of to answer: the act that is asked about, and the product named."""

from __future__ import annotations

import re

from core.llm.offline.words import terms

_ACTS = {
    "en": re.compile(
        r"\b(move|moving|migrate|migrating|import(?:ing)?|upgrade|upgrading|merge|merging|rename|renaming|"
        r"convert(?:ing)?|clone|cloning)\b",
        re.I,
    ),
    "de": re.compile(
        r"\b(umziehen|umzuziehen|migrieren|importieren|upgraden|aktualisieren|zusammenführen|umbenennen|"
        r"umwandeln|klonen)\b",
        re.I,
    ),
    "es": re.compile(
        r"\b(mover|migrar|trasladar|importar|actualizar|fusionar|renombrar|convertir|clonar)\b", re.I
    ),
}
"""What is done to a thing one has. What was done before ("we moved") is no question."""
_NAME = re.compile(r"\b[A-Z][a-z]+[A-Z]\w*\b")


def demanded(text: str, language: str) -> frozenset[str]:
    """The stems that an article must have.

    An article that has the thing but not the act, such as creating a database where somebody wants
    to upgrade one, is near the answer and not it. The same goes for one that never names the product.

    Args:
        text: the question in the customer's words.
    """
    acts = _ACTS.get(language)
    found = [*(acts.findall(text) if acts else ()), *_NAME.findall(text)]
    return frozenset(term for word in found for term in terms(word, language)[:1])
