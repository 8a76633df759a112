"""Understands a case before anything is searched or looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.llm.language import detect_language
from core.llm.offline.case import Case
from core.llm.offline.notes import Note, read_note
from core.llm.offline.query import Request, Turn, understand
from core.llm.offline.rules import Screening, screen
from core.llm.offline.tools.intents import NO_INTENT, Intent, intent_of
from core.llm.offline.tools.speech import own_words
from core.llm.offline.words import language_by_words, language_of

_SURE_OF_LANGUAGE_WORDS = 6
_BARE_ANSWER_WORDS = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """A case as understood: what is asked, in which language, and what the rules saw.

    Attributes:
        own: the customer's latest words without quotations; masks are still in it.
        intent: what they want done or looked up; nothing where an alarm went off.
    """

    case: Case
    screening: Screening
    request: Request
    language: str
    note: Note
    own: str = ""
    intent: Intent = NO_INTENT


def read(case: Case) -> Reading:
    """Understand a case. Orders to the assistant are taken out before anything else looks at it."""
    note = read_note(case.briefing.note)
    screened = [
        screen(turn.text) if turn.author == "customer" else Screening(turn.text, ()) for turn in case.turns
    ]
    turns = [Turn(turn.author, result.text) for turn, result in zip(case.turns, screened, strict=True)]
    subject = screen(case.briefing.subject)
    latest = _latest_alarms(case.turns, screened)
    text = " ".join(turn.text for turn in turns if turn.author == "customer")[-1500:]
    language = _language(text, hint=case.briefing.locale)
    facts = "\n".join([case.facts, *(answer.answer for answer in case.answers)])
    request = understand(turns, language=language, subject=subject.text, note=note.more, facts=facts)
    own, intent = "", NO_INTENT
    if not latest.alarms and not subject.alarms:
        own, intent = _intent(turns, screened, request, language=language, note=note)
    return Reading(case, latest, request, language, note, own, intent)


def _intent(
    turns: Sequence[Turn], screened: Sequence[Screening], request: Request, *, language: str, note: Note
) -> tuple[str, Intent]:
    """What the customer wants, in the latest messages or in those that a bare answer completes."""
    start, end = _latest_span(turns)
    own = own_words("\n".join(turn.text for turn in turns[start:end]))
    intent = intent_of(own, language)
    if request.nudged:
        reminded = intent_of(own_words(request.nudged), language)
        intent = replace(intent, topics=tuple(dict.fromkeys([*intent.topics, *reminded.topics])))
        if request.replied and reminded.effect == "refund_invoice" and not intent.effect:
            intent = replace(intent, topics=tuple(dict.fromkeys([*intent.topics, "refund"])))
    elif not intent and start and "?" in turns[start - 1].text and 0 < len(own.split()) <= _BARE_ANSWER_WORDS:
        before_start, before_end = _latest_span(turns[:start])
        if not any(result.alarms for result in screened[before_start:before_end]):
            before = own_words("\n".join(turn.text for turn in turns[before_start:before_end]))
            intent = intent_of(before, language)
            own = f"{own}\n{before}" if intent else own
    if note.more and not intent.effect:
        wished = intent_of(note.more, language_by_words(note.more) or "en")
        if wished.effect:
            intent = replace(intent, effect=wished.effect, words=wished.words)
            own = f"{note.more}\n{own}"
    return own, intent


def _language(text: str, *, hint: str) -> str:
    by_words = language_by_words(text)
    if by_words:
        return by_words
    expected = language_of(hint) or "en"
    detected = detect_language(text, fallback=expected)
    sure = len(text.split()) >= _SURE_OF_LANGUAGE_WORDS
    return detected if sure or not hint else expected


def _latest_span(turns: Sequence[Turn]) -> tuple[int, int]:
    """Start and end of the customer's messages since our last reply."""
    end = len(turns)
    while end and turns[end - 1].author == "rep":
        end -= 1
    start = end
    while start and turns[start - 1].author == "customer":
        start -= 1
    return start, end


def _latest_alarms(turns: Sequence[Turn], screened: Sequence[Screening]) -> Screening:
    """The screening of the customer's messages since our last reply, as one."""
    start, end = _latest_span(turns)
    latest = screened[start:end]
    alarms = dict.fromkeys(alarm for result in latest for alarm in result.alarms)
    return replace(Screening("\n".join(result.text for result in latest), ()), alarms=tuple(alarms))
