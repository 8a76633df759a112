"""What each rule makes of one text: for the page on which rules are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.classifiers.kind import Subject
from core.classifiers.rules.conditions import AllOf, AnyOf, Condition, Not, Rule, Rules, Test, tests_of
from core.classifiers.rules.formatting import format_condition
from core.classifiers.rules.matching import Seen, holds, words_seen
from core.classifiers.rules.patterns import PatternTooSlow

_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """One test of a rule. ``seen``: the words, or the value, it looked at and found."""

    test: str
    held: bool
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What one rule says of a text.

    ``held``: its condition is true; of "otherwise", that no rule before held. ``gives``: its answer is
    given: of several rules that hold, the first gives it, unless several answers may be right.
    """

    line: int
    answer: str
    condition: str
    held: bool
    gives: bool
    tests: tuple[PartVerdict, ...]
    error: str = ""


def explain_rules(rules: Rules, subject: Subject, *, many: bool = False) -> list[RuleVerdict]:
    """Each rule's verdict, in the order of the rules.

    Args:
        many: several answers may be right at once, so every rule that holds gives its answer.
    """
    seen = Seen(subject)
    verdicts: list[RuleVerdict] = []
    for rule in rules.rules:
        held_before = any(verdict.held for verdict in verdicts)
        verdicts.append(_verdict(rule, seen, held_before, many=many))
    return verdicts


def reasoner(rule: Rule) -> Callable[[Seen], str]:
    """Says why a rule holds, for subjects for which it does: its line and what was found."""
    if rule.condition is None:
        otherwise = f"Line {rule.line}: no other rule matches."
        return lambda _: otherwise
    told = f"Line {rule.line}: {format_condition(rule.condition)}"
    deciding = [(test, holds(test)) for test in _affirmed(rule.condition)]

    def reason(seen: Seen) -> str:
        found = dict.fromkeys(
            word for test, matches in deciding if matches(seen) for word in words_seen(test, seen)
        )
        words = ", ".join(f"“{word}”" for word in list(found)[:_MOST_WORDS])
        return f"{told} (found {words})" if words else told

    return reason


def _verdict(rule: Rule, seen: Seen, held_before: bool, *, many: bool) -> RuleVerdict:
    if rule.condition is None:
        held = not held_before
        return RuleVerdict(rule.line, rule.answer, "otherwise", held, held, ())
    shown = format_condition(rule.condition)
    try:
        held = holds(rule.condition)(seen)
        tests = tuple(
            PartVerdict(format_condition(test), holds(test)(seen), words_seen(test, seen))
            for test in tests_of(rule.condition)
        )
    except PatternTooSlow as error:
        return RuleVerdict(rule.line, rule.answer, shown, False, False, (), str(error))
    return RuleVerdict(rule.line, rule.answer, shown, held, held and (many or not held_before), tests)


def _affirmed(condition: Condition) -> list[Test]:
    """The tests that are not denied: those whose words can say why."""
    match condition:
        case Not():
            return []
        case AllOf(parts) | AnyOf(parts):
            return [test for part in parts for test in _affirmed(part)]
        case _:
            return [condition]
