"""Whether a condition holds for a subject, and which words of it say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.classifiers.kind import Subject
from core.classifiers.rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FactNumberTest,
    FactTest,
    NameTest,
    Not,
    SizeField,
    SizeTest,
    Test,
    TextField,
    TextRelation,
    TextTest,
)
from core.classifiers.rules.folding import composed, count_words, folded, whole
from core.classifiers.rules.patterns import find
from core.llm import detect_language

_EDGES = " \t\"'“”„«»‚‘.,;:!?…¡¿()[]-–—"
_LONGEST_SEEN = 80


class Seen:
    """A subject as tests look at it; what is costly is worked out once, when it is asked for."""

    __slots__ = ("_facts", "_folded", "_locale", "_subject", "_words")

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._folded: dict[TextField, str] = {}
        self._words: int | None = None
        self._locale: str | None = None
        self._facts: Mapping[str, Any] | None = None

    def text(self, field: TextField) -> str:
        """What is judged, or what it answers, folded."""
        if field not in self._folded:
            self._folded[field] = folded(self._text(field))
        return self._folded[field]

    def original(self, field: TextField) -> str:
        """The same as it came, composed: for patterns."""
        return composed(self._text(field))

    def size(self, field: SizeField) -> int:
        """Words, or characters as people count them in a composed text."""
        if field == "characters":
            return len(composed(self._subject.text))
        if self._words is None:
            self._words = count_words(self._subject.text)
        return self._words

    @property
    def channel(self) -> str:
        """Where it came from."""
        return self._subject.channel.lower()

    @property
    def locale(self) -> str:
        """That of the conversation, else the language of the text; empty where neither is known."""
        if self._locale is None:
            said = self._subject.locale.lower().replace("_", "-")
            self._locale = said or detect_language(self._subject.text, fallback="")
        return self._locale

    def fact(self, name: str) -> tuple[str, ...]:
        """What is known of the customer under this folded name, as texts."""
        if self._facts is None:
            self._facts = {folded(name): value for name, value in self._subject.facts.items()}
        return tuple(_values(self._facts.get(name)))

    def _text(self, field: TextField) -> str:
        return self._subject.text if field == "text" else self._subject.question


Holds = Callable[[Seen], bool]


def holds(condition: Condition) -> Holds:
    """A condition as a quick function.

    The function raises :class:`core.classifiers.rules.patterns.PatternTooSlow` when a pattern takes too long.
    """
    match condition:
        case Not(part):
            inner = holds(part)
            return lambda seen: not inner(seen)
        case AllOf(parts):
            return _joined([holds(part) for part in parts], every=True)
        case AnyOf(parts):
            return _joined([holds(part) for part in parts], every=False)
        case TextTest():
            return _text_holds(condition)
        case SizeTest(field, comparison, number):
            compare = _COMPARE[comparison]
            return lambda seen: compare(seen.size(field), number)
        case NameTest("channel", names):
            return lambda seen: seen.channel in names
        case NameTest(_, names):
            codes = tuple(f"{name.replace('_', '-')}-" for name in names)
            return lambda seen: f"{seen.locale}-".startswith(codes)
        case FactTest() | FactNumberTest():
            return _fact_holds(condition)


def words_seen(test: Test, seen: Seen) -> tuple[str, ...]:
    """The words of the subject for which a test holds; for other than texts, what was found there."""
    match test:
        case TextTest(field, relation, terms, _):
            if relation == "matches":
                found = (find(term, seen.original(field)) for term in terms)
                return tuple(each[:_LONGEST_SEEN] for each in found if each is not None)
            text = seen.text(field)
            return tuple(term for term in terms if _term_holds(relation, term)(text))
        case SizeTest(field, _, _):
            return (f"{seen.size(field):,} {field}",)
        case NameTest("channel", _):
            return (seen.channel,) if seen.channel else ()
        case NameTest(_, _):
            return (seen.locale,) if seen.locale else ()
        case FactTest(fact, _, _) | FactNumberTest(fact, _, _):
            return seen.fact(folded(fact))[:3]


def _joined(parts: Sequence[Holds], *, every: bool) -> Holds:
    """One function of several. A loop: ``any`` and ``all`` cost more than most tests do."""

    def joined(seen: Seen) -> bool:
        for part in parts:
            if part(seen) is not every:
                return not every
        return every

    return joined


def _text_holds(test: TextTest) -> Holds:
    return _joined([_one_term(test.field, test.relation, term) for term in test.terms], every=test.every)


def _one_term(field: TextField, relation: TextRelation, term: str) -> Holds:
    if relation == "matches":
        return lambda seen: find(term, seen.original(field)) is not None
    of_text = _term_holds(relation, term)
    return lambda seen: of_text(seen.text(field))


def _term_holds(relation: TextRelation, term: str) -> Callable[[str], bool]:
    """Whether a folded text stands in this relation to a term."""
    wanted = folded(term)
    match relation:
        case "contains":
            return lambda text: wanted in text
        case "contains word":
            pattern = whole(wanted)
            # most texts do not hold the term at all, and that is quicker to see
            return lambda text: wanted in text and pattern.search(text) is not None
        case "starts with":
            bare = wanted.lstrip(_EDGES) or wanted
            return lambda text: text.startswith(wanted) or text.lstrip(_EDGES).startswith(bare)
        case "ends with":
            end = wanted.rstrip(_EDGES) or wanted
            return lambda text: text.endswith(wanted) or text.rstrip(_EDGES).endswith(end)
        case _:
            core = wanted.strip(_EDGES) or wanted
            return lambda text: text == wanted or text.strip(_EDGES) == core


def _fact_holds(test: FactTest | FactNumberTest) -> Holds:
    fact = folded(test.fact)
    if isinstance(test, FactNumberTest):
        compare, number = _COMPARE[test.comparison], test.number
        return lambda seen: any(compare(value, number) for value in _numbers(seen.fact(fact)))
    if test.relation == "is known":
        return lambda seen: bool(seen.fact(fact))
    wanted = frozenset(folded(value) for value in test.values)
    if test.relation == "is":
        return lambda seen: any(folded(value) in wanted for value in seen.fact(fact))
    return lambda seen: any(each in folded(value) for value in seen.fact(fact) for each in wanted)


def _values(value: Any) -> Iterator[str]:
    """A fact as texts: the parts of a list one by one, true as "yes", what is unknown not at all."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from _values(part)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, float) and value.is_integer():
        yield str(int(value))
    elif value is not None and str(value).strip():
        yield str(value)


def _numbers(texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        try:
            yield float(text)
        except ValueError:
            continue


_COMPARE: dict[Comparison, Callable[[float, float], bool]] = {
    "at least": lambda left, right: left >= right,
    "at most": lambda left, right: left <= right,
    "more than": lambda left, right: left > right,
    "fewer than": lambda left, right: left < right,
    "is": lambda left, right: left == right,
}
