"""Proposals, releases and builds as they are read."""

from core.releases.reading.builds import BuildView, read_build, which_build
from core.releases.reading.differences import (
    ArticleDifference,
    BuildDifference,
    DifferencePart,
    build_difference,
)
from core.releases.reading.history import (
    ReleasedChange,
    ReleaseView,
    get_release,
    list_releases,
    watch_words,
)
from core.releases.reading.proposals import (
    STAGES,
    STATES,
    ChangeView,
    Event,
    ProposalRow,
    ProposalView,
    get_proposal,
    list_proposals,
    stage_of,
)

__all__ = [
    "STAGES",
    "STATES",
    "ArticleDifference",
    "BuildDifference",
    "BuildView",
    "ChangeView",
    "DifferencePart",
    "Event",
    "ProposalRow",
    "ProposalView",
    "ReleaseView",
    "ReleasedChange",
    "build_difference",
    "get_proposal",
    "get_release",
    "list_proposals",
    "list_releases",
    "read_build",
    "stage_of",
    "watch_words",
    "which_build",
]
