"""Does the score know what cannot be answered, better than a threshold on the best search score?

    python -m benchmarks.abstention [--quick] [--only intents|questions]

Far and near unknown questions against known ones (``intents``), and real questions through the real
drafting pipeline against knowledge that answers them and knowledge that does not (``questions``).
Prints risk-coverage curves, AURC and the recall of unanswerable questions while 95 % of the
answerable ones are kept, with n and intervals.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import data as public
from benchmarks.abstention import intents, questions
from benchmarks.search import RememberingEmbedder
from core.llm import get_embedder
from core.settings import get_settings


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less known knowledge")
    parser.add_argument("--only", choices=("intents", "questions"), help="only this half")
    options = parser.parse_args()
    data = public.shared_data()
    if data is None:
        print("skipped: no public data (set RATCHET_SHARED_DATA, or put it into ../shared/data)")
        return 0
    settings = get_settings()
    memory = settings.home / "benchmarks" / "vectors.sqlite"
    embedder = RememberingEmbedder(get_embedder(settings), memory)
    if options.only != "questions":
        intents.measure(intents.banking(data), embedder)
        intents.measure(intents.clinc(data, per_intent=30 if options.quick else 100), embedder)
    if options.only != "intents":
        questions.measure(data, embedder, articles=500 if options.quick else 2_757)
    return 0


if __name__ == "__main__":
    sys.exit(main())
