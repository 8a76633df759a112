"""What shows that a layer is in use, as long as its process lives."""

from __future__ import annotations

from typing import Protocol


class Hold(Protocol):
    """Held by the one who made the layer; the system lets go of it when the process dies."""

    def delete(self) -> None:
        """Delete the copies and let go. Safe to repeat."""
