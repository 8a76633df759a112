"""How a theme is called."""

from __future__ import annotations


def theme(name: str) -> str:
    """An answer of a classifier, to be read; conversations about which nobody said anything have no theme."""
    return name[:1].upper() + name[1:] if name else "No theme given"
