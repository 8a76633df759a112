"""Floor 2: criteria (versioned questions) and judgements (answers to them)."""

from core.criteria.tables import Criterion, Judgement

__all__ = ["Criterion", "Judgement"]
