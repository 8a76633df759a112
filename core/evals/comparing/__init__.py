"""The scores of a run, and two runs against each other: paired, with intervals, flips first."""

from core.evals.comparing.answers import CaseFacts
from core.evals.comparing.around import Around, DecisionChange
from core.evals.comparing.choices import RunChoice, choose_pair, list_run_choices
from core.evals.comparing.comparison import RunComparison, RunFacts
from core.evals.comparing.differences import GroupDifference
from core.evals.comparing.flips import Flip, FlipFilter, choose_flips
from core.evals.comparing.groups import CRITERION, DIMENSIONS
from core.evals.comparing.pairing import LeftOut
from core.evals.comparing.runs import compare_runs, latest_run
from core.evals.comparing.scoring import GroupScore, RunScores, score_run, summarize
from core.evals.comparing.texts import FlipView, GradePair, Told, read_flips
from core.evals.comparing.verdict import SMALLEST, Verdict

__all__ = [
    "CRITERION",
    "DIMENSIONS",
    "SMALLEST",
    "Around",
    "CaseFacts",
    "DecisionChange",
    "Flip",
    "FlipFilter",
    "FlipView",
    "GradePair",
    "GroupDifference",
    "GroupScore",
    "LeftOut",
    "RunChoice",
    "RunComparison",
    "RunFacts",
    "RunScores",
    "Told",
    "Verdict",
    "choose_flips",
    "choose_pair",
    "compare_runs",
    "latest_run",
    "list_run_choices",
    "read_flips",
    "score_run",
    "summarize",
]
