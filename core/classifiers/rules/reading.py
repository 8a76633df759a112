"""Read one test: what is looked at, how it is compared, and with what."""

from __future__ import annotations

from core.classifiers.rules.conditions import (
    Comparison,
    Condition,
    FactNumberTest,
    FactTest,
    NameTest,
    Not,
    SizeTest,
    TextField,
    TextRelation,
    TextTest,
)
from core.classifiers.rules.patterns import problem_of
from core.classifiers.rules.problems import Wrong
from core.classifiers.rules.scanning import Token
from core.classifiers.rules.tokens import Tokens

TESTS = ("text", "question", "words", "characters", "channel", "language", "customer")
"""The words a test begins with."""

_COMPARISONS: tuple[tuple[tuple[str, ...], Comparison], ...] = (
    (("at", "least"), "at least"),
    (("at", "most"), "at most"),
    (("more", "than"), "more than"),
    (("fewer", "than"), "fewer than"),
    (("less", "than"), "fewer than"),
    (("is",), "is"),
)
_SIGNS: dict[str, Comparison] = {
    ">=": "at least", "≥": "at least", "<=": "at most", "≤": "at most", ">": "more than",
    "<": "fewer than", "=": "is",
}  # fmt: skip
_RELATIONS: tuple[tuple[tuple[str, ...], TextRelation], ...] = (
    (("contains", "word"), "contains word"),
    (("contains", "words"), "contains word"),
    (("contain", "word"), "contains word"),
    (("contain", "words"), "contains word"),
    (("contains",), "contains"),
    (("contain",), "contains"),
    (("starts", "with"), "starts with"),
    (("start", "with"), "starts with"),
    (("ends", "with"), "ends with"),
    (("end", "with"), "ends with"),
    (("matches",), "matches"),
    (("match",), "matches"),
    (("is",), "is"),
)
KEYWORDS = frozenset({"and", "or", "not", *TESTS})
_LARGEST = 1_000_000_000


def read_test(tokens: Tokens) -> Condition:
    """The test that begins with the next token, one of :data:`TESTS`.

    Raises:
        Wrong: it cannot be read.
    """
    field = tokens.advance().value.lower()
    match field:
        case "text" | "question":
            return _text_test(tokens, field)
        case "words" | "characters":
            comparison = _comparison(tokens)
            if comparison is None:
                raise _expected(tokens, "“at least”, “at most”, “more than”, “fewer than” or “is”")
            number = _number(tokens)
            if number != int(number):
                raise Wrong(tokens.next.column, f"the number of {field} is whole, and {number} is not.")
            return SizeTest("words" if field == "words" else "characters", comparison, int(number))
        case "channel" | "language":
            tokens.expect("is", f"“is” after “{field}”")
            denied = tokens.take("not")
            names = NameTest(field, _names(tokens, "a name", lower=True))
            return Not(names) if denied else names
        case _:
            return _fact_test(tokens)


def _text_test(tokens: Tokens, field: TextField) -> Condition:
    denied = tokens.take("does", "not") or tokens.take("doesn't")
    relation = next((relation for words, relation in _RELATIONS if tokens.take(*words)), None)
    if relation is None:
        raise _expected(tokens, "“contains”, “contains word”, “starts with”, “ends with”, “is” or “matches”")
    if relation == "is" and tokens.take("not"):
        denied = True
    terms, joint = _terms(tokens, pattern=relation == "matches")
    test = TextTest(field, relation, terms, every=joint == "and")
    return Not(test) if denied else test


def _terms(tokens: Tokens, *, pattern: bool) -> tuple[tuple[str, ...], str]:
    """Quoted texts, or patterns, with the "and" or "or" between them."""
    kind = "pattern" if pattern else "text"
    terms = [_term(tokens, pattern=pattern)]
    joint = ""
    while tokens.at("and", "or") and tokens.after.kind == kind:
        word = tokens.advance()
        if joint and joint != word.value.lower():
            raise Wrong(
                word.column,
                f"“{word.value}” after “{joint}” can be read in two ways: write two conditions, with "
                "parentheses around what belongs together.",
            )
        joint = word.value.lower()
        terms.append(_term(tokens, pattern=pattern))
    return tuple(terms), joint


def _term(tokens: Tokens, *, pattern: bool) -> str:
    if pattern:
        if tokens.next.kind != "pattern":
            raise _expected(tokens, "a pattern between strokes, such as /order \\d+/")
        if wrong := problem_of(tokens.next.value):
            raise Wrong(tokens.next.column, f"the pattern {wrong}")
    elif tokens.next.kind != "text":
        raise _expected(tokens, "words in quotation marks")
    elif not tokens.next.value.strip():
        raise Wrong(tokens.next.column, "there is nothing between the quotation marks.")
    return tokens.advance().value


def _fact_test(tokens: Tokens) -> Condition:
    if not _is_value(tokens.next):
        raise _expected(tokens, "what is known of the customer, such as “plan”")
    fact = tokens.advance().value
    if not fact.strip():
        raise _expected(tokens, "what is known of the customer, such as “plan”")
    if tokens.take("is", "known"):
        return FactTest(fact, "is known")
    if tokens.take("is", "not", "known"):
        return Not(FactTest(fact, "is known"))
    denied = tokens.take("does", "not")
    if tokens.take("contains") or tokens.take("contain"):
        found = FactTest(fact, "contains", _names(tokens, "a value"))
        return Not(found) if denied else found
    comparison = None if denied else _comparison(tokens)
    if comparison is None:
        raise _expected(tokens, "“is”, “contains”, “is known”, “at least” or another comparison")
    if comparison != "is":
        return FactNumberTest(fact, comparison, _number(tokens))
    denied = tokens.take("not")
    equal = FactTest(fact, "is", _names(tokens, "a value"))
    return Not(equal) if denied else equal


def _comparison(tokens: Tokens) -> Comparison | None:
    if tokens.next.kind == "sign" and tokens.next.value in _SIGNS:
        return _SIGNS[tokens.advance().value]
    return next((comparison for words, comparison in _COMPARISONS if tokens.take(*words)), None)


def _number(tokens: Tokens) -> float:
    if tokens.next.kind != "number":
        raise _expected(tokens, "a number")
    number = float(tokens.next.value)
    if number > _LARGEST:
        raise Wrong(tokens.next.column, "this number is too large.")
    tokens.advance()
    return number


def _names(tokens: Tokens, what: str, *, lower: bool = False) -> tuple[str, ...]:
    """Values with "or" between them, in quotation marks or, a single word, without."""
    values = [_name(tokens, what)]
    while tokens.at("or") and _is_value(tokens.after):
        tokens.advance()
        values.append(_name(tokens, what))
    return tuple(value.lower() if lower else value for value in values)


def _name(tokens: Tokens, what: str) -> str:
    if not _is_value(tokens.next) or not tokens.next.value.strip():
        raise _expected(tokens, what)
    return tokens.advance().value


def _is_value(token: Token) -> bool:
    return token.kind in ("text", "number") or (token.kind == "word" and token.value.lower() not in KEYWORDS)


def _expected(tokens: Tokens, what: str) -> Wrong:
    return Wrong(tokens.next.column, f"expected {what}, found {tokens.next.shown}.")
