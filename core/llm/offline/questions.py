"""Tells what kind of answer a question wants."""

from __future__ import annotations

import re
from typing import Literal

AskKind = Literal["how", "yes_no", "amount", "when", "where", "why", "what", "problem"]

_KINDS: tuple[tuple[AskKind, re.Pattern[str]], ...] = (
    (
        "how",
        re.compile(
            r"\b(how (do|can|could|should|would|to|does one|might) |what (are|is) the (steps?|procedure|"
            r"process|"
            r"way) |what do i (need to|have to) do|what should i do|steps to|instructions (for|to)|"
            r"wie (kann|können|könnte|muss|soll|mache|richte|ändere|lösche|bekomme|komme|geht|stelle|"
            r"lade|erstelle)|"
            r"was muss ich|cómo (puedo|se|hago|debo|podría)|como (puedo|hago)|qué (debo|tengo que) hacer|"
            r"comment (puis|faire|peut|dois|je|on|est-ce que))",
            re.I,
        ),
    ),
    (
        "amount",
        re.compile(
            r"\b(how (many|much|long|large|big|often|fast|old|far|soon)|max(imum)?|min(imum)?|limits?|"
            r"cost|price|"
            r"fees?|size|number of|amount|rate|quota|"
            r"wie (viel|viele|lange|oft|hoch|groß|gross|teuer)|kostet|kosten|höchstens|mindestens|"
            r"cuánt[oa]s?|precio|cuesta|límite|máximo|mínimo|"
            r"combien|prix|coûte|tarif|limite|maximum|minimum|durée)\b",
            re.I,
        ),
    ),
    (
        "when",
        re.compile(
            r"\b(when|what (time|date)|by which date|wann|cuándo|quand|à quelle (date|heure))\b", re.I
        ),
    ),
    ("where", re.compile(r"\b(where|wo (finde|ist|kann|sehe|sind)|dónde|où)\b", re.I)),
    (
        "why",
        re.compile(r"\b(why|what causes|reason for|how come|warum|weshalb|wieso|por qué|pourquoi)\b", re.I),
    ),
    (
        "yes_no",
        re.compile(
            r"^\W*(is|are|was|were|do|does|did|can|could|will|would|should|may|must|has|have|am|"
            r"ist|sind|kann|können|darf|gibt|habe|hat|muss|wird|werden|funktioniert|geht|bietet|"
            r"es|está|puedo|puede|pueden|hay|tiene|tengo|se puede|"
            r"est-ce|puis-je|peut-on|y a-t-il|avez-vous|ai-je|dois-je|est-il|sont)\b",
            re.I,
        ),
    ),
    ("what", re.compile(r"\b(what|which|who|was|welche[rsnm]?|qué|cuál(es)?|que|quel(le)?s?|qu')\b", re.I)),
)


def kind_of(sentence: str) -> AskKind:
    """What kind of answer a question wants."""
    for kind, pattern in _KINDS:
        if kind == "what" and not sentence.rstrip().endswith("?") and not pattern.match(sentence):
            continue
        if kind == "yes_no" and pattern.search(sentence):
            return kind
        if pattern.search(sentence):
            if kind == "amount" and _yes_no_question(sentence):
                return "yes_no"
            return kind
    return "problem"


def _yes_no_question(sentence: str) -> bool:
    return next(pattern for kind, pattern in _KINDS if kind == "yes_no").search(sentence) is not None


_AND_ALSO = re.compile(
    r",?\s+(?:and|und|y|et|also)\s+(?=(?:also\s+)?(?:how|what|when|where|why|which|can|could|do|does|is|"
    r"are|wie|was|wann|wo|warum|"
    r"kann|können|cómo|qué|cuándo|cuánto|dónde|puedo|comment|quand|combien|où|quel(?:le)?s?|est-ce|"
    r"puis-je)\b)",
    re.I,
)
_ASKING_WORDS = (
    r"(?:how|what|which|where|who|can|could|do|does|is|are|wie|was|wo|welche\w*|kann|können|ist|sind|gibt|"
    r"cómo|qué|"
    r"cuánt\w+|dónde|puedo|pueden?)\b"
)
_NEXT_QUESTION = re.compile(rf",\s+(?={_ASKING_WORDS})", re.I)
_ASKING = re.compile(rf"(?:^|:)\W*{_ASKING_WORDS}", re.I)


def split_question(question: str) -> list[str]:
    """The parts of "How long are backups kept, is staging included and what does it cost?"."""
    found: list[str] = []
    for part in _AND_ALSO.split(question):
        listed = _NEXT_QUESTION.split(part)
        found += listed if len(listed) > 1 and _ASKING.search(listed[0]) else [part]
    return [part for part in found if part.strip()]
