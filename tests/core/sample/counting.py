"""How much of everything there is."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import SQLModel, select

from core.assist import Build, Citation, Draft
from core.classifiers.tables import (
    Classifier,
    ClassifierAnswer,
    ClassifierExample,
    ClassifierVersion,
)
from core.conversations import Conversation, Customer, Message, Reply
from core.criteria import Criterion, Judgement
from core.database import Database
from core.evals.tables import (
    EvalCase,
    EvalCaseVersion,
    EvalGrade,
    EvalResult,
    EvalRun,
    EvalSuite,
    EvalSuiteVersion,
    GraderCalibration,
)
from core.identity import Person
from core.knowledge import Article, ArticleVersion, Passage
from core.labelling import LabelAssignment, LabelItem, LabelQueue

_TABLES: tuple[type[SQLModel], ...] = (
    Article, ArticleVersion, Build, Citation, Conversation, Criterion, Customer, Draft, Judgement,
    Message, Passage, Person, Reply, Classifier, ClassifierAnswer, ClassifierExample, ClassifierVersion,
    EvalCase, EvalCaseVersion, EvalGrade, EvalResult, EvalRun, EvalSuite, EvalSuiteVersion,
    GraderCalibration, LabelAssignment, LabelItem, LabelQueue,
)  # fmt: skip


def count_rows(database: Database) -> dict[str, int]:
    """Rows by table, of those the sample fills."""
    with database.reading() as session:
        return {t.__name__: session.scalar(select(func.count()).select_from(t)) or 0 for t in _TABLES}
