"""Takes greetings, thanks, signatures and quoted history off a customer's message."""

from __future__ import annotations

import re

from core.llm.offline.sentences import split_sentences

_SIGNATURE_WORDS = 40
_GREETING = re.compile(
    r"^\s*(hi|hello|hey|hiya|dear|greetings|good (morning|afternoon|evening|day)|hallo|guten (tag|"
    r"morgen|abend)|moin|"
    r"sehr geehrte[rs]?|liebe[rs]?|hola|buen[oa]s (días|tardes|noches)|estimad[oa]s?|bonjour|bonsoir|salut|"
    r"ch(er|ère)s?)\b(?!\s+(is|are|was|i)\b)[^,.!?\n:]{0,45}([,.!:]+|\n|$)",
    re.I,
)
_CLOSING = re.compile(
    r"^\s*(--\s*$|__+\s*$|sent from my\b|(with )?(best|kind|kindest|warm)( regards|"
    r" wishes)?\s*[,.!]?\s*$|regards\b|"
    r"(yours )?(sincerely|faithfully|truly)\b|cheers\s*[,.!]?\s*$|thanks( again)?\s*[,.!]*\s*$|"
    r"(with|mit) (freundlichen|besten|vielen) grüßen|(viele|liebe|beste|schöne) grüße|mfg\b|lg\b|gruß\b|"
    r"(un )?(cordial )?saludos?\b|atentamente\b|cordialement\b|bien à vous|(sincères )?salutations)",
    re.I,
)
_THANKS = re.compile(
    r"^\W*((many |lots of |a lot of )?thank(s| you)\b|thx\b|ty\b|(any|some) help (is|would be|will be)|"
    r"(i )?(would )?(really )?appreciate (any|your|the|it)|looking forward|i look forward|hope (you|"
    r"this|to|all)|"
    r"i hope (you|this|to|all)|have a (good|nice|great)|please help( me)?\W*$|can (you|someone|"
    r"anyone) help( me)?\W*$|"
    r"could (you|someone|anyone)( please)? help( me)?\W*$|i have a (quick )?question\W*$|(vielen|"
    r"herzlichen|besten) dank|"
    r"danke\b|ich (würde mich|freue mich)|(muchas |mil )?gracias\b|espero su|quedo a la espera|merci\b|"
    r"(d'avance|dans l'attente|en vous remerciant))",
    re.I,
)
_THANKS_MAX_WORDS = 14
_QUOTED = re.compile(r"^\s*>")


def without_pleasantries(text: str) -> str:
    """The message without greeting, thanks, signature and quoted lines.

    A message that is nothing but these comes back empty.
    """
    lines = [line for line in text.splitlines() if not _QUOTED.match(line)]
    lines = _without_signature(lines)
    body = "\n".join(lines).strip()
    for _ in range(2):  # "Hello! Dear team,"
        match = _GREETING.match(body)
        if match:
            body = body[match.end() :].strip()
    kept: list[str] = []
    for line in body.splitlines():
        sentences = [sentence for sentence in split_sentences(line) if not _is_thanks(sentence)]
        kept.append(" ".join(sentences))
    return "\n".join(line for line in kept if line).strip()


def _without_signature(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if _CLOSING.match(line):
            rest = sum(len(other.split()) for other in lines[index:])
            if rest <= _SIGNATURE_WORDS and any(other.strip() for other in lines[:index]):
                return lines[:index]
    return lines


def _is_thanks(sentence: str) -> bool:
    return (
        _THANKS.match(sentence) is not None
        and len(sentence.split()) <= _THANKS_MAX_WORDS
        and not (sentence.rstrip().endswith("?") and len(sentence.split()) > 7)
    )
