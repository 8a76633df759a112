"""The kind "rules": readable conditions, with what helps to write them."""

from core.classifiers.rules.conditions import Rule, Rules
from core.classifiers.rules.explaining import PartVerdict, RuleVerdict, explain_rules
from core.classifiers.rules.folding import count_words
from core.classifiers.rules.formatting import format_condition, format_rules
from core.classifiers.rules.judging import RulesKind, RulesModel
from core.classifiers.rules.parsing import parse_rules
from core.classifiers.rules.problems import RuleProblem, RulesError
from core.classifiers.rules.terms import Term, suggest_terms

__all__ = [
    "PartVerdict",
    "Rule",
    "RuleProblem",
    "RuleVerdict",
    "Rules",
    "RulesError",
    "RulesKind",
    "RulesModel",
    "Term",
    "count_words",
    "explain_rules",
    "format_condition",
    "format_rules",
    "parse_rules",
    "suggest_terms",
]
