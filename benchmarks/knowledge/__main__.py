"""Run the benchmarks of knowledge: ``python -m benchmarks.knowledge [--quick]``."""

from __future__ import annotations

import sys

from benchmarks.knowledge.contradictions import main

if __name__ == "__main__":
    sys.exit(main())
