"""Measure calls, and print what was measured as an aligned table."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """How long calls took, in milliseconds."""

    milliseconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        return percentile(self.milliseconds, 50)

    @property
    def p95(self) -> float:
        return percentile(self.milliseconds, 95)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a value that really occurred.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def timed(call: Callable[[], object], *, times: int, warm_up: int = 1) -> Timing:
    """Wall time of ``call``, ``times`` times after ``warm_up`` uncounted ones."""
    for _ in range(warm_up):
        call()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return Timing(tuple(taken))


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a title: first column to the left, all others to the right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    print(f"\n{title}")
    for number, row in enumerate(cells):
        first, *others = zip(row, widths, strict=True)
        print("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def ms(value: float) -> str:
    """Milliseconds with as many digits as are worth reading."""
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def ratio(ours: float, reference: float) -> str:
    """``ours`` as a multiple of ``reference``."""
    return f"{ours / reference:.2f}x" if reference else "-"
