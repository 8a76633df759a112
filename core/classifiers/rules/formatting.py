"""Print rules in one way, so that two people's rules look alike. Comments and empty lines stay."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from core.classifiers.rules.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactNumberTest,
    FactTest,
    NameTest,
    Not,
    Remark,
    Rule,
    Rules,
    SizeTest,
    TextTest,
)
from core.classifiers.rules.reading import KEYWORDS
from core.classifiers.rules.scanning import is_word

_AFTER_ANSWER = ("when", "otherwise")


def format_rules(rules: Rules) -> str:
    """The rules as text; ``parse_rules(format_rules(rules)) == rules``."""
    return "".join(f"{_line(line)}\n" for line in rules.lines)


def format_condition(condition: Condition) -> str:
    """A condition as it would be typed."""
    match condition:
        case TextTest(field, relation, terms, every):
            shown = [f"/{term}/" if relation == "matches" else _quoted(term) for term in terms]
            return f"{field} {relation} {(' and ' if every else ' or ').join(shown)}"
        case SizeTest(field, comparison, number):
            return f"{field} {comparison} {number}"
        case NameTest(field, names):
            return f"{field} is {_values(names)}"
        case FactTest(fact, "is known", _):
            return f"customer {_value(fact)} is known"
        case FactTest(fact, relation, values):
            return f"customer {_value(fact)} {relation} {_values(values)}"
        case FactNumberTest(fact, comparison, number):
            return f"customer {_value(fact)} {comparison} {format(Decimal(repr(number)).normalize(), 'f')}"
        case Not(part):
            return f"not {_inside(part)}"
        case AllOf(parts):
            return _joined("and", parts)
        case AnyOf(parts):
            return _joined("or", parts)


def _line(line: Rule | Remark) -> str:
    comment = f"# {line.comment}" if line.comment else ""
    if isinstance(line, Remark):
        return comment
    words = line.answer.split(" ")
    bare = all(is_word(word) and word.lower() not in _AFTER_ANSWER for word in words)
    answer = line.answer if bare else _quoted(line.answer)
    then = "otherwise" if line.condition is None else f"when {format_condition(line.condition)}"
    return f"{answer} {then}  {comment}".rstrip()


def _joined(word: str, parts: tuple[Condition, ...]) -> str:
    """A comma parts tests that hold an "or" or "and" of their own."""
    comma = "," if any(_lists(part) for part in parts) else ""
    return f"{comma} {word} ".join(_inside(part) for part in parts)


def _inside(part: Condition) -> str:
    shown = format_condition(part)
    return f"({shown})" if isinstance(part, AllOf | AnyOf) else shown


def _lists(part: Condition) -> bool:
    match part:
        case Not(inner):
            return _lists(inner)
        case TextTest(terms=several) | NameTest(names=several) | FactTest(values=several):
            return len(several) > 1
        case _:
            return False


def _values(values: Iterable[str]) -> str:
    return " or ".join(_value(value) for value in values)


def _value(value: str) -> str:
    return value if is_word(value) and value.lower() not in KEYWORDS else _quoted(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
