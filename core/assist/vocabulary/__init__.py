"""Word lists. Each is a text file beside this module: words between white space, ``#`` starts a remark."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def vocabulary(name: str) -> frozenset[str]:
    """The words of ``<name>.txt``.

    Raises:
        FileNotFoundError: there is no such list.
    """
    lines = (_FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
