"""Shipping versions, judging what arrives with them, and watching whether they still do what was shipped."""

from core.classifiers.live.alerts import (
    alert_conversations,
    alert_words,
    dismiss_alert,
    list_alerts,
    propose_retraining,
)
from core.classifiers.live.answers import (
    HeldBack,
    LiveAnswer,
    held_back,
    holding_versions,
    judge_now,
    list_held,
    live_answers,
)
from core.classifiers.live.drifting import watch_drift
from core.classifiers.live.duties import Judges
from core.classifiers.live.evidence import NOT_ENOUGH, evidence_of, evidence_rate, has_enough_labels
from core.classifiers.live.filtering import conversations_with
from core.classifiers.live.filters import QueueFilter, queue_filters
from core.classifiers.live.judging import judge_new
from core.classifiers.live.rehearsing import would_hold
from core.classifiers.live.releases import Release, Standing, list_releases, standing
from core.classifiers.live.shipping import needs_proposal, roll_back, rollback_target, ship, withdraw
from core.classifiers.live.storing import store_judgements
from core.classifiers.live.watching import (
    Change,
    OverTime,
    Period,
    ShadowComparison,
    answers_over_time,
    compare_shadow,
    count_answers,
)

__all__ = [
    "NOT_ENOUGH",
    "Change",
    "HeldBack",
    "Judges",
    "LiveAnswer",
    "OverTime",
    "Period",
    "QueueFilter",
    "Release",
    "ShadowComparison",
    "Standing",
    "alert_conversations",
    "alert_words",
    "answers_over_time",
    "compare_shadow",
    "conversations_with",
    "count_answers",
    "dismiss_alert",
    "evidence_of",
    "evidence_rate",
    "has_enough_labels",
    "held_back",
    "holding_versions",
    "judge_new",
    "judge_now",
    "list_alerts",
    "list_held",
    "list_releases",
    "live_answers",
    "needs_proposal",
    "propose_retraining",
    "queue_filters",
    "roll_back",
    "rollback_target",
    "ship",
    "standing",
    "store_judgements",
    "watch_drift",
    "withdraw",
    "would_hold",
]
