"""Which words are names in a body of text: written large within sentences, where other words are not.

Titles write many words large, so only running text can tell. Two places that differ in such a name (the
Silver Account, the Gold Account) are about different things, however alike their sentences are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from core.knowledge.comparing.wording import content_stems, folded

_LARGE_SHARE = 0.6  # of a word's occurrences within sentences
_WITHIN = re.compile(r"(?<=[^\W\d_,)] )([^\W\d_][\w-]*)")
_LANGUAGES_WITHOUT = frozenset({"de"})  # German writes every noun large


def name_stems(texts: Iterable[str], language: str) -> frozenset[str]:
    """Stems of the words that are names in these texts; none in German, where writing does not tell."""
    if language in _LANGUAGES_WITHOUT:
        return frozenset()
    large: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        for word, count, is_large in _words(text):
            (large if is_large else small)[word] += count
    words = [word for word, count in large.items() if count >= _LARGE_SHARE * (count + small[word])]
    return frozenset(stem for word in words for stem in content_stems(word, language))


@lru_cache(maxsize=2_000)
def _words(text: str) -> tuple[tuple[str, int, bool], ...]:
    counted = Counter(match.group(1) for line in text.split("\n") for match in _WITHIN.finditer(line))
    return tuple((folded(word), count, word[0].isupper()) for word, count in counted.items())
