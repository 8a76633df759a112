"""Stages, kinds of change and verdicts in plain words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

Color = Literal["green", "red", "orange", "blue", "gray", "violet"]

STAGES: dict[str, tuple[str, str, Color]] = {
    "draft": ("Not replayed yet", ":material/edit_note:", "gray"),
    "replaying": ("Being replayed", ":material/replay:", "blue"),
    "in_review": ("Waits for a review", ":material/rate_review:", "violet"),
    "returned": ("Returned to its author", ":material/undo:", "orange"),
    "approved": ("Approved", ":material/check_circle:", "green"),
    "released": ("Released", ":material/rocket_launch:", "green"),
    "withdrawn": ("Withdrawn", ":material/block:", "gray"),
}
"""Of each stage: words, icon, colour."""
KINDS: dict[str, tuple[str, str]] = {
    "article": ("Article", ":material/article:"),
    "archive": ("Archive an article", ":material/archive:"),
    "classifier": ("Classifier", ":material/category:"),
    "instructions": ("Instructions", ":material/description:"),
    "model": ("Model", ":material/memory:"),
}
VERDICTS = {
    "better": "Better",
    "worse": "Worse",
    "unclear": "No clear difference",
    "no verdict": "No verdict",
}
OVER = ("released", "withdrawn")
"""Stages after which nothing changes any more."""


def stage_words(stage: str) -> str:
    """ "Waits for a review"."""
    return STAGES[stage][0] if stage in STAGES else stage


def kind_words(kind: str) -> str:
    """ "Archive an article"."""
    return KINDS[kind][0] if kind in KINDS else kind.replace("_", " ").capitalize()


def change_words(kinds: Sequence[str], titles: Sequence[str]) -> str:
    """What a proposal changes, for a line of a table: "Refunds, Annual plans and 2 more"."""
    named = list(dict.fromkeys(each for each in titles if each))[:2]
    if not named:
        named = list(dict.fromkeys(kind_words(each) for each in kinds))[:2]
    more = len(kinds) - len(named)
    if not named:
        return "Nothing yet"
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def listed(names: Collection[str], *, most: int = 5) -> str:
    """ "A, B and C", "A, B and 4 more"."""
    shown = list(names)[:most]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 case", "1,204 cases"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
