"""How the sample's knowledge changes: owners, releases, a rollback, proposals, edits and suggestions."""

from core.sample.knowledge.writing import knowledge_is_written, write_knowledge

__all__ = ["knowledge_is_written", "write_knowledge"]
