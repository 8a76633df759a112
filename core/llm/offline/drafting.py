"""Writes the draft of a case from what searches, tools and the representative said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.llm.embeddings import Embedder
from core.llm.offline.compose import compose
from core.llm.offline.conflicts import find_conflict
from core.llm.offline.decide import (
    ANSWER,
    Verdict,
    alarm_verdict,
    answer_in_other_language,
    clash_verdict,
    manipulation_verdict,
    missing_verdict,
    nothing_asked,
    nudge_verdict,
    scope,
    state_verdict,
    tool_verdict,
)
from core.llm.offline.finding import Found, find, shows_how, usable_in
from core.llm.offline.markdown import Piece
from core.llm.offline.passages import Passage, read_passages
from core.llm.offline.query import Ask
from core.llm.offline.reading import Reading
from core.llm.offline.scoring import Evidence
from core.llm.offline.strength import ENOUGH
from core.llm.offline.tools.answers import overruled
from core.llm.offline.tools.intents import intent_of
from core.llm.offline.tools.plan import Step
from core.llm.offline.tools.rules import follow_words, pick, rule_words
from core.llm.offline.tools.telling import Findings, answers_told, findings, seen
from core.llm.output import DraftOutput

_UNANSWERED_FACTOR = 0.7
_SURE_OF_RULE = 0.6
_NEAR = 0.15
"""Strength from which an article is named as the closest; below it shares a word or two."""
_BARE_WORDS = 8  # up to this length a question says little without the rest of the message
_NO_STEP = Step()


def write(
    reading: Reading, *, organisation: str, embedder: Embedder | None, step: Step = _NO_STEP
) -> DraftOutput:
    """The draft from what was found. Same input, same draft.

    Args:
        step: where the plan for the tools ended; it makes no further call.
    """
    request = reading.request
    passages = read_passages(reading.case.results)
    alarm = alarm_verdict(reading.screening, request, passages)
    if alarm is not None:
        return _without_answer(alarm, 0.0)
    writer = _Writer(reading, organisation, embedder, passages)
    answered = answers_told(reading)
    tools = findings(reading, step)
    if tools.told:
        return writer.tell(tools, step)
    if answered.told:
        return writer.tell(answered, _NO_STEP)
    ruled = writer.rule(step)
    if ruled is not None:
        return ruled
    verdict = tools.verdict or nudge_verdict(request)
    if verdict is None and not request.asks:
        verdict = nothing_asked()
    if verdict is not None:
        return _without_answer(verdict, 0.0)
    return writer.answer(outside=bool(step.outside))


class _Writer:
    """Writes one draft; holds what all ways of writing it share."""

    def __init__(
        self,
        reading: Reading,
        organisation: str,
        embedder: Embedder | None,
        passages: Sequence[Passage],
    ) -> None:
        self._reading = reading
        self._organisation = organisation
        self._embedder = embedder
        self._passages = passages
        public = [passage for passage in passages if not passage.internal]
        agreed = any(each.agrees and "May the reply be in" in each.question for each in reading.case.answers)
        usable, self._language = usable_in(
            public, reading.language, any_language=reading.note.any_language or agreed
        )
        self._usable = scope(usable, reading.request, language=self._language)

    def answer(self, *, outside: bool) -> DraftOutput:
        """From the passages alone, or why not."""
        reading, request = self._reading, self._reading.request
        found = self._decided(self._find(request.asks))
        verdict = None if outside else tool_verdict(request, found.selection, strong=found.strong)
        if verdict is None and not (found.strong and shows_how(found, request.asks)):
            verdict = (
                manipulation_verdict(reading.screening) or state_verdict(request) or self._missing(found)
            )
        verdict = verdict or self._clash(found, request.asks)
        if verdict is not None and verdict.reason == "needs_tool" and (known := seen(reading.case.tools)):
            verdict = replace(verdict, question=f"{verdict.question} The look-ups show: {known}")
        if verdict is not None:
            foreign = [each for each in reading.case.answers if each.language not in ("", reading.language)]
            if foreign:
                verdict = answer_in_other_language(foreign[0].answer, foreign[0].language, reading.language)
            return _without_answer(verdict, found.best)
        open_asks = [ask for ask, value in zip(request.asks, found.strengths, strict=True) if value < ENOUGH]
        main = min(value for value in found.strengths if value >= ENOUGH)
        return self._draft(found.selection.pieces(), open_asks, main)

    def tell(self, told: Findings, step: Step) -> DraftOutput:
        """What tools or the rep say first, then what the passages add."""
        request, language = self._reading.request, self._reading.language
        usable = self._usable if self._language == language else []
        said = [each.text for each in told.told]
        asks = list(request.asks)
        pieces: list[tuple[Passage, Piece]] = []
        if step.settled is not None:
            pieces += pick(
                usable, follow_words(step.settled.name, language), language=language, most=1, told=said
            )
            asks = self._other_asks(step)
        elif "standing" in self._reading.intent.topics:
            pieces += pick(usable, follow_words("standing", language), language=language, told=said)
        if step.outside:
            pieces += pick(usable, rule_words(step.outside, language), language=language)
        found = self._decided(self._find(asks)) if asks and usable else None
        sure, open_asks = told.sure, []
        if found is not None:
            clear = found.strong and self._clash(found, asks) is None
            known = {piece.text for _, piece in pieces} | set(said)
            if clear:
                pieces += [each for each in found.selection.pieces() if each[1].text not in known]
                sure = min(sure, *(value for value in found.strengths if value >= ENOUGH))
        others = self._other_asks(step)
        if others:
            strengths = dict(zip(asks, found.strengths, strict=True)) if found is not None else {}
            open_asks = [ask for ask in others if strengths.get(ask, 0.0) < ENOUGH]
        return self._draft(pieces, open_asks, sure, told)

    def rule(self, step: Step) -> DraftOutput | None:
        """The published rule that says no, or that explains a refusal; None where none is found."""
        phrase = rule_words(step.outside, self._language)
        if step.settled is not None and not step.settled.done and step.settled.status != "unknown":
            phrase = step.settled.reason
        if not phrase or self._language != self._reading.language:
            return None
        pieces = pick(self._usable, phrase, language=self._language, exact=not step.outside)
        return self._draft(pieces, self._other_asks(step), _SURE_OF_RULE) if pieces else None

    def _draft(
        self,
        pieces: Sequence[tuple[Passage, Piece]],
        open_asks: Sequence[Ask],
        sure: float,
        told: Findings | None = None,
    ) -> DraftOutput:
        briefing = self._reading.case.briefing
        sentences = compose(
            pieces,
            language=self._language if told is None else self._reading.language,
            customer_name=briefing.customer_name,
            organisation=briefing.organisation or self._organisation,
            note=self._reading.note,
            told=told.told if told is not None else (),
        )
        question = f"Not answered: {' '.join(ask.text for ask in open_asks)}" if open_asks else ""
        factor = _UNANSWERED_FACTOR if open_asks else 1.0
        return DraftOutput(
            decision=ANSWER.decision,
            question=question,
            sentences=sentences,
            confidence=round(sure * factor, 4),
        )

    def _find(self, asks: Sequence[Ask]) -> Found:
        return find(self._usable, asks, self._reading.note, language=self._language, embedder=self._embedder)

    def _decided(self, found: Found) -> Found:
        """Without the passages that an answer of the rep decides against."""
        answers = self._reading.case.answers
        for _ in range(len(answers)):
            for ranked in found.rankings:
                conflict = find_conflict(ranked, language=self._language)
                loser = (
                    overruled(answers, conflict.left.passage, conflict.right.passage) if conflict else None
                )
                if loser is not None:
                    self._usable = [each for each in self._usable if each.title != loser.title]
                    found = self._find([*self._reading.request.asks])
                    break
        return found

    def _clash(self, found: Found, asks: Sequence[Ask]) -> Verdict | None:
        strong = [at for at, value in enumerate(found.strengths) if value >= ENOUGH]
        return clash_verdict(
            [asks[at] for at in strong],
            [found.rankings[at] for at in strong],
            self._reading.request,
            language=self._language,
        )

    def _other_asks(self, step: Step) -> list[Ask]:
        """The asks that tools do not answer."""
        asks, language = self._reading.request.asks, self._reading.language
        if len(asks) < 2:
            return []
        own = [ask for ask in asks if intent_of(ask.text, language)]
        return (
            [ask for ask in asks if ask not in (own or asks[:1])]
            if self._reading.intent or step.settled
            else []
        )

    def _missing(self, found: Found) -> Verdict:
        reading, passages, usable = self._reading, self._passages, self._usable
        ask, ranked, value = reading.request.asks[0], found.rankings[0], found.strengths[0]
        titles = {passage.title for passage in usable[:2]}
        near = ranked[0].passage if ranked and ranked[0].passage.title in titles else None
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
            closest=near if value >= _NEAR else None,
            around=reading.request.text if len(ask.text.split()) <= _BARE_WORDS else "",
        )


def _without_answer(verdict: Verdict, value: float) -> DraftOutput:
    return DraftOutput(
        decision=verdict.decision,
        reason=verdict.reason,
        question=verdict.question,
        confidence=round(value, 4),
    )
