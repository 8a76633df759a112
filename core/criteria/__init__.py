"""Floor 2: criteria (versioned questions) and judgements (answers to them)."""

from core.criteria.answers import (
    KINDS,
    MARKED,
    NOTED,
    NOTHING_MARKED,
    SEPARATOR,
    SUBJECTS,
    checked_answer,
    choices,
    given,
    is_good,
)
from core.criteria.judgements import (
    CUSTOMER,
    MAX_REASON,
    Judge,
    in_force,
    list_judgements,
    record_judgement,
    withdraw_judgement,
)
from core.criteria.shipped import SHIPPED, current_criterion, ensure_criteria
from core.criteria.tables import Adjudication, Criterion, Judgement

__all__ = [
    "CUSTOMER",
    "KINDS",
    "MARKED",
    "MAX_REASON",
    "NOTED",
    "NOTHING_MARKED",
    "SEPARATOR",
    "SHIPPED",
    "SUBJECTS",
    "Adjudication",
    "Criterion",
    "Judge",
    "Judgement",
    "checked_answer",
    "choices",
    "current_criterion",
    "ensure_criteria",
    "given",
    "in_force",
    "is_good",
    "list_judgements",
    "record_judgement",
    "withdraw_judgement",
]
