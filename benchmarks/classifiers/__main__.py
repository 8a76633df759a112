"""Classifiers made of examples, against plain ways in the same run.

    python -m benchmarks.classifiers [--seeds 5] [--sets banking77 ...] [--stored 1000000]

Train and validation parts of each set are put together and cut in two by a hash; 30 % are reported on,
always the same, and each seed draws its examples from the rest. Vectors are kept in a folder for
temporary files, so a second run is quick.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import gettempdir

os.environ.setdefault("OMP_NUM_THREADS", "1")  # figures are per core

from benchmarks.classifiers import quality, scope, speed
from benchmarks.classifiers.data import POOLS, as_in_banking77, banking77_oos
from benchmarks.classifiers.splits import Task, task_of
from benchmarks.data import shared_data
from benchmarks.search import RememberingEmbedder
from core.classifiers import Services, featurizer
from core.llm import get_embedder
from core.settings import get_settings

_SPEED_SET, _SCOPE_SET = "banking77", "banking77_oos"
_LEFT_OUT_SETS = ("hwu64", "clinc150", "banking77")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 0 when the targets are met on the sets that are there."""
    parser = argparse.ArgumentParser(description="Measure classifiers made of examples.")
    parser.add_argument("--seeds", type=int, default=5, help="draws of examples (at least 2)")
    parser.add_argument("--sets", nargs="*", choices=[*POOLS, _SCOPE_SET], help="only these")
    parser.add_argument("--stored", type=int, default=1_000_000, help="conversations to classify; 0: none")
    chosen = parser.parse_args(arguments)
    data = shared_data()
    if data is None:
        print("skipped: no public data (set RATCHET_SHARED_DATA, or put it into ../shared/data)")
        return 0
    settings = get_settings()
    embedder = RememberingEmbedder(
        get_embedder(settings), Path(gettempdir()) / "ratchet-classifiers" / "vectors.sqlite"
    )
    services = Services(settings, lambda: embedder)
    good = True
    if not chosen.sets or _SCOPE_SET in chosen.sets:
        if (data / _SCOPE_SET).is_dir() and (data / _SPEED_SET).is_dir():
            published = banking77_oos(data)
            scope.compare(published, labels="labels as published", services=services)
            corrected = as_in_banking77(published, data)
            good &= scope.compare(corrected, labels="labels of BANKING77", services=services)
        else:
            print(f"skipped {_SCOPE_SET}: not in {data}")
    tasks = _tasks(data, chosen.sets or list(POOLS), services)
    if left_out := [tasks[name] for name in _LEFT_OUT_SETS if name in tasks]:
        scope.compare_left_out(left_out, services=services)
    if chosen.stored and _SPEED_SET in tasks:
        speed.measure(tasks[_SPEED_SET], services=services, stored=chosen.stored)
    if tasks:
        good &= quality.compare(list(tasks.values()), services=services, seeds=max(2, chosen.seeds))
    return 0 if good else 1


def _tasks(data: Path, names: list[str], services: Services) -> dict[str, Task]:
    found = {}
    for name in names:
        if name not in POOLS:
            continue
        folder = name.split(" ")[0]
        if not (data / folder).is_dir():
            print(f"skipped {name}: {folder} is not in {data}")
            continue
        found[name] = task_of(POOLS[name](data), featurizer=featurizer(services))
    return found


if __name__ == "__main__":
    sys.exit(main())
