"""Floor 6: how good the answers are, every rate with its interval and how its sample was drawn."""

from core.reporting.corrected import Corrected, CorrectedPart, corrected_score
from core.reporting.criteria import Combined, CriterionEstimate, combine, criterion_estimates, human_rate
from core.reporting.customers import CustomerAnswers, customer_answers
from core.reporting.estimates import Estimate, clustered_counts
from core.reporting.filters import Choices, Filters, filter_choices
from core.reporting.outcomes import DraftOutcomes, draft_outcomes
from core.reporting.quality import COLUMNS, Quality, quality_rows, read_quality

__all__ = [
    "COLUMNS",
    "Choices",
    "Combined",
    "Corrected",
    "CorrectedPart",
    "CriterionEstimate",
    "CustomerAnswers",
    "DraftOutcomes",
    "Estimate",
    "Filters",
    "Quality",
    "clustered_counts",
    "combine",
    "corrected_score",
    "criterion_estimates",
    "customer_answers",
    "draft_outcomes",
    "filter_choices",
    "human_rate",
    "quality_rows",
    "read_quality",
]
