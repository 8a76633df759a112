"""Suites of cases: their members, and the versions that runs use."""

from core.evals.suites.access import get_suite
from core.evals.suites.creating import archive_suite, change_suite, create_suite, restore_suite
from core.evals.suites.difference import CaseDifference, VersionDifference, version_difference
from core.evals.suites.fields import SUITE_KINDS
from core.evals.suites.listing import MemberCounts, SuiteSummary, count_members, list_suites, open_suite
from core.evals.suites.members import Joined, add_matching, add_members, remove_member, remove_members
from core.evals.suites.replays import REPLAY_KIND, store_replay_suite
from core.evals.suites.versions import (
    freeze_suite,
    get_suite_version,
    list_suite_versions,
    suite_cases,
    suite_of_version,
)

__all__ = [
    "REPLAY_KIND",
    "SUITE_KINDS",
    "CaseDifference",
    "Joined",
    "MemberCounts",
    "SuiteSummary",
    "VersionDifference",
    "add_matching",
    "add_members",
    "archive_suite",
    "change_suite",
    "count_members",
    "create_suite",
    "freeze_suite",
    "get_suite",
    "get_suite_version",
    "list_suite_versions",
    "list_suites",
    "open_suite",
    "remove_member",
    "remove_members",
    "restore_suite",
    "store_replay_suite",
    "suite_cases",
    "suite_of_version",
    "version_difference",
]
