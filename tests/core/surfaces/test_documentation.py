"""The page about imports says what the importers say."""

from __future__ import annotations

from core.settings import ROOT
from core.surfaces.importers import article_formats, conversation_formats, documentation


def test_the_page_is_made_from_the_formats() -> None:
    page = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
    assert page == documentation(), "run: python -m core formats > docs/imports.md"


def test_every_format_documents_its_schema() -> None:
    assert {entry.name for entry in conversation_formats()} == {"jsonl", "csv", "mbox", "zendesk", "intercom"}
    assert {entry.name for entry in article_formats()} == {"jsonl", "markdown", "html"}
    for entry in (*conversation_formats(), *article_formats()):
        assert len(entry.schema) > 200, entry.name
        assert entry.label
