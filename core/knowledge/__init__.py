"""Floor 2: knowledge. Articles with immutable versions, their passages, and the search over them."""

from core.differences import Change as DiffPart
from core.differences import word_diff
from core.knowledge.articles import (
    ArticlePage,
    ArticleView,
    archive,
    get_article,
    list_articles,
    passages_of,
    publish,
)
from core.knowledge.checks.checking import TextChecks, check_text
from core.knowledge.checks.findings import Finding
from core.knowledge.checks.marks import Heading
from core.knowledge.checks.reading import Reading
from core.knowledge.comparing import (
    Comparison,
    Contradiction,
    Duplicate,
    compare_with_knowledge,
    find_contradictions,
    find_duplicates,
)
from core.knowledge.editing.conflicts import TextConflict
from core.knowledge.editing.edits import drop_edit, new_edit, open_edit, reopen_edit
from core.knowledge.editing.presence import PresentPerson, be_present, leave_edit
from core.knowledge.editing.reading import EditRow, EditView, get_edit, list_edits
from core.knowledge.editing.releasing import freeze_edit, put_frozen
from core.knowledge.editing.saving import SavedEdit, rebase_edit, save_edit, settle_conflict
from core.knowledge.editing.text import EditText, text_of
from core.knowledge.embedding import (
    IndexProgress,
    VectorsAhead,
    embed_ahead,
    embed_missing,
    index_progress,
    keep_vectors,
)
from core.knowledge.importing import import_articles
from core.knowledge.indexing import lock_search_index
from core.knowledge.lifecycle.caring import DueArticle, due_for_review, set_owner, set_review_on
from core.knowledge.lifecycle.dates import scheduled_of, start_due
from core.knowledge.lifecycle.owners import article_owners
from core.knowledge.lifecycle.redirects import (
    Way,
    clear_redirect,
    point_to,
    redirect_of,
    set_redirect,
    way_of,
)
from core.knowledge.lifecycle.translations import (
    Translation,
    mark_followed,
    moved_source,
    translations_of,
)
from core.knowledge.passages import Cut
from core.knowledge.publishing import put_live
from core.knowledge.records import INTERNAL, PUBLIC, ArticleRecord, ImportReport, Reject
from core.knowledge.restoring import (
    archive_article,
    article_state,
    cancel_start,
    restore_version,
    resume_starts,
)
from core.knowledge.search import Hit, search
from core.knowledge.standing import current_version, lock_articles, moved_on, would_undo
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion, EditPresence, Passage

__all__ = [
    "INTERNAL",
    "PUBLIC",
    "Article",
    "ArticleEdit",
    "ArticlePage",
    "ArticleRecord",
    "ArticleVersion",
    "ArticleView",
    "Comparison",
    "Contradiction",
    "Cut",
    "DiffPart",
    "DueArticle",
    "Duplicate",
    "EditPresence",
    "EditRow",
    "EditText",
    "EditView",
    "Finding",
    "Heading",
    "Hit",
    "ImportReport",
    "IndexProgress",
    "Passage",
    "PresentPerson",
    "Reading",
    "Reject",
    "SavedEdit",
    "TextChecks",
    "TextConflict",
    "Translation",
    "VectorsAhead",
    "Way",
    "archive",
    "archive_article",
    "article_owners",
    "article_state",
    "be_present",
    "cancel_start",
    "check_text",
    "clear_redirect",
    "compare_with_knowledge",
    "current_version",
    "drop_edit",
    "due_for_review",
    "embed_ahead",
    "embed_missing",
    "find_contradictions",
    "find_duplicates",
    "freeze_edit",
    "get_article",
    "get_edit",
    "import_articles",
    "index_progress",
    "keep_vectors",
    "leave_edit",
    "list_articles",
    "list_edits",
    "lock_articles",
    "lock_search_index",
    "mark_followed",
    "moved_on",
    "moved_source",
    "new_edit",
    "open_edit",
    "passages_of",
    "point_to",
    "publish",
    "put_frozen",
    "put_live",
    "rebase_edit",
    "redirect_of",
    "reopen_edit",
    "restore_version",
    "resume_starts",
    "save_edit",
    "scheduled_of",
    "search",
    "set_owner",
    "set_redirect",
    "set_review_on",
    "settle_conflict",
    "start_due",
    "text_of",
    "translations_of",
    "way_of",
    "word_diff",
    "would_undo",
]
