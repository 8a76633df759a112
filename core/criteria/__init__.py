"""Floor 2: criteria (versioned questions) and judgements (answers to them)."""

from core.criteria.judgements import CUSTOMER, Judge, list_judgements, record_judgement
from core.criteria.shipped import SHIPPED, current_criterion, ensure_criteria
from core.criteria.tables import Criterion, Judgement

__all__ = [
    "CUSTOMER",
    "SHIPPED",
    "Criterion",
    "Judge",
    "Judgement",
    "current_criterion",
    "ensure_criteria",
    "list_judgements",
    "record_judgement",
]
