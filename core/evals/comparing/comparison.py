"""What comparing two runs found, and the same as plain values for the command line and for files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.evals.comparing.around import Around
from core.evals.comparing.differences import GroupDifference
from core.evals.comparing.flips import Flip, FlipFilter, choose_flips
from core.evals.comparing.pairing import LeftOut
from core.evals.comparing.verdict import Verdict
from core.statistics import Change, PairedDifference


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was compared. ``errors``: results that could not be answered or graded."""

    run_id: int
    suite: str
    suite_title: str
    suite_version: int
    build_id: str
    target: str
    repeats: int
    state: str
    note: str
    finished_at: datetime | None
    errors: int
    error_share: float
    spent: float


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The later run against the earlier one, paired by case.

    Attributes:
        whole: all pairs, in the share that passes.
        power: the same of pass^k, all of ``k`` repeats passing; None with one repeat.
        k: repeats that both runs have.
        groups: by criterion or kind, tag, theme, channel, locale, and critical cases.
        flips: every case of which anything changed.
        critical_worse: critical cases that pass less often now.
        cautions: what else a reader must know, in sentences.
    """

    before: RunFacts
    after: RunFacts
    verdict: Verdict
    whole: PairedDifference
    power: PairedDifference | None
    k: int
    groups: tuple[GroupDifference, ...]
    flips: tuple[Flip, ...]
    left_out: LeftOut
    around: Around
    critical_worse: int
    cautions: tuple[str, ...] = ()

    def of(self, dimension: str) -> list[GroupDifference]:
        """The groups of one dimension."""
        return [each for each in self.groups if each.dimension == dimension]

    def to_json(self, *, most_flips: int = 50) -> dict[str, Any]:
        """Plain values, for the command line; of the flips the first, without texts."""
        return _written(self, most_flips=most_flips)


def _written(found: RunComparison, *, most_flips: int) -> dict[str, Any]:
    """``{verdict, words, needed, before, after, passed, pass_power, groups, flips, left_out, ...}``.

    Shares are 0 to 1; what is unknown is None.
    """
    flips = choose_flips(found.flips, FlipFilter())
    around = found.around
    return {
        "verdict": found.verdict.word,
        "words": found.verdict.words,
        "needed": found.verdict.needed,
        "before": _run(found.before),
        "after": _run(found.after),
        "passed": _difference(found.whole),
        "pass_power": None if found.power is None else {"k": found.k, **_difference(found.power)},
        "groups": [_group(each) for each in found.groups],
        "critical_worse": found.critical_worse,
        "left_out": asdict(found.left_out),
        "cost": _change(around.cost),
        "milliseconds": {"p50": _change(around.p50), "p95": _change(around.p95)},
        "tokens": _change(around.tokens),
        "decisions": [asdict(each) for each in around.decisions],
        "cited_otherwise": around.cited,
        "cautions": list(found.cautions),
        "flip_count": len(flips),
        "flips": [_flip(each) for each in flips[:most_flips]],
    }


def _run(run: RunFacts) -> dict[str, Any]:
    return asdict(run) | {"finished_at": run.finished_at.isoformat() if run.finished_at else None}


def _difference(found: PairedDifference) -> dict[str, Any]:
    values = asdict(found)
    del values["spread"], values["level"]
    return values


def _group(each: GroupDifference) -> dict[str, Any]:
    return {
        "dimension": each.dimension,
        "name": each.name,
        "kind": each.kind,
        "verdict": each.direction,
        **_difference(each.found),
        "p_adjusted": each.adjusted,
        "advisory": each.advisory,
        "errors": {"before": each.before_errors, "after": each.after_errors},
        "caution": each.caution,
    }


def _change(change: Change | None) -> dict[str, float] | None:
    return None if change is None else asdict(change) | {"difference": change.difference}


def _flip(flip: Flip) -> dict[str, Any]:
    return {
        "case_id": flip.facts.case_id,
        "case_version_id": flip.facts.version_id,
        "name": "" if flip.hidden else flip.facts.name,
        "critical": flip.facts.critical,
        "before": {"passed": flip.before[0], "of": flip.before[1]},
        "after": {"passed": flip.after[0], "of": flip.after[1]},
        "criteria": {name: {"before": was, "after": now} for name, (was, now) in flip.names.items()},
    }
