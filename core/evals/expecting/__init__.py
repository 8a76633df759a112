"""What is expected of an answer: kinds of expectations, checked by code, described for people."""

from core.evals.expecting.checking import check_expectation
from core.evals.expecting.citing import Cites, CitesSomething
from core.evals.expecting.criteria import ByCriterion, Unsupported, wanted_answers
from core.evals.expecting.decisions import Decision, may_be_silent
from core.evals.expecting.describing import describe_expectation, expectation_titles
from core.evals.expecting.likeness import Reference, likeness
from core.evals.expecting.limits import Cost, Latency
from core.evals.expecting.patterns import Matches
from core.evals.expecting.problems import expectation_problems
from core.evals.expecting.proposing import Proposes, ProposesNothing
from core.evals.expecting.registry import (
    Checked,
    Expectation,
    ExpectationField,
    expectation,
    expectation_kinds,
    kind_of,
    name_of,
    weight_of,
)
from core.evals.expecting.speaking import Language
from core.evals.expecting.texts import Contains, Equals, IsJson, NotContains, StartsWith

__all__ = [
    "ByCriterion",
    "Checked",
    "Cites",
    "CitesSomething",
    "Contains",
    "Cost",
    "Decision",
    "Equals",
    "Expectation",
    "ExpectationField",
    "IsJson",
    "Language",
    "Latency",
    "Matches",
    "NotContains",
    "Proposes",
    "ProposesNothing",
    "Reference",
    "StartsWith",
    "Unsupported",
    "check_expectation",
    "describe_expectation",
    "expectation",
    "expectation_kinds",
    "expectation_problems",
    "expectation_titles",
    "kind_of",
    "likeness",
    "may_be_silent",
    "name_of",
    "wanted_answers",
    "weight_of",
]
