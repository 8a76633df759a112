"""Floor 2: knowledge. Articles with immutable versions, their passages, and the search over them."""

from core.knowledge.articles import (
    ArticlePage,
    ArticleView,
    archive,
    get_article,
    list_articles,
    passages_of,
    publish,
)
from core.knowledge.embedding import IndexProgress, embed_missing, index_progress
from core.knowledge.importing import import_articles
from core.knowledge.records import INTERNAL, PUBLIC, ArticleRecord, ImportReport, Reject
from core.knowledge.search import Hit, search
from core.knowledge.tables import Article, ArticleVersion, Passage

__all__ = [
    "INTERNAL",
    "PUBLIC",
    "Article",
    "ArticlePage",
    "ArticleRecord",
    "ArticleVersion",
    "ArticleView",
    "Hit",
    "ImportReport",
    "IndexProgress",
    "Passage",
    "Reject",
    "archive",
    "embed_missing",
    "get_article",
    "import_articles",
    "index_progress",
    "list_articles",
    "passages_of",
    "publish",
    "search",
]
