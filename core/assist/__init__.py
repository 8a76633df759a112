"""Floor 3: drafts. The agent, what it may see, the check of what it wrote, and who runs it when."""

from core.assist.acting import Background, Paused, Step, read_background
from core.assist.build import (
    build_of,
    current_build,
    digest_of_articles,
    knowledge_digest,
    store_build,
)
from core.assist.cases import SimilarCase, similar_cases
from core.assist.concealing import Concealer, conceal_subjects
from core.assist.context import Utterance
from core.assist.equipment import Equipment, equip
from core.assist.failures import as_provider_error
from core.assist.finding import finds_again
from core.assist.grounding.citations import Removed, VerifiedCitation
from core.assist.grounding.evidence import Retrieved
from core.assist.guardrails import GUARDRAILS, Finding, Guardrail, blocks, check_reply
from core.assist.instructions import INSTRUCTIONS
from core.assist.judging import read_drafts
from core.assist.masking import Known, Masked, Masker, mask, unmask
from core.assist.now import draft_now
from core.assist.released import MODEL_PARTS, Released, put_setting, read_released
from core.assist.replaying import PastCase, PastMessage, Replayed, past_context, replay
from core.assist.replying import send_composed
from core.assist.result import DraftResult, PausedRun
from core.assist.running.outcomes import discard_draft, draft_used, record_use
from core.assist.running.runner import DraftRunner
from core.assist.tables import Build, Citation, Draft, LiveSetting
from core.assist.views import (
    REASONS,
    CitationView,
    DraftView,
    PassageView,
    RetrievedView,
    SupportView,
    current_draft,
)

__all__ = [
    "GUARDRAILS",
    "INSTRUCTIONS",
    "MODEL_PARTS",
    "REASONS",
    "Background",
    "Build",
    "Citation",
    "CitationView",
    "Concealer",
    "Draft",
    "DraftResult",
    "DraftRunner",
    "DraftView",
    "Equipment",
    "Finding",
    "Guardrail",
    "Known",
    "LiveSetting",
    "Masked",
    "Masker",
    "PassageView",
    "PastCase",
    "PastMessage",
    "Paused",
    "PausedRun",
    "Released",
    "Removed",
    "Replayed",
    "Retrieved",
    "RetrievedView",
    "SimilarCase",
    "Step",
    "SupportView",
    "Utterance",
    "VerifiedCitation",
    "as_provider_error",
    "blocks",
    "build_of",
    "check_reply",
    "conceal_subjects",
    "current_build",
    "current_draft",
    "digest_of_articles",
    "discard_draft",
    "draft_now",
    "draft_used",
    "equip",
    "finds_again",
    "knowledge_digest",
    "mask",
    "past_context",
    "put_setting",
    "read_background",
    "read_drafts",
    "read_released",
    "record_use",
    "replay",
    "send_composed",
    "similar_cases",
    "store_build",
    "unmask",
]
