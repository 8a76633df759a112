"""What the answer to each kind of question looks like: an amount, a time, an instruction ..."""

from __future__ import annotations

import re

from core.llm.offline.questions import AskKind

_NUMBER = (
    r"(\d|\b(one|two|three|four|five|six|ten|twice|ein|zwei|drei|vier|fünf|dos|tres|cuatro|deux|trois|quatre|"
    r"unlimited|unbegrenzt|ilimitad[oa]s?|illimité))"
)
_TIME = (
    r"(\b(seconds?|minutes?|hours?|days?|weeks?|months?|years?|immediately|at once|until|before|after|"
    r"during|every|"
    r"sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|sofort|bis|días?|horas?|minutos?|"
    r"semanas?|"
    r"meses|años?|jours?|heures?|semaines?|mois|années?|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)\b|\d:\d\d)"
)
SHAPES: dict[AskKind, re.Pattern[str]] = {
    "how": re.compile(
        r"^(to |you can |open|select|choose|click|go to|enter|run|use|set|create|add|install|öffnen|"
        r"wählen|klicken|gehen|"
        r"um |abra|abre|seleccion|haga|para |ouvrez|sélectionn|cliquez|allez|pour )",
        re.I,
    ),
    "amount": re.compile(_NUMBER, re.I),
    "when": re.compile(_TIME, re.I),
    "where": re.compile(
        r"( > |\b(under|menu|page|tab|section|panel|open|unter|menü|seite|bajo|sous|page)\b|https?://)", re.I
    ),
    "why": re.compile(
        r"\b(because|due to|caus\w+|since|reason|so that|means|weil|da|wegen|porque|debido|car|parce)\b", re.I
    ),
    "yes_no": re.compile(
        r"\b(can|can't|cannot|may|must|not|no|yes|only|supports?|supported|doesn't|don't|isn't|"
        r"available|allowed|"
        r"kann|können|nicht|kein\w*|nur|ja|nein|unterstützt|puede\w*|no|sí|solo|sólo|pouvez|peut|ne|pas|"
        r"seulement|oui|non)\b",
        re.I,
    ),
    "what": re.compile(
        r"\b(is|are|means|refers|called|contains?|consists?|ist|sind|bedeutet|heißt|es|son|significa|"
        r"est|sont)\b",
        re.I,
    ),
}
