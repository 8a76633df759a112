"""Who is asked about a case: the whole way to a draft, or the model alone."""

from core.evals.targets.assist import open_assist
from core.evals.targets.changing import MAX_INSTRUCTIONS, check_changes
from core.evals.targets.model import open_model
from core.evals.targets.registry import Asked, Target, open_target, target, target_names
from core.evals.targets.staged import REPLAY, STAGED, staging

__all__ = [
    "MAX_INSTRUCTIONS",
    "REPLAY",
    "STAGED",
    "Asked",
    "Target",
    "check_changes",
    "open_assist",
    "open_model",
    "open_target",
    "staging",
    "target",
    "target_names",
]
