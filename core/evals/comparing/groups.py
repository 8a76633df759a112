"""The ways in which cases are put into groups to be read apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.evals.comparing.answers import CaseFacts

CRITERION, TAG, THEME, CHANNEL, LOCALE, CRITICAL = (
    "criterion",
    "tag",
    "theme",
    "channel",
    "locale",
    "critical",
)
DIMENSIONS = (CRITERION, TAG, THEME, CHANNEL, LOCALE, CRITICAL)
"""``criterion`` stands for kinds of expectations, too."""
_MOST = 40  # groups of one dimension; the largest

_GROUPS: Mapping[str, Callable[[CaseFacts], Sequence[str]]] = {
    TAG: lambda facts: facts.tags,
    THEME: lambda facts: [facts.theme] if facts.theme else [],
    CHANNEL: lambda facts: [facts.channel] if facts.channel else [],
    LOCALE: lambda facts: [facts.locale] if facts.locale else [],
    CRITICAL: lambda facts: [CRITICAL] if facts.critical else [],
}


def groups_of(facts: Sequence[CaseFacts], dimension: str) -> dict[str, NDArray[np.bool_]]:
    """Which of the cases belong to which group, the largest groups first; a case may be in several."""
    members: dict[str, list[int]] = {}
    for place, each in enumerate(facts):
        for group in dict.fromkeys(_GROUPS[dimension](each)):
            members.setdefault(group, []).append(place)
    largest = Counter({group: len(places) for group, places in members.items()}).most_common(_MOST)
    found = {}
    for group, _ in sorted(largest, key=lambda each: (-each[1], each[0])):
        found[group] = np.zeros(len(facts), bool)
        found[group][members[group]] = True
    return found


def belongs(facts: CaseFacts, dimension: str, group: str) -> bool:
    """Whether a case is in a group; of criteria, ask its grades."""
    return group in _GROUPS[dimension](facts)
