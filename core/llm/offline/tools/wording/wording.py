"""The shape of one language's wording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern out of several, for folded text."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@dataclass(frozen=True, slots=True)
class Wording:
    """How one language asks for things to be done and to be looked up.

    Attributes:
        effects: action -> how one asks for it outright.
        wishes: action -> how one says that one wants it; counts only where nothing else is asked, or
            where we are asked to do it.
        delegates: how one asks us to do what was said before.
        spoils: action -> what makes a sentence about something that the action does not do.
        before: what, before a request in its clause, makes it no request: how, whether, what if.
        conditional: what makes a whole sentence hypothetical.
        negated: what inside or right behind a request turns it into its opposite.
        topics: what to look up -> how one asks for it.
        outage: how one reports that a service of ours is down, for more than one site.
        past: what says that a trouble is over.
        half, newest: words for amounts and invoices.
    """

    effects: Mapping[str, re.Pattern[str]]
    wishes: Mapping[str, re.Pattern[str]]
    spoils: Mapping[str, re.Pattern[str]]
    delegates: re.Pattern[str]
    before: re.Pattern[str]
    conditional: re.Pattern[str]
    negated: re.Pattern[str]
    topics: Mapping[str, re.Pattern[str]]
    outage: re.Pattern[str]
    past: re.Pattern[str]
    half: re.Pattern[str]
    newest: re.Pattern[str]
