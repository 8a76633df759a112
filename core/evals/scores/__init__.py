"""Scores over time: judgements added up day by day, read as series, with markers and alerts."""

from core.evals.scores.adding import CUSTOMER, PEOPLE
from core.evals.scores.alerts import AlertView, dismiss_score_alert, list_score_alerts
from core.evals.scores.choices import (
    KnownScore,
    judge_words,
    list_scores,
    list_values,
    score_stamp,
    subject_words,
)
from core.evals.scores.drilling import Behind, BehindPage, drill
from core.evals.scores.exporting import SERIES_COLUMNS, export_series
from core.evals.scores.markers import (
    BY_HAND,
    MARKER_KINDS,
    NewMarker,
    add_marker,
    change_marker,
    import_markers,
    list_markers,
    remove_marker,
)
from core.evals.scores.progress import read_progress, set_dimensions
from core.evals.scores.querying import ScoreQuery
from core.evals.scores.releases import RELEASED_WITH, RELEASES, build_changes, note_releases
from core.evals.scores.rolling import is_rolled_up, rebuild, roll_up
from core.evals.scores.series import Line, Point, Series, first_day, read_series
from core.evals.scores.since import ScoreFall, Since, scores_since
from core.evals.scores.splitting import DIMENSIONS as SPLITS
from core.evals.scores.watching import watch_scores

__all__ = [
    "BY_HAND",
    "CUSTOMER",
    "MARKER_KINDS",
    "PEOPLE",
    "RELEASED_WITH",
    "RELEASES",
    "SERIES_COLUMNS",
    "SPLITS",
    "AlertView",
    "Behind",
    "BehindPage",
    "KnownScore",
    "Line",
    "NewMarker",
    "Point",
    "ScoreFall",
    "ScoreQuery",
    "Series",
    "Since",
    "add_marker",
    "build_changes",
    "change_marker",
    "dismiss_score_alert",
    "drill",
    "export_series",
    "first_day",
    "import_markers",
    "is_rolled_up",
    "judge_words",
    "list_markers",
    "list_score_alerts",
    "list_scores",
    "list_values",
    "note_releases",
    "read_progress",
    "read_series",
    "rebuild",
    "remove_marker",
    "roll_up",
    "score_stamp",
    "scores_since",
    "set_dimensions",
    "subject_words",
    "watch_scores",
]
