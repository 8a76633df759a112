"""How a queue was drawn, and what its numbers may be used for, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.labelling import LabelQueue, strategies

ESTIMATE = "Its rates are estimates for all of them."
NO_ESTIMATE = "Its rates say nothing about how often it happens."


def strategy_label(name: str) -> str:
    """What people call the strategy; its name when it is gone."""
    return next((each.label for each in strategies() if each.name == name), name)


def what_for(design: Mapping[str, Any]) -> str:
    """Whether rates of a queue with this design may be called estimates."""
    return ESTIMATE if design.get("probability") else NO_ESTIMATE


def how_drawn(queue: LabelQueue) -> str:
    """One or two sentences, for example "Random: 100 of 12,400 conversations. Its rates are …"."""
    frame = str(queue.design.get("frame", ""))
    size = queue.design.get("frame_size")
    of = f" of {size:,}" if isinstance(size, int) else ""
    return (
        f"{strategy_label(queue.strategy)}: {queue.size:,}{of} {frame}".rstrip(" .")
        + f". {what_for(queue.design)}"
    )
