"""Whether a reply is in the customer's language, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.assist.grounding.wording import language_of
from core.assist.guardrails.registry import Flag, after
from core.assist.guardrails.sentences import split, spoken
from core.assist.guardrails.texts import ReplyCheck

_SHORTEST = 24
"""Letters a sentence needs before its language is judged by itself."""
_SIZEABLE = 0.4
"""Share of a reply in another language from which it is in the wrong one."""
_QUOTED = re.compile(
    r"```.*?```|`[^`\n]*`|\*\*[^*\n]{1,120}\*\*|[\"“„«][^\"“”«»\n]{1,200}[\"”“»]|https?://\S+", re.DOTALL
)
_PATH = re.compile(
    r"\b[A-Z][\w-]{0,30}(?: [A-Z][\w-]{0,30}){0,4}(?: > [A-Z][\w-]{0,30}(?: [\w-]{1,30})?){1,6}"
)
_NAMES = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch",
          "pl": "Polish", "pt": "Portuguese"}  # fmt: skip


@after(
    "language",
    title="Another language",
    severity="warn",
    description="The reply is not in the language of the customer.",
)
def check(reply: ReplyCheck) -> Iterator[Flag]:
    """Sentences in another language, when they make up much of the reply."""
    wanted = language_of(reply.language) or spoken(reply.customer_text, fallback="")
    if not wanted:
        return
    foreign: list[tuple[str, str]] = []
    letters = 0
    own = _PATH.sub(" ", _QUOTED.sub(" ", reply.text))
    for piece in split(own):
        weight = sum(character.isalpha() for character in piece)
        if weight < _SHORTEST or _only_names(piece):
            continue
        letters += weight
        found = spoken(piece, fallback=wanted)
        if found != wanted:
            foreign.append((piece, found))
    if letters and not foreign and (found := spoken(own, fallback=wanted)) != wanted:
        foreign.append((own.strip(), found))
    if foreign and sum(sum(c.isalpha() for c in text) for text, _ in foreign) >= _SIZEABLE * letters:
        text, found = foreign[0]
        yield Flag(f"The customer writes {_named(wanted)}; this is {_named(found)}.", text)


def _only_names(piece: str) -> bool:
    """A signature or a list of names: hardly a word begins with a small letter."""
    words: list[str] = re.findall(r"[^\W\d_]{2,}", piece)
    return len([word for word in words if word[0].islower()]) <= 1


def _named(code: str) -> str:
    return _NAMES.get(code, f"“{code}”")
