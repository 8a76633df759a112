"""Kinds of change: articles, classifiers, instructions and models."""

from core.releases.kinds import articles, classifiers, settings
from core.releases.kinds.articles import ARCHIVE, ARTICLE, undone_by
from core.releases.kinds.classifiers import CLASSIFIER
from core.releases.kinds.kind import KINDS, Change, Kind, Texts, Undo, kind_of
from core.releases.kinds.settings import INSTRUCTIONS, MODEL

__all__ = [
    "ARCHIVE",
    "ARTICLE",
    "CLASSIFIER",
    "INSTRUCTIONS",
    "KINDS",
    "MODEL",
    "Change",
    "Kind",
    "Texts",
    "Undo",
    "articles",
    "classifiers",
    "kind_of",
    "settings",
    "undone_by",
]
