"""Cases: made from flags, labels, edits, resolved conversations or by hand; reviewed, changed, exported."""

from core.evals.cases.changing import NOBODY, change_case
from core.evals.cases.creating import create_case
from core.evals.cases.deriving import LITTLE, MUCH, case_from_edit, case_from_label, case_from_resolved
from core.evals.cases.exporting import export_cases
from core.evals.cases.fields import (
    CASE_SOURCES,
    CASE_STATES,
    MAX_EXPECTATIONS,
    POLARITIES,
    checked_expectations,
    own_expectations,
)
from core.evals.cases.filtering import CaseFilter
from core.evals.cases.likeness import ALIKE, AlikeCase, similar_cases
from core.evals.cases.listing import (
    CaseFacets,
    CasePage,
    CaseRow,
    case_facets,
    case_ids,
    case_owners,
    list_cases,
)
from core.evals.cases.opening import CaseView, Expected, open_case
from core.evals.cases.reviewing import accept_case, dismiss_case, reopen_case
from core.evals.cases.suggesting import CaseSuggestion, suggest_cases
from core.evals.cases.warnings import CaseWarning, case_warnings

__all__ = [
    "ALIKE",
    "CASE_SOURCES",
    "CASE_STATES",
    "LITTLE",
    "MAX_EXPECTATIONS",
    "MUCH",
    "NOBODY",
    "POLARITIES",
    "AlikeCase",
    "CaseFacets",
    "CaseFilter",
    "CasePage",
    "CaseRow",
    "CaseSuggestion",
    "CaseView",
    "CaseWarning",
    "Expected",
    "accept_case",
    "case_facets",
    "case_from_edit",
    "case_from_label",
    "case_from_resolved",
    "case_ids",
    "case_owners",
    "case_warnings",
    "change_case",
    "checked_expectations",
    "create_case",
    "dismiss_case",
    "export_cases",
    "list_cases",
    "open_case",
    "own_expectations",
    "reopen_case",
    "similar_cases",
    "suggest_cases",
]
