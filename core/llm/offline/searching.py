"""Plans the searches for a case."""

from __future__ import annotations

from collections.abc import Sequence

from core.llm.offline.passages import Passage, read_passages
from core.llm.offline.query import Ask
from core.llm.offline.reading import Reading
from core.llm.offline.scoring import Evidence, Scored
from core.llm.offline.strength import ENOUGH, strength
from core.llm.offline.tools.plan import Step
from core.llm.offline.tools.rules import pick, rule_words
from core.llm.offline.words import is_stop, words

_MAX_SEARCHES = 2
_MAX_WITH_TOOLS = 3
_MANY_ASKS = 3  # one search of its own would leave two of them to chance
_STEPS = {
    "en": "steps open select choose enter confirm",
    "de": "Schritte öffnen wählen eingeben bestätigen Sie",
    "es": "pasos abra seleccione elija escriba confirme",
    "fr": "étapes ouvrez sélectionnez choisissez saisissez confirmez",
}
"""Words that instructions are written with."""


def next_query(reading: Reading) -> str | None:
    """What to search for next, or None when it is time to write."""
    queries = reading.case.queries
    asks = reading.request.asks
    if not asks or len(queries) >= (_MAX_SEARCHES if len(asks) < _MANY_ASKS else _MAX_WITH_TOOLS):
        return None
    if not queries:
        return reading.request.query or None
    public = [passage for passage in read_passages(reading.case.results) if not passage.internal]
    evidence = Evidence(public, language=reading.language)
    unsearched = [ask for ask in asks if ask.text not in queries] or asks
    weakest = min(unsearched, key=lambda ask: _lexical(evidence, ask))
    if _lexical(evidence, weakest) >= ENOUGH:
        return _procedure_query(evidence, asks, language=reading.language)
    if weakest.leans:
        return None  # searched alone it would find what the words happen to be in
    query = _keywords(weakest, reading.language) if len(asks) == 1 else weakest.text
    return query if query and query not in queries else None


def further_query(reading: Reading, step: Step) -> str | None:
    """A search for the rule that says no, or for why an action was not carried out; None once found."""
    words_for = rule_words(step.outside, reading.language)
    settled, exact = step.settled, not step.outside
    if settled is not None and not settled.done and settled.reason:
        words_for = settled.reason
    if not words_for or words_for in reading.case.queries or len(reading.case.queries) >= _MAX_WITH_TOOLS:
        return None
    public = [passage for passage in read_passages(reading.case.results) if not passage.internal]
    own = in_language(public, reading.language)
    known = pick(own, words_for, language=reading.language, exact=exact)
    return None if known else words_for


def in_language(passages: Sequence[Passage], language: str) -> list[Passage]:
    """The passages that are in a language, or in none in particular."""
    return [passage for passage in passages if passage.language in ("", language)]


def _lexical(evidence: Evidence, ask: Ask) -> float:
    ranked = evidence.score(ask)
    return article_strength(evidence, ask, ranked, {})


def article_strength(
    evidence: Evidence, ask: Ask, ranked: Sequence[Scored], similarity: dict[str, float]
) -> float:
    """How likely the article of the best piece answers; see :func:`~core.llm.offline.strength.strength`."""
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
