"""What comparisons of runs say when the truth is known: false alarms, coverage, power, many criteria.

    python -m benchmarks.evals.statistics [--rounds 500]

Exit 1 when a false-alarm rate is above 5 % or a coverage below 95 %, by more than the draws explain.
"""

from __future__ import annotations

import argparse
import math
import sys

from benchmarks.evals.simulating import (
    BASES,
    KINDS,
    SIZES,
    Scene,
    look_at_many,
    pass_coverage,
    rate_coverage,
    simulate,
    simulated_power,
)
from benchmarks.table import print_table
from core.statistics import paired_power, pairs_needed

_SLACK = 0.01  # coverage that an approximate interval may lack; false alarms have none: their test is exact
_CHANGES, _DISCORDANCES = (0.02, 0.05, 0.10), (0.05, 0.10, 0.20, 0.30, 0.40)


def main(arguments: list[str] | None = None) -> int:
    """Simulate and print; 0 when every figure is as promised."""
    parser = argparse.ArgumentParser(description="Simulate comparisons of eval runs.")
    parser.add_argument("--rounds", type=int, default=500, help="comparisons drawn for each figure")
    chosen = parser.parse_args(arguments)
    rounds = max(100, chosen.rounds)
    wrong = [
        *_false_alarms(rounds),
        *_coverage(rounds),
        *_rates(rounds),
        *_power(rounds),
        *_many(max(100, rounds // 4)),
    ]
    for line in wrong:
        print(f"\nNOT AS PROMISED: {line}")
    print(f"\n{'FAILED' if wrong else 'ok'}: {rounds:,} comparisons drawn for each figure")
    return 1 if wrong else 0


def _false_alarms(rounds: int) -> list[str]:
    """Better or worse said of two runs of the same build."""
    most = 0.05 + _tolerance(0.05, rounds)
    wrong, rows, total = [], [], 0.0
    for number, (name, repeats, size, weighted) in enumerate(KINDS):
        for base in BASES:
            shares = []
            for n in SIZES:
                scene = Scene(n, base, repeats, size, weighted)
                alarms = simulate(scene, rounds=rounds, seed=100 * number + n).false_alarms
                shares.append(alarms)
                if alarms > most:
                    wrong.append(f"{scene}: {100 * alarms:.1f} % false alarms, more than {100 * most:.1f} %")
            rows.append((f"{name}, {base:g}", *(_percent(each) for each in shares)))
            total = max(total, *shares)
    print_table(
        f"Better or worse under no change, % (at most 5; {100 * most:.1f} with the draws' own error)",
        ("data, base rate", *(f"n={n:,}" for n in SIZES)),
        rows,
    )
    print(f"highest: {_percent(total)} %")
    return wrong


def _coverage(rounds: int) -> list[str]:
    """The interval of the paired difference, where there is one."""
    rows, wrong = [], []
    for number, (name, repeats, size, weighted) in enumerate(KINDS):
        for change in (0.0, -0.05, -0.15):
            shares = []
            for n in SIZES:
                scene = Scene(n, 0.8, repeats, size, weighted, change)
                share = simulate(scene, rounds=rounds, seed=900 + 100 * number + n).coverage
                shares.append(share)
                wrong += _too_low(f"{scene}, change {change:g}: difference", share, rounds)
            rows.append((f"{name}, {100 * change:+.0f} points", *(_percent(each) for each in shares)))
    print_table(
        "The 95 % interval of the paired difference holds the true one, %",
        ("data, true change", *(f"n={n:,}" for n in SIZES)),
        rows,
    )
    return wrong


def _rates(rounds: int) -> list[str]:
    """The intervals of one run's figures."""
    rows, wrong = [], []
    for size in (1, 4):
        for base in BASES:
            shares = [rate_coverage(n=n, base=base, size=size, rounds=rounds, seed=n) for n in SIZES]
            rows.append((f"rate {base:g}, {size} a conversation", *(_percent(each) for each in shares)))
            for n, share in zip(SIZES, shares, strict=True):
                # by 20 cases in 5 conversations nothing near 95 % can be had: shown, not judged
                if n // size >= 20:
                    wrong += _too_low(f"rate {base:g}, n {n}, {size} a conversation", share, rounds)
    for k in (2, 3):
        for base in BASES[:2]:
            shares = [
                pass_coverage(n=n, base=base, tries=4, k=k, size=1, rounds=rounds, seed=n) for n in SIZES
            ]
            rows.append((f"pass^{k} of 4 tries, {base:g}", *(_percent(each) for each in shares)))
            for n, share in zip(SIZES, shares, strict=True):
                wrong += _too_low(f"pass^{k}, base {base:g}, n {n}", share, rounds)
    print_table(
        "The 95 % interval of a clustered rate and of pass^k holds the true one, %",
        ("figure, base rate", *(f"n={n:,}" for n in SIZES)),
        rows,
    )
    return wrong


def _power(rounds: int) -> list[str]:
    """Pairs needed, and the power that so many really have."""
    rows, wrong = [], []
    for change in _CHANGES:
        for discordance in _DISCORDANCES:
            if discordance <= change:
                continue
            n = pairs_needed(change, discordance)
            planned = paired_power(n, change, discordance)
            draws = max(200, min(rounds, 4_000_000 // n))
            found = simulated_power(n, change, discordance, rounds=draws, seed=n)
            rows.append(
                (
                    f"{100 * change:.0f} points, {100 * discordance:.0f} % change",
                    f"{n:,}",
                    _percent(planned),
                    _percent(found),
                )
            )
            if found < 0.8 - 0.04 - _tolerance(0.8, draws):
                wrong.append(f"{change}, {discordance}: power {found:.3f} with {n} pairs")
    print_table(
        "Pairs needed to see a difference, at 80 % power",
        ("difference, cases that change", "pairs", "planned %", "simulated %"),
        rows,
    )
    return wrong


def _many(rounds: int) -> list[str]:
    """Eight criteria read at once, none of which changed."""
    alone, adjusted = look_at_many(criteria=8, n=200, rounds=rounds, seed=8)
    print_table(
        "Some of 8 criteria seems changed though none is, %",
        ("read", "false alarms"),
        [("each alone", _percent(alone)), ("adjusted (Holm)", _percent(adjusted))],
    )
    if adjusted > 0.05 + _tolerance(0.05, rounds):
        return [f"8 criteria with Holm's correction: {100 * adjusted:.1f} % false alarms"]
    return []


def _too_low(what: str, share: float, rounds: int) -> list[str]:
    least = 0.95 - _SLACK - _tolerance(0.95, rounds)
    return [f"{what}: coverage {100 * share:.1f} %, below {100 * least:.1f} %"] if share < least else []


def _tolerance(share: float, rounds: int) -> float:
    """Three standard errors of a share that is drawn so often; there are some hundred figures."""
    return 3 * math.sqrt(share * (1 - share) / rounds)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


if __name__ == "__main__":
    sys.exit(main())
