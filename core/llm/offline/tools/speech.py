"""Takes from a message what the customer says in their own words, now: no quotations, no older mail."""

from __future__ import annotations

import re

from core.llm.offline.cleaning import without_pleasantries

_OLDER_MAIL = re.compile(
    r"^\W*(?:-{2,}\s*)?(?:original message|forwarded message|urspr(?:ü|ue)ngliche nachricht|"
    r"weitergeleitete nachricht|"
    r"mensaje original|mensaje reenviado|message d'origine)\b|"
    r"^\W*(?:on|am|el|le)\b.{4,80}\b(?:wrote|schrieb|escribió|a écrit)\b[^\n]{0,80}:\s*$|"
    r"^\W*(?:from|von|de|sent|gesendet|enviado)\s*:\s*\S+.*@",
    re.I,
)
_FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_QUOTATION = re.compile(
    r"“[^”]*(?:”|\Z)|„[^“”]*(?:[“”]|\Z)|«[^»]*(?:»|\Z)|(?<!\w)\"[^\"]*(?:\"|\Z)|(?<!\w)'[^'\n]{12,}'(?!\w)"
)
_MOST_QUOTED_WORDS = 3
_ADDRESSED = re.compile(r"^\W*(?:subject|betreff|asunto)\s*:", re.I)


def own_words(text: str) -> str:
    """The message without greeting, signature, quoted lines, older mail, code and longer quotations.

    A quotation of up to three words stays: it is a name, such as that of a key.
    """
    lines: list[str] = []
    for line in _FENCE.sub(" ", text).splitlines():
        if _OLDER_MAIL.search(line):
            break
        if not _ADDRESSED.match(line):
            lines.append(line)
    return _QUOTATION.sub(_kept, without_pleasantries("\n".join(lines)))


def _kept(match: re.Match[str]) -> str:
    return match.group() if len(match.group().split()) <= _MOST_QUOTED_WORDS else " … "
