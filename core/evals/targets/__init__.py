"""Who is asked about a case: the whole way to a draft, or the model alone."""

from core.evals.targets.registry import Asked, Target, open_target, target, target_names

__all__ = ["Asked", "Target", "open_target", "target", "target_names"]
