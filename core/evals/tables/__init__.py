"""The tables of evals."""

from core.evals.tables.cases import (
    EvalCase,
    EvalCaseVersion,
    EvalSuite,
    EvalSuiteMember,
    EvalSuiteVersion,
    EvalSuiteVersionCase,
    Flag,
    KnowledgeSnapshot,
)
from core.evals.tables.runs import (
    EvalCandidate,
    EvalGrade,
    EvalResult,
    EvalRun,
    GraderCalibration,
)
from core.evals.tables.scores import (
    LiveGrade,
    LiveGrader,
    ScoreAlert,
    ScoreCell,
    ScoreDue,
    ScoreLink,
    ScoreMarker,
    ScoreProgress,
)

__all__ = [
    "EvalCandidate",
    "EvalCase",
    "EvalCaseVersion",
    "EvalGrade",
    "EvalResult",
    "EvalRun",
    "EvalSuite",
    "EvalSuiteMember",
    "EvalSuiteVersion",
    "EvalSuiteVersionCase",
    "Flag",
    "GraderCalibration",
    "KnowledgeSnapshot",
    "LiveGrade",
    "LiveGrader",
    "ScoreAlert",
    "ScoreCell",
    "ScoreDue",
    "ScoreLink",
    "ScoreMarker",
    "ScoreProgress",
]
