"""Plans the searches for a case and writes its draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.llm.embeddings import Embedder
from core.llm.language import detect_language
from core.llm.offline.case import Case
from core.llm.offline.compose import compose
from core.llm.offline.decide import (
    ANSWER,
    Verdict,
    alarm_verdict,
    clash_verdict,
    manipulation_verdict,
    missing_verdict,
    nothing_asked,
    nudge_verdict,
    scope,
    state_verdict,
    tool_verdict,
)
from core.llm.offline.notes import Note, read_note
from core.llm.offline.passages import Passage, read_passages
from core.llm.offline.query import Ask, Request, Turn, understand
from core.llm.offline.rules import Screening, screen
from core.llm.offline.scoring import Evidence, Scored
from core.llm.offline.select import Limits, Selection, select
from core.llm.offline.strength import ENOUGH, similarities, strength
from core.llm.offline.words import is_stop, language_by_words, language_of, words
from core.llm.output import DraftOutput

_MAX_SEARCHES = 2
_STEPS = {
    "en": "steps open select choose enter confirm",
    "de": "Schritte öffnen wählen eingeben bestätigen Sie",
    "es": "pasos abra seleccione elija escriba confirme",
    "fr": "étapes ouvrez sélectionnez choisissez saisissez confirmez",
}
"""Words that instructions are written with."""
_SURE_OF_LANGUAGE_WORDS = 6
_UNANSWERED_FACTOR = 0.7


@dataclass(frozen=True, slots=True)
class Reading:
    """A case as understood: what is asked, in which language, and what the rules saw."""

    case: Case
    screening: Screening
    request: Request
    language: str
    note: Note


@dataclass(frozen=True, slots=True)
class _Findings:
    evidence: Evidence
    selection: Selection
    rankings: list[list[Scored]]
    strengths: list[float]


def read(case: Case) -> Reading:
    """Understand a case. Orders to the assistant are taken out before anything else looks at it."""
    note = read_note(case.briefing.note)
    screened = [
        screen(turn.text) if turn.author == "customer" else Screening(turn.text, ()) for turn in case.turns
    ]
    turns = [Turn(turn.author, result.text) for turn, result in zip(case.turns, screened, strict=True)]
    subject = screen(case.briefing.subject).text
    latest = _latest_alarms(case.turns, screened)
    text = " ".join(turn.text for turn in turns if turn.author == "customer")[-1500:]
    language = _language(text, hint=case.briefing.locale)
    request = understand(turns, language=language, subject=subject, note=note.more, facts=case.facts)
    return Reading(case, latest, request, language, note)


def next_query(reading: Reading) -> str | None:
    """What to search for next, or None when it is time to write."""
    queries = reading.case.queries
    asks = reading.request.asks
    if not asks or len(queries) >= _MAX_SEARCHES:
        return None
    if not queries:
        return reading.request.query or None
    public = [passage for passage in read_passages(reading.case.results) if not passage.internal]
    evidence = Evidence(public, language=reading.language)
    weakest = min(asks, key=lambda ask: _lexical(evidence, ask))
    if _lexical(evidence, weakest) >= ENOUGH:
        return _procedure_query(evidence, asks, language=reading.language)
    if weakest.leans:
        return None  # searched alone it would find what the words happen to be in
    query = _keywords(weakest, reading.language) if len(asks) == 1 else weakest.text
    return query if query and query not in queries else None


def write(reading: Reading, *, organisation: str, embedder: Embedder | None) -> DraftOutput:
    """The draft from what the searches found. Same input, same draft."""
    request, note = reading.request, reading.note
    passages = read_passages(reading.case.results)
    alarm = alarm_verdict(reading.screening, request, passages)
    if alarm is not None:
        return _without_answer(alarm, 0.0)
    reminder = nudge_verdict(request)
    if reminder is not None:
        return _without_answer(reminder, 0.0)
    if not request.asks:
        return _without_answer(nothing_asked(), 0.0)

    public = [passage for passage in passages if not passage.internal]
    usable, language = _in_language(public, reading.language, any_language=note.any_language)
    usable = scope(usable, request, language=language)
    found = _find(usable, request.asks, note, language=language, embedder=embedder)
    main = max(found.strengths, default=0.0)
    strong = main >= ENOUGH

    verdict = tool_verdict(request, found.selection, strong=strong)
    if verdict is None and not strong:
        verdict = (
            manipulation_verdict(reading.screening)
            or state_verdict(request)
            or _missing(reading, passages, usable)
        )
    if verdict is None:
        answered = [i for i, value in enumerate(found.strengths) if value >= ENOUGH]
        verdict = clash_verdict(
            [request.asks[i] for i in answered],
            [found.rankings[i] for i in answered],
            request,
            language=language,
        )
    if verdict is not None:
        return _without_answer(verdict, main)
    return _answer(reading, found, language=language, organisation=organisation)


def _answer(reading: Reading, found: _Findings, *, language: str, organisation: str) -> DraftOutput:
    asks = reading.request.asks
    open_asks = [ask for ask, value in zip(asks, found.strengths, strict=True) if value < ENOUGH]
    main = min(value for value in found.strengths if value >= ENOUGH)
    briefing = reading.case.briefing
    sentences = compose(
        found.selection.pieces(),
        language=language,
        customer_name=briefing.customer_name,
        organisation=briefing.organisation or organisation,
        note=reading.note,
    )
    question = f"Not answered: {' '.join(ask.text for ask in open_asks)}" if open_asks else ""
    factor = _UNANSWERED_FACTOR if open_asks else 1.0
    return DraftOutput(
        decision=ANSWER.decision,
        question=question,
        sentences=sentences,
        confidence=round(main * factor, 4),
    )


def _find(
    passages: Sequence[Passage],
    asks: Sequence[Ask],
    note: Note,
    *,
    language: str,
    embedder: Embedder | None,
) -> _Findings:
    evidence = Evidence(passages, language=language)
    by_ask: dict[str, dict[str, float]] = {}
    rankings: list[list[Scored]] = []
    strengths: list[float] = []
    for ask in asks:
        ranked = evidence.score(ask)
        by_ask[ask.text] = similarity = similarities(embedder, ask, ranked, language=language)
        if similarity:
            ranked = evidence.score(ask, similarity=similarity)
        rankings.append(ranked)
        strengths.append(_strength(evidence, ask, ranked, similarity))
    answered = [ask for ask, value in zip(asks, strengths, strict=True) if value >= ENOUGH]
    prose = 1 if note.shorter else 5 if note.longer else 3
    limits = Limits(prose=prose, whole_lists=not note.shorter)
    selection = select(evidence, answered or asks[:1], limits=limits, similarity=by_ask)
    return _Findings(evidence, selection, rankings, strengths)


def _missing(reading: Reading, passages: Sequence[Passage], usable: Sequence[Passage]) -> Verdict:
    ask = reading.request.asks[0]
    internal = [passage for passage in passages if passage.internal]
    covering = Evidence(internal, language=reading.language) if internal else None
    known = (
        [p for p in internal if covering.coverage(ask.terms, covering.passage_terms(p)) >= ENOUGH + 0.1]
        if covering
        else []
    )
    foreign = [
        passage
        for passage in passages
        if not passage.internal and passage.language and passage.language != reading.language
    ]
    return missing_verdict(
        ask,
        internal=known,
        other_language=foreign if not usable else [],
        language=reading.language,
        closest=usable[0] if usable else None,
    )


def _in_language(
    passages: Sequence[Passage], language: str, *, any_language: bool
) -> tuple[list[Passage], str]:
    """The passages to answer from, and the language the reply is then in."""
    own = [passage for passage in passages if passage.language in ("", language)]
    if own or not any_language or not passages:
        return own, language
    other = passages[0].language
    return [passage for passage in passages if passage.language == other], other


def _language(text: str, *, hint: str) -> str:
    by_words = language_by_words(text)
    if by_words:
        return by_words
    expected = language_of(hint) or "en"
    detected = detect_language(text, fallback=expected)
    sure = len(text.split()) >= _SURE_OF_LANGUAGE_WORDS
    return detected if sure or not hint else expected


def _latest_alarms(turns: Sequence[Turn], screened: Sequence[Screening]) -> Screening:
    """The screening of the customer's messages since our last reply, as one."""
    end = len(turns)
    while end and turns[end - 1].author == "rep":
        end -= 1
    start = end
    while start and turns[start - 1].author == "customer":
        start -= 1
    latest = screened[start:end]
    alarms = dict.fromkeys(alarm for result in latest for alarm in result.alarms)
    return replace(Screening("\n".join(result.text for result in latest), ()), alarms=tuple(alarms))


def _lexical(evidence: Evidence, ask: Ask) -> float:
    ranked = evidence.score(ask)
    return _strength(evidence, ask, ranked, {})


def _strength(evidence: Evidence, ask: Ask, ranked: Sequence[Scored], similarity: dict[str, float]) -> float:
    if not ranked:
        return 0.0
    return strength(ask, ranked[0], similarity, evidence.topic(ask, ranked[0].passage.title))


def _procedure_query(evidence: Evidence, asks: Sequence[Ask], *, language: str) -> str | None:
    """A search for the steps, where the article that fits was found but not the part that has them."""
    for ask in asks:
        if ask.kind != "how":
            continue
        title = evidence.score(ask)[0].passage.title
        found = [passage for passage in evidence.passages if passage.title == title]
        if title and not any(piece.kind == "step" for passage in found for piece in passage.pieces()):
            return f"{title} {_STEPS.get(language, _STEPS['en'])}"
    return None


def _keywords(ask: Ask, language: str) -> str:
    kept = [word for word in words(ask.text) if not is_stop(word, language)]
    return " ".join(dict.fromkeys(kept))


def _without_answer(verdict: Verdict, value: float) -> DraftOutput:
    return DraftOutput(
        decision=verdict.decision,
        reason=verdict.reason,
        question=verdict.question,
        confidence=round(value, 4),
    )
