"""Floor 5: insights. Suggestions for knowledge, where sentences come from, and how well knowledge is kept."""

from core.insights.behind import ConversationRef, conversation_refs
from core.insights.health.articles import MOST_FINDINGS, ArticleFinding, EditedArticle
from core.insights.health.coverage import Coverage, Gap
from core.insights.health.reading import KnowledgeHealth, health_stamp, read_health
from core.insights.provenance.backwards import (
    PassageOrigin,
    SentenceOrigin,
    SentReply,
    TextOrigin,
    origin_of_draft,
    origin_of_reply,
    sent_replies,
)
from core.insights.provenance.forwards import ArticleUse, CaseUse, Dependents, DraftUse, what_depends_on
from core.insights.suggestions.deciding import (
    accept_suggestion,
    edit_suggestion,
    reject_suggestion,
    reopen_suggestion,
)
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
    "MOST_FINDINGS",
    "ArticleFinding",
    "ArticleUse",
    "CaseUse",
    "ConversationRef",
    "Coverage",
    "Dependents",
    "DraftUse",
    "EditedArticle",
    "Gap",
    "KnowledgeHealth",
    "PassageOrigin",
    "SentReply",
    "SentenceOrigin",
    "SourceView",
    "Suggestion",
    "SuggestionRow",
    "SuggestionSource",
    "SuggestionView",
    "TextOrigin",
    "accept_suggestion",
    "conversation_refs",
    "edit_suggestion",
    "expire_old",
    "find_suggestions",
    "get_suggestion",
    "health_stamp",
    "list_suggestions",
    "origin_of_draft",
    "origin_of_reply",
    "patched",
    "read_health",
    "reject_suggestion",
    "reopen_suggestion",
    "sent_replies",
    "what_depends_on",
    "write_note",
]
