"""Questions, models and random rules for the tests of this folder."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from core.classifiers import Question, Services, Subject
from core.classifiers.rules import RulesKind, RulesModel
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
    TextRelation,
    TextTest,
    all_of,
    any_of,
)
from core.settings import Settings

REFUND = Question("refund", "Do they want their money back?", "", "yes_no", ("yes", "no"))
TOPICS = Question("topics", "What is it about?", "", "many_of", ("billing", "bug", "late delivery"))


def services() -> Services:
    def never() -> None:
        raise AssertionError("rules need no vectors")

    return Services(Settings(), never)  # type: ignore[arg-type]


def made(rules: str, question: Question = REFUND) -> RulesModel:
    model = RulesKind().fit(question, {"rules": rules}, [], services=services())
    assert isinstance(model, RulesModel)
    return model


def holds(condition: str, text: str = "", **others: object) -> bool:
    """Whether a condition holds for one text, judged as a whole classifier."""
    scores = made(f"yes when {condition}\nno otherwise").score([Subject(text, **others)])  # type: ignore[arg-type]
    return bool(scores.probabilities[0, 0] == 1.0)


_LINE = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn"))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


_RELATIONS: list[TextRelation] = ["contains", "contains word", "starts with", "ends with", "is", "matches"]
_terms = st.text(_LINE, min_size=1, max_size=12).map(_composed).filter(str.strip)
_names = _terms | st.sampled_from(
    ["email", "de", "pt-BR", "not", "text", "7", 'a "b" \\', "otherwise", "n/a"]
)
_patterns = st.sampled_from([r"order \d+", r"a\/b", "[Üü]ber", r"#\w{3}", "x|y"])
_numbers = st.integers(0, 10**6) | st.decimals(0, 10**6, places=3).map(float)
_comparisons = st.sampled_from(["at least", "at most", "more than", "fewer than"])


def _few(each: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(each, min_size=1, max_size=3).map(tuple)


@st.composite
def _text_tests(draw: st.DrawFn) -> TextTest:
    relation = draw(
        st.sampled_from(["contains", "contains word", "starts with", "ends with", "is", "matches"])
    )
    terms = draw(_few(_patterns if relation == "matches" else _terms))
    every = len(terms) > 1 and draw(st.booleans())
    return TextTest(draw(st.sampled_from(["text", "question"])), relation, terms, every)


_tests: st.SearchStrategy[Condition] = st.one_of(
    _text_tests(),
    st.builds(
        SizeTest,
        st.sampled_from(["words", "characters"]),
        _comparisons | st.just("is"),
        st.integers(0, 10**6),
    ),
    st.builds(NameTest, st.sampled_from(["channel", "language"]), _few(_names.map(str.lower).map(_composed))),
    st.builds(FactTest, _names, st.sampled_from(["is", "contains"]), _few(_names)),
    st.builds(FactTest, _names, st.just("is known")),
    st.builds(FactNumberTest, _names, _comparisons, _numbers.map(float)),
)


def _joints(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(st.builds(Not, inner), several.map(all_of), several.map(any_of))


conditions = st.recursive(_tests, _joints, max_leaves=6)
_comments = st.just("") | st.text(_LINE, max_size=15).map(_composed).map(str.strip)


@st.composite
def written_rules(draw: st.DrawFn) -> Rules:
    """Rules as parsing gives them: composed, "otherwise" at the end, no empty lines behind."""
    rule = st.builds(Rule, _names, conditions, _comments)
    lines: list[Rule | Remark] = draw(st.lists(rule | st.builds(Remark, _comments), max_size=4))
    if draw(st.booleans()):
        lines.append(Rule(draw(_names), None, draw(_comments)))
    while lines and lines[-1] == Remark():
        lines.pop()
    return Rules(tuple(lines))


__all__ = ["REFUND", "TOPICS", "AllOf", "AnyOf", "conditions", "holds", "made", "services", "written_rules"]
