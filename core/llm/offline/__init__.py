"""The model that needs no service: it selects and joins sentences of cited passages."""

from core.llm.offline.model import MODEL_NAME, OfflineModel

__all__ = ["MODEL_NAME", "OfflineModel"]
