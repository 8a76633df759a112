"""Read rules as specialists type them, one a line.

::

    # the first rule that matches gives the answer
    yes when text contains "refund" or "money back", and not channel is email
    yes when words fewer than 4 and (text is "cancel" or customer plan is pro)
    no otherwise

"and", "or" and "not" read as in logic; where "and" meets "or", parentheses or a comma say which belongs
together: ``a or b, and c`` is ``(a or b) and c``.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from core.classifiers.rules.conditions import Condition, Not, Remark, Rule, Rules, all_of, any_of
from core.classifiers.rules.folding import composed, folded
from core.classifiers.rules.problems import RuleProblem, RulesError, Wrong
from core.classifiers.rules.reading import TESTS, read_test
from core.classifiers.rules.scanning import scan
from core.classifiers.rules.tokens import Tokens

MAX_CHARACTERS = 50_000
MAX_RULES = 500
_DEEPEST = 25
_WHEN = ("when", "otherwise")


def parse_rules(text: str, answers: Sequence[str] | None = None) -> Rules:
    """Read rules.

    Args:
        answers: those of the question; None accepts any.

    Raises:
        RulesError: says for each line that is wrong its column, what was expected, and what was meant.
    """
    if len(text) > MAX_CHARACTERS:
        raise RulesError(
            [RuleProblem(1, 1, f"these are {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.")]
        )
    known = None if answers is None else {folded(answer): answer for answer in answers}
    lines: list[Rule | Remark] = []
    problems: list[RuleProblem] = []
    otherwise = 0
    for number, line in enumerate(composed(text).splitlines(), start=1):
        try:
            read = _line(line, number, known)
            if isinstance(read, Rule):
                if otherwise:
                    raise Wrong(1, f"“otherwise” in line {otherwise} comes last; move this above it.")
                otherwise = number if read.condition is None else 0
            lines.append(read)
        except Wrong as wrong:
            problems.append(RuleProblem(number, wrong.column, wrong.message))
    while lines and lines[-1] == Remark():
        lines.pop()
    made = Rules(tuple(lines))
    if len(made.rules) > MAX_RULES:
        problems.append(RuleProblem(made.rules[MAX_RULES].line, 1, f"at most {MAX_RULES} rules are read."))
    if problems:
        raise RulesError(problems)
    return made


def _line(line: str, number: int, known: dict[str, str] | None) -> Rule | Remark:
    scanned = scan(line)
    comment = scanned.pop(-2).value if len(scanned) > 1 and scanned[-2].kind == "comment" else ""
    tokens = Tokens(scanned)
    if tokens.next.kind == "end":
        return Remark(comment)
    answer = _answer(tokens, known)
    if tokens.take("otherwise"):
        tokens.expect_end("“otherwise” needs no condition")
        return Rule(answer, None, comment, number)
    tokens.expect("when", "“when” and a condition, or “otherwise”")
    condition = _condition(tokens, 0)
    tokens.expect_end("expected “and”, “or” or the end of the line")
    return Rule(answer, condition, comment, number)


def _answer(tokens: Tokens, known: dict[str, str] | None) -> str:
    first = tokens.next
    if first.kind == "text":
        words = [tokens.advance()]
    else:
        words = []
        while tokens.next.kind in ("word", "number") and tokens.next.value.lower() not in _WHEN:
            words.append(tokens.advance())
    answer = " ".join(word.value for word in words)
    if not answer.strip():
        raise Wrong(first.column, f"expected an answer, found {first.shown}.")
    if known is None or folded(answer) in known:
        return answer if known is None else known[folded(answer)]
    for count in range(len(words) - 1, 0, -1):  # an answer, and then not the word that should follow
        if folded(" ".join(word.value for word in words[:count])) in known:
            odd = words[count]
            raise Wrong(odd.column, f"expected “when” or “otherwise”, found {odd.shown}.")
    raise Wrong(first.column, f"“{answer}” is no answer of this question. {_meant(answer, known)}")


def _meant(answer: str, known: dict[str, str]) -> str:
    if close := get_close_matches(folded(answer), list(known), n=1):
        return f"Did you mean “{known[close[0]]}”?"
    listed = ", ".join(list(known.values())[:8])
    return f"Choose one of {listed}{' …' if len(known) > 8 else ''}."


def _condition(tokens: Tokens, depth: int) -> Condition:
    """Joined conditions, joined again by ", and" or ", or"."""
    parts = [_joined(tokens, depth)]
    joint = ""
    while tokens.next.kind == "sign" and tokens.next.value == ",":
        comma = tokens.advance()
        word = tokens.advance() if tokens.at("and", "or") else None
        if word is None:
            raise Wrong(comma.column, f"expected “and” or “or” after the comma, found {tokens.next.shown}.")
        joint = _same(joint, word.value.lower(), word.column)
        parts.append(_joined(tokens, depth))
    return any_of(parts) if joint == "or" else all_of(parts)


def _joined(tokens: Tokens, depth: int) -> Condition:
    parts = [_single(tokens, depth)]
    joint = ""
    while tokens.at("and", "or"):
        word = tokens.advance()
        joint = _same(joint, word.value.lower(), word.column)
        parts.append(_single(tokens, depth))
    return any_of(parts) if joint == "or" else all_of(parts)


def _same(joint: str, word: str, column: int) -> str:
    if joint and joint != word:
        raise Wrong(
            column,
            f"“{word}” after “{joint}” can be read in two ways: put what belongs together in parentheses.",
        )
    return word


def _single(tokens: Tokens, depth: int) -> Condition:
    if depth > _DEEPEST:
        raise Wrong(tokens.next.column, f"this is more than {_DEEPEST} parentheses or “not” deep.")
    if tokens.take("not"):
        return Not(_single(tokens, depth + 1))
    if tokens.take_sign("("):
        inner = _condition(tokens, depth + 1)
        if not tokens.take_sign(")"):
            raise Wrong(tokens.next.column, f"expected “)”, found {tokens.next.shown}.")
        return inner
    if not tokens.at(*TESTS):
        raise Wrong(
            tokens.next.column, f"expected a condition, found {tokens.next.shown}. {tokens.meant(TESTS)}"
        )
    return read_test(tokens)
