"""Tells a reminder ("Any news?", "it still doesn't work") from a question of its own."""

from __future__ import annotations

import re

from core.llm.offline.sentences import split_sentences

_MOST_WORDS = 12
_NUDGE = re.compile(
    r"\b(any|some) (news|updates?|progress|answer|reply|response|feedback)\b|"
    r"\b(an?|the|your) (update|answer|reply|response|status)\b(?! (of|to|for|from|about) (?!(it|this|that|my "
    r"(ticket|case|request|question|message|e-?mail)))\w)|"
    r"\b(what('?s| is)|how('?s| is)|where('?s| is)) (the )?(status|progress|going on|happening|it going)\b|"
    r"\b(still|been) waiting\b|\bfollow(ing)?[- ]up\b|\bwhen (can|will|do) (i|we) (hear|get an (answer|"
    r"update|reply))\b|\b(is )?(anyone|anybody|someone) (there|here|reading)\b|"
    r"\b(please|kindly) (reply|respond|answer|get back)\b|^\W*(bump|ping|up|reminder|hello|hi|hey)\W*$|"
    r"\b(it|this|that) (is |does |do |has |'s )?(still )?(doesn'?t|don'?t|not|isn'?t|didn'?t|hasn'?t|won'?t)"
    r"( been)? (work(ing)?|help(ed|ing)?|fixed|solved|resolved)\b|^\W*(still )?(not working|broken|no "
    r"(change|luck|answer|reply|response|news))\W*$|"
    r"\b(etwas|was) neues\b|\b(gibt es|gibts|haben sie) (schon |inzwischen |bereits |denn )*(neuigkeiten|"
    r"news|etwas|eine antwort|ein update|einen neuen stand|infos)\b|\b(wie ist|wie lautet) der "
    r"(aktuelle )?stand\b|\b(aktueller|neuer|zwischen)\s?stand\b|\bwarte (noch |immer )*(auf|seit)\b|"
    r"\b(es |das )?(geht|funktioniert|klappt) (immer noch |noch immer |leider |weiterhin )*nicht\W*$|"
    r"\bist (da )?jemand\b|\bbitte (um )?(antwort\w*|rückmeldung)\b|^\W*hallo\W*$|"
    r"\b(alguna|hay|tienen|tenéis) (alguna )?(novedad(es)?|noticias?|respuesta)\b|"
    r"\b(sigo|seguimos|sigue) (esperando|sin (respuesta|noticias|funcionar|ir))\b|"
    r"\b(hay alguien|siguen? ahí)\b|^\W*(sigue |aún |todavía )*no (va|funciona)\W*$|"
    r"\b(me|nos) (pueden?|podrían?) (responder|contestar|informar)\b|"
    r"\b(des|une|du) (nouvelles?|nouveau|réponse|mise à jour)\b|\b(j'attends|toujours en attente)\b|"
    r"\b(ça|cela) ne (marche|fonctionne) (toujours )?pas\W*$",
    re.I,
)


def without_nudges(text: str) -> tuple[str, str]:
    """Take reminders out of a message.

    Returns:
        What is left to answer, and the reminders; either may be empty.
    """
    left: list[str] = []
    nudges: list[str] = []
    for line in text.splitlines():
        sentences = split_sentences(line)
        kept = [sentence for sentence in sentences if not is_nudge(sentence)]
        nudges.extend(sentence for sentence in sentences if sentence not in kept)
        if kept:
            left.append(" ".join(kept))
    return "\n".join(left), " ".join(nudges)


def is_nudge(sentence: str) -> bool:
    """Whether a sentence only asks how the matter stands, or says that it goes on."""
    return len(sentence.split()) <= _MOST_WORDS and _NUDGE.search(sentence) is not None
