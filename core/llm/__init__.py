"""Floor 1: models. Drafting models behind one provider, embeddings, languages, what calls cost.

Draft with ``Runner.run(agent, items, run_config=RunConfig(model_provider=model_provider(settings)))``,
where ``items`` are ``[Briefing(...).message(), {"role": "user"|"assistant", "content": ...}, ...]``, the
agent has a function tool ``search_knowledge(query: str)`` that returns the JSON
``{"passages": [{"id": "P1", "title", "heading", "text", "locale", "audience", "score"}]}`` with ids
unique within the run, and ``output_type=DraftOutput``.
"""

from core.llm.allowed import check_allowed
from core.llm.briefing import Briefing
from core.llm.direct import DirectClient
from core.llm.embeddings import Embedder, get_embedder
from core.llm.failures import AccessRefusedError, MalformedAnswerError, RequestRefusedError
from core.llm.language import detect_language
from core.llm.offline import OfflineModel
from core.llm.offline.sentences import split_sentences
from core.llm.output import (
    Cite,
    Decision,
    DraftOutput,
    DraftSentence,
    Reason,
    join_sentences,
    partial_sentences,
)
from core.llm.pacing import Pace
from core.llm.provider import check_served, model_provider, provider_name
from core.llm.tables import ModelCall
from core.llm.usage import CallRecord, UsageSink, cost_of, keep_usage, record_usage

__all__ = [
    "AccessRefusedError",
    "Briefing",
    "CallRecord",
    "Cite",
    "Decision",
    "DirectClient",
    "DraftOutput",
    "DraftSentence",
    "Embedder",
    "MalformedAnswerError",
    "ModelCall",
    "OfflineModel",
    "Pace",
    "Reason",
    "RequestRefusedError",
    "UsageSink",
    "check_allowed",
    "check_served",
    "cost_of",
    "detect_language",
    "get_embedder",
    "join_sentences",
    "keep_usage",
    "model_provider",
    "partial_sentences",
    "provider_name",
    "record_usage",
    "split_sentences",
]
