"""Floor 5: insights. Suggestions for knowledge, made of what people wrote in their work."""

from core.insights.suggestions.deciding import accept_suggestion, edit_suggestion, reject_suggestion
from core.insights.suggestions.finding import expire_old, find_suggestions
from core.insights.suggestions.noting import write_note
from core.insights.suggestions.patching import patched
from core.insights.suggestions.reading import (
    SourceView,
    SuggestionRow,
    SuggestionView,
    get_suggestion,
    list_suggestions,
)
from core.insights.tables import Suggestion, SuggestionSource

__all__ = [
    "SourceView",
    "Suggestion",
    "SuggestionRow",
    "SuggestionSource",
    "SuggestionView",
    "accept_suggestion",
    "edit_suggestion",
    "expire_old",
    "find_suggestions",
    "get_suggestion",
    "list_suggestions",
    "patched",
    "reject_suggestion",
    "write_note",
]
