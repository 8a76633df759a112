"""A small help centre and an embedder that needs no model, for the tests of this package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.database import Database
from core.knowledge import ArticleRecord, ImportReport, import_articles
from core.knowledge.analysis import terms

REFUND = ArticleRecord(
    "refunds",
    "Refunds",
    "## Monthly plans\n\nA refund for a monthly plan is paid within 14 days to the original card.\n\n"
    "## Annual plans\n\nAnnual plans are refunded pro rata for the months that remain.",
    locale="en",
)
PASSWORD = ArticleRecord(
    "password", "Reset your password", "Choose *Forgot password* on the sign-in page.", locale="en"
)
RUNBOOK = ArticleRecord(
    "runbook",
    "Refunds above 500 euros",
    "Ask a manager before you approve a refund above 500 euros.",
    audience="internal",
    locale="en",
)
RUECKERSTATTUNG = ArticleRecord(
    "refunds-de",
    "Rückerstattungen",
    "Rückerstattungen für Monatspläne werden innerhalb von 14 Tagen auf die Karte überwiesen.",
    locale="de",
    translation_of="refunds",
)
HELP_CENTRE = (REFUND, PASSWORD, RUNBOOK, RUECKERSTATTUNG)


def fill(database: Database, records: Iterable[ArticleRecord] = HELP_CENTRE) -> ImportReport:
    return import_articles(records, database=database, source="test")


class WordEmbedder:
    """Vectors that are near when texts share words: each word has a fixed random direction."""

    dimensions = 384

    def __init__(self, name: str = "words") -> None:
        self.name = name
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts.extend(texts)
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in terms(text, "en") or ["nothing"]:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
                row += np.random.default_rng(seed).standard_normal(self.dimensions).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
