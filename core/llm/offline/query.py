"""Understands what the customer asks, and writes the search query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.llm.offline.cleaning import without_pleasantries
from core.llm.offline.nudges import without_nudges
from core.llm.offline.questions import AskKind, kind_of, split_question
from core.llm.offline.rules import wants_action
from core.llm.offline.sentences import split_sentences
from core.llm.offline.words import is_mask, terms, without_masks

MAX_ASKS = 3
_FEW_TERMS = 3
_WHOLE_MESSAGE_WORDS = 45
_QUERY_WORDS = 60
_ABOUT_TERMS = 24


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation."""

    author: Literal["customer", "rep"]
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing the customer asks.

    Attributes:
        terms: the stems to find an answer by, in order.
        about: stems of what else the customer wrote, which tells what the question is about.
    """

    text: str
    kind: AskKind
    terms: tuple[str, ...]
    about: tuple[str, ...] = ()

    @property
    def leans(self) -> bool:
        """Whether the question says too little by itself, such as "Is that enough?"."""
        return bool(self.about) and len(self.terms) < _FEW_TERMS + 1


@dataclass(frozen=True, slots=True)
class Request:
    """What there is to answer.

    Attributes:
        text: the customer's latest words without pleasantries and without orders to the assistant.
        asks: the things asked, in the customer's order; empty when nothing is asked.
        said: stems of everything the customer, the rep's note and our records say, to tell cases apart.
        query: what to search for; empty when nothing is asked.
        nudged: what the customer asked before and now reminds us of; empty where this is no reminder.
        replied: whether we wrote something between the question and the reminder.
    """

    text: str
    asks: tuple[Ask, ...]
    said: frozenset[str]
    query: str
    nudged: str = ""
    replied: bool = False


_REQUEST = re.compile(
    r"\b(how (do|can|to)|i (want|need|would like|'d like|am trying|'m trying|am unable|cannot|can't|"
    r"can not|could not|"
    r"couldn't|wish|have a (problem|question|issue))|please (tell|explain|let me know|advise|help)|"
    r"(is|are)n't working|not working|doesn't work|does not work|fails?|failed|error|unable to|trouble|"
    r"ich (möchte|will|brauche|kann .{0,60}nicht|würde gern)|funktioniert nicht|geht nicht|fehler|"
    r"(quiero|necesito|quisiera|no puedo|no funciona|error)|"
    r"je (veux|voudrais|souhaite|ne peux pas|n'arrive pas)|ne fonctionne pas|erreur|problème)\b",
    re.I,
)
# "long" in "how long" asks for a duration: the answer says "30 days", not "long".
_QUESTION_WORDS = re.compile(
    r"\b(how (long|many|much|often|soon|far|fast|big|large|old)|what (time|kind of|sort of|type of)|"
    r"wie (lange|viele?|oft|hoch|"
    r"schnell|groß)|welche art( von)?|cuánt[oa]s? (tiempo|veces)|qué (tipo de|hora)|combien de (temps|"
    r"fois)|quel type de)\b",
    re.I,
)
_POINTS_BACK = re.compile(
    r"\b(it|its|this|that|these|those|they|them|one|ones|there|same|es|das|dies\w*|ihn|sie|dort|damit|"
    r"dafür|dabei|"
    r"esto|eso|lo|la|ello|allí|cela|ça|celui|celle|le|en|y)\b",
    re.I,
)
_TELLING = re.compile(
    r"^\W*((please|also|and|but|then|just|bitte|auch|und)\W+)*(say|mention|tell (them|him|her|"
    r"the customer)|explain|answer|include|"
    r"add|point out|erwähne|nenne|sage?|ergänze)\b(\W+(that|also|auch|dass)\b)?",
    re.I,
)
_REPLY_ONLY = re.compile(
    r"^\W*(yes|yeah|yep|no|nope|ok(ay)?|sure|right|correct|exactly|both|neither|the (first|second|third|"
    r"last|other|"
    r"former|latter)|option|number|ja|nein|genau|richtig|das (erste|zweite|dritte)|beide|sí|si|"
    r"la (primera|segunda)|"
    r"el (primero|segundo)|oui|non|d'accord|exact|le (premier|deuxième|second)|la (première|deuxième|"
    r"seconde))\b",
    re.I,
)


def understand(
    turns: Sequence[Turn], *, language: str, subject: str = "", note: str = "", facts: str = ""
) -> Request:
    """What the customer wants to know.

    Args:
        turns: the conversation, oldest first, already free of orders to the assistant.
        language: for stop words and stems, e.g. ``en``.
        subject: the subject line; stands in where the message itself says little.
        note: an extra question of the rep, answered after the customer's.
        facts: what our records say about the customer; tells cases apart, is never searched for.
    """
    latest, earlier = _latest(turns)
    text = without_masks(without_pleasantries(latest))
    left, nudge = without_nudges(text)
    nudged, replied = "", False
    if sum(turn.author == "customer" for turn in turns) < 2:
        pass  # a first message reminds of nothing
    elif nudge and not set(terms(left, language)):
        nudged, replied = _matter(earlier), True
    elif nudge:
        text, nudged = left, left
    context = ""
    own_terms = set(terms(text, language))
    if earlier and (len(own_terms) < _FEW_TERMS or (_REPLY_ONLY.match(text) and len(own_terms) < 8)):
        context = _context(earlier, text)
    elif subject and len(own_terms) < _FEW_TERMS:
        context = subject
    heard = [*(turn.text for turn in turns if turn.author == "customer"), subject, note, facts, context]
    said = frozenset(term for part in heard for term in terms(without_masks(part), language))
    if not own_terms and not (context and _REPLY_ONLY.match(text)) and not note:
        if not (subject and not earlier and set(terms(subject, language))):
            return Request(text, (), said, "", nudged, replied)
        context = subject
    asks = _asks(text, context=context, language=language)
    if note and set(terms(note, language)):
        asks = (*asks, *_asks(_TELLING.sub("", note), context="", language=language)[:1])
    return Request(
        text, asks[: MAX_ASKS + 1], said, _query(text, asks, context=context, note=note), nudged, replied
    )


def _matter(earlier: Sequence[Turn]) -> str:
    """The customer's last words before ours that say what it is about."""
    for turn in reversed(earlier):
        if turn.author == "customer":
            matter, _ = without_nudges(without_masks(without_pleasantries(turn.text)))
            if matter:
                return matter
    return ""


def _latest(turns: Sequence[Turn]) -> tuple[str, Sequence[Turn]]:
    """The customer's messages since the last reply, and what came before them."""
    end = len(turns)
    while end and turns[end - 1].author == "rep":
        end -= 1  # regenerating after a reply: the customer's last words still count
    start = end
    while start and turns[start - 1].author == "customer":
        start -= 1
    return "\n".join(turn.text for turn in turns[start:end]), turns[:start]


def _context(earlier: Sequence[Turn], answer: str) -> str:
    """What a bare answer answers: the rep's question, and the matter before it."""
    rep_said = without_pleasantries(earlier[-1].text)
    questions = [sentence for sentence in split_sentences(rep_said) if sentence.rstrip().endswith("?")]
    questions = [_chosen(questions[-1], answer)] if questions else []
    matter = next((turn.text for turn in reversed(earlier) if turn.author == "customer"), "")
    parts = [_condense(without_pleasantries(matter)), *questions[-1:]]
    return without_masks(" ".join(part for part in parts if part))


_ORDINALS = (
    re.compile(r"\b(first|1st|former|erste[nrs]?|primer[oa]?|premi(er|ère))\b", re.I),
    re.compile(r"\b(second|2nd|latter|other|zweite[nrs]?|segund[oa]|deuxième|seconde?)\b", re.I),
    re.compile(r"\b(third|3rd|dritte[nrs]?|tercer[oa]?|troisième)\b", re.I),
)


def _chosen(question: str, answer: str) -> str:
    """The option of "A or B?" that an answer such as "the second one" picks, or the whole question."""
    options = [
        part.strip(" ?")
        for part in re.split(r",\s*(?:or\b)?|\bor\b|\boder\b|\s[ou]\s|\bou\b", question)
        if part.strip(" ?")
    ]
    for position, ordinal in enumerate(_ORDINALS):
        if ordinal.search(answer) and len(options) > 1 and position < len(options):
            return options[position]
    return question


def _asks(text: str, *, context: str, language: str) -> tuple[Ask, ...]:
    sentences = [part for line in text.splitlines() for part in split_sentences(line)]
    questions = [sentence for sentence in sentences if sentence.rstrip(" \"')").endswith("?")]
    questions = [part for question in questions for part in split_question(question)]
    wanted = questions or [sentence for sentence in sentences if _REQUEST.search(sentence)]
    asks: list[Ask] = []
    for sentence in wanted:
        own = tuple(dict.fromkeys(terms(_QUESTION_WORDS.sub(" ", sentence), language)))
        if not own and not context:
            continue
        if not own or (len(own) < _FEW_TERMS and _POINTS_BACK.search(sentence)):
            more = terms(" ".join([context, *_before(sentences, sentence)]), language)
            own = tuple(dict.fromkeys([*own, *more[-12:]]))
        if own and not any(set(own) <= set(ask.terms) for ask in asks):
            asks.append(Ask(sentence, "how" if wants_action(sentence) else kind_of(sentence), own))
    if not asks:
        words_left = _QUESTION_WORDS.sub(
            " ", _REPLY_ONLY.sub(" ", _condense(text)) if context else _condense(text)
        )
        whole = tuple(dict.fromkeys(terms(f"{context} {words_left}", language)))
        if whole:
            kind: AskKind = "how" if wants_action(text) else kind_of(context or text)
            asks.append(Ask(text or context, kind, whole))
    around = f"{context} {_condense(text)}"
    asks = [replace(ask, about=_about(ask, around, asks, language)) for ask in asks]
    if len(asks) > MAX_ASKS:
        asks = sorted(sorted(asks, key=lambda ask: -len(ask.terms))[:MAX_ASKS], key=asks.index)
    return tuple(asks)


def _about(ask: Ask, text: str, asks: Sequence[Ask], language: str) -> tuple[str, ...]:
    for other in asks:
        if other is not ask:
            text = text.replace(other.text, " ")  # another question is another matter
    others = (term for term in terms(text, language) if term not in ask.terms)
    return tuple(dict.fromkeys(others))[:_ABOUT_TERMS]


def _before(sentences: Sequence[str], part: str) -> Sequence[str]:
    """The sentences a question may lean on: the two before it, and the one it is a part of."""
    at = next((i for i, sentence in enumerate(sentences) if part in sentence), 0)
    whole = [] if sentences[at] == part else [sentences[at].partition(part)[0]]
    return [*sentences[max(0, at - 2) : at], *whole]


def _condense(text: str) -> str:
    """The sentences of a long text that say what is wrong or wanted."""
    if len(text.split()) <= _WHOLE_MESSAGE_WORDS:
        return text
    sentences = [part for line in text.splitlines() for part in split_sentences(line)]
    ranked = sorted(
        range(len(sentences)),
        key=lambda i: (
            not sentences[i].rstrip().endswith("?"),
            not _REQUEST.search(sentences[i]),
            -len(re.findall(r"\w*\d\w*|\b[A-Z]{2,}\b|\b[A-Z][a-z]+[A-Z]\w*|[\"“«].+?[\"”»]", sentences[i])),
            i,
        ),
    )
    kept: list[int] = []
    size = 0
    for index in ranked:
        count = len(sentences[index].split())
        if kept and size + count > _WHOLE_MESSAGE_WORDS:
            continue
        kept.append(index)
        size += count
    return " ".join(sentences[index] for index in sorted(kept))


def _query(text: str, asks: Sequence[Ask], *, context: str, note: str) -> str:
    body = _condense(text)
    for ask in asks:
        if ask.text not in body and ask.text not in note:
            body = f"{body} {ask.text}"
    parts = [part for part in (context, body, note) if part]
    kept = [word for word in " ".join(parts).split() if not is_mask(word.strip(".,;:!?"))]
    return " ".join(kept[:_QUERY_WORDS])
