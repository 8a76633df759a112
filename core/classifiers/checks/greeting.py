"""Whether a text begins, and ends, as letters do."""

from __future__ import annotations

import re

from core.classifiers.checks.registry import CheckParameter, Finding, Values, check
from core.classifiers.checks.texts import plain
from core.classifiers.kind import Subject

# In lower case and without accents; English, German, Spanish, French, Italian, Dutch, Portuguese, Polish.
_OPENING = re.compile(
    r"\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|welcome"
    r"|hallo|guten (?:morgen|tag|abend)|sehr geehrte[rs]?|liebe[rs]?|moin|servus|gruss gott|gruezi"
    r"|hola|buen(?:os|as) (?:dias|tardes|noches)|buenas|estimad[oa]s?|querid[oa]s?|apreciad[oa]s?"
    r"|bonjour|bonsoir|salut|cher|chere|chers|madame|monsieur"
    r"|ciao|buongiorno|buonasera|salve|gentile|gentilissim[oa]|caro|cara"
    r"|goedemorgen|goedemiddag|goedenavond|goedendag|beste|geachte"
    r"|ola|bom dia|boa tarde|boa noite|prezad[oa]s?|car[oa]s?"
    r"|dzien dobry|dobry wieczor|czesc|witam|witaj|szanown[aiy])\b"
)
_CLOSING = re.compile(
    r"(?:^|[.!?,\n]\s*)\W*(?:(?:kind|best|warm|warmest|many|kindest)? ?(?:regards|wishes)|best|cheers"
    r"|sincerely|yours(?: sincerely| faithfully| truly)?|(?:many )?thanks|thank you|take care|all the best"
    r"|(?:mit )?(?:freundliche[nm]?|beste[nm]?|liebe[nm]?|viele[nm]?|herzliche[nm]?|schone[nm]?)"
    r" gruss(?:e|en)?|gruss|hochachtungsvoll|mfg"
    r"|(?:un )?(?:cordial|afectuoso) saludo|saludos(?: cordiales)?|atentamente|un abrazo|cordialmente"
    r"|cordialement|bien a vous|salutations|bonne journee|veuillez agreer"
    r"|cordiali saluti|distinti saluti|saluti|(?:met )?vriendelijke groet(?:en)?|groeten"
    r"|atenciosamente|cumprimentos|abracos|pozdrawiam|z powazaniem)\b"
)
_BEGINNING, _END_LINES = 120, 4
"""Characters of a line, and lines, in which they are looked for."""


@check(
    "greeting",
    title="Greets the customer",
    parameters=(
        CheckParameter(
            "closing",
            "And ends with a closing line",
            "switch",
            default=False,
            hint="Such as “Kind regards” or “Viele Grüße” in the last lines.",
        ),
    ),
)
def greeting(subject: Subject, values: Values) -> Finding:
    """Yes: it begins with a greeting."""
    said = plain(subject.text).strip()
    if not _OPENING.match(said[:_BEGINNING]):
        return Finding(False, "It does not begin with a greeting that is known.")
    if not values["closing"]:
        return Finding(True, "It begins with a greeting.")
    lines = [line[-_BEGINNING:] for line in said.splitlines() if line.strip()]
    if _CLOSING.search("\n".join(lines[-_END_LINES:])):
        return Finding(True, "It begins with a greeting and ends with a closing line.")
    return Finding(False, "It begins with a greeting, and has no closing line that is known.")
