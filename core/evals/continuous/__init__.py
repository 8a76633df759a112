"""Live graders: classifiers that grade a deterministic sample of what is sent and drafted."""

from core.evals.continuous.duties import ScoreKeeper
from core.evals.continuous.graders import (
    GRADED,
    LiveGraderView,
    list_live_graders,
    pause_live_grader,
    resume_live_grader,
    set_live_grader,
)
from core.evals.continuous.grading import grade_sample
from core.evals.continuous.sampling import in_sample
from core.evals.continuous.storing import Grades, store_grades

__all__ = [
    "GRADED",
    "Grades",
    "LiveGraderView",
    "ScoreKeeper",
    "grade_sample",
    "in_sample",
    "list_live_graders",
    "pause_live_grader",
    "resume_live_grader",
    "set_live_grader",
    "store_grades",
]
