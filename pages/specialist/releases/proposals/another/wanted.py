"""What a form of this folder hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change as somebody has described it.

    Attributes:
        content: asked when the button is pressed, because only then the browser has sent everything.
        title: what a proposal of it alone is called when nobody says otherwise.
        typed: keys of the texts that it uses up.
    """

    content: Callable[[], Mapping[str, Any]]
    title: str
    typed: tuple[str, ...] = ()
    classifier_id: int | None = None
