"""Texts nobody should send end soon and without an error."""

from __future__ import annotations

import pytest

from core.database import Database
from core.knowledge import compare_with_knowledge
from tests.core.knowledge.making import WordEmbedder, fill

_TEXTS = {
    "empty": "",
    "table": "| a |\n| - |\n| 1 | 2 | 3 |\n| |\n",
    "digits": "9" * 5_000,
    "version": "1.2.3,4,5 " * 500,
    "no, no": "not " * 2_000,
    "repeated": "A refund takes 5 days. " * 2_000,
    "list": "\n".join(f"Plan {number} costs {number} euros a month." for number in range(1_000)),
    "code": "```\nnever closed " + "{" * 2_000,
    "signs": "32 March 2026, 99:99, 0 %, -5 days, ½, ٣ أيام, 五日以内",
}


@pytest.mark.parametrize("body", _TEXTS.values(), ids=_TEXTS)
def test_any_text_can_be_compared(database: Database, body: str) -> None:
    fill(database)
    with database.reading() as session:
        compare_with_knowledge("Refunds", body, session=session, embedder=WordEmbedder(), locale="en")
