"""Run every benchmark, one process each so that memory and caches do not leak between them."""

import subprocess
import sys
import time

BENCHMARKS = (
    "imports",
    "real_data",
    "outcomes",
    "search",
    "knowledge",
    "answers",
    "abstention",
    "queue",
    "labelling",
    "classifiers",
    "backtest",
    "evals",
    "replay",
    "drafts",
    "guardrails",
    "traces",
    "pages",
)


def main() -> int:
    """Run the benchmarks named on the command line, or all; exit 1 when one failed."""
    failed = []
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n=== {name} ===", flush=True)
        started = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
