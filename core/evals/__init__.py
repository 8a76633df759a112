"""Floor 4: eval cases, frozen with everything a replay needs, and the flags they come from."""

from core.evals.cases import CASE_STATES, export_cases
from core.evals.choosing import (
    STRENGTHS,
    STRONG,
    WEAK,
    answer_of,
    answers_of,
    flaggable_criteria,
    likely_criterion,
)
from core.evals.content import CaseContent
from core.evals.deciding import accept_flag, dismiss_flag, reopen_flag
from core.evals.flags import MAX_BETTER, raise_flag, withdraw_flag
from core.evals.freezing import Frozen, freeze
from core.evals.grade import Grade
from core.evals.knowledge import EARLIEST, EXACT, RECONSTRUCTED, KnowledgeThen, knowledge_at
from core.evals.output import Output
from core.evals.reading import STATES, FlagPage, FlagView, flags_in, get_flag, list_flags
from core.evals.subjects import SUBJECT_TYPES, Subject, read_subject, sent_subjects
from core.evals.tables import EvalCase, Flag, KnowledgeSnapshot
from core.evals.targets import Asked, Target, open_target, target_names
from core.evals.thawing import FrozenMessage, ThawedCase, frozen_passages, thaw

__all__ = [
    "CASE_STATES",
    "EARLIEST",
    "EXACT",
    "MAX_BETTER",
    "RECONSTRUCTED",
    "STATES",
    "STRENGTHS",
    "STRONG",
    "SUBJECT_TYPES",
    "WEAK",
    "Asked",
    "CaseContent",
    "EvalCase",
    "Flag",
    "FlagPage",
    "FlagView",
    "Frozen",
    "FrozenMessage",
    "Grade",
    "KnowledgeSnapshot",
    "KnowledgeThen",
    "Output",
    "Subject",
    "Target",
    "ThawedCase",
    "accept_flag",
    "answer_of",
    "answers_of",
    "dismiss_flag",
    "export_cases",
    "flaggable_criteria",
    "flags_in",
    "freeze",
    "frozen_passages",
    "get_flag",
    "knowledge_at",
    "likely_criterion",
    "list_flags",
    "open_target",
    "raise_flag",
    "read_subject",
    "reopen_flag",
    "sent_subjects",
    "target_names",
    "thaw",
    "withdraw_flag",
]
