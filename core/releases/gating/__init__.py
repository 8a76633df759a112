"""What a proposal has to pass before it goes live, and who may decide."""

from core.releases.gating.deciding import SHORTEST_REASON, override, review
from core.releases.gating.gate import Gate, RuleResult, gate_of, read_gate
from core.releases.gating.rules import FEWEST_CASES, MOST_ERRORS, RULES, Facts, Rule, RuleState, rule

__all__ = [
    "FEWEST_CASES",
    "MOST_ERRORS",
    "RULES",
    "SHORTEST_REASON",
    "Facts",
    "Gate",
    "Rule",
    "RuleResult",
    "RuleState",
    "gate_of",
    "override",
    "read_gate",
    "review",
    "rule",
]
