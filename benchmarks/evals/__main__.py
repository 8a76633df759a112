"""Run the benchmarks of evals, or those named: python -m benchmarks.evals [throughput statistics ...]"""

import importlib
import sys

PARTS = ("throughput", "statistics", "comparing", "scores", "promptfoo")


def main() -> int:
    """Run the parts named on the command line, or all; exit 1 when one failed."""
    named: list[str] = []
    options: list[str] = []
    for argument in sys.argv[1:]:
        (options if options or argument.startswith("-") else named).append(argument)
    if unknown := [name for name in named if name not in PARTS]:
        print(f"there is no part {', '.join(unknown)}: choose {', '.join(PARTS)}")
        return 2
    failed = []
    for name in named or PARTS:
        print(f"\n--- {name} ---", flush=True)
        sys.argv = [f"benchmarks.evals.{name}", *options]
        if importlib.import_module(f"benchmarks.evals.{name}").main():
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
