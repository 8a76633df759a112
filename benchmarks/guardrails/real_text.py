"""False alarms: the guardrails before a draft on messages that real people wrote to one another."""

from __future__ import annotations

import time
from collections import Counter

from benchmarks.real_data import first_messages, shared_data
from benchmarks.table import ms, print_table
from core.assist.guardrails import CustomerTexts, Finding, check_customer

SHOWN = 20
_ALL = 30_000


def print_false_alarms() -> None:
    """Alarms a thousand first messages, and the first of them to look at."""
    data = shared_data()
    if data is None:
        print("\nno real text: set RATCHET_SHARED_DATA, or put the public data into ../shared/data")
        return
    messages: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    alarms: Counter[tuple[str, str]] = Counter()
    seen: list[tuple[str, Finding]] = []
    for source, text in first_messages(data, _ALL):
        started = time.perf_counter()
        found = check_customer(CustomerTexts(text))
        seconds[source] += time.perf_counter() - started  # type: ignore[assignment]
        messages[source] += 1
        alarms.update({(source, name) for name in {finding.guardrail for finding in found}})
        seen += [(source, finding) for finding in found]
    rows = [
        [
            source,
            f"{count:,}",
            f"{1000 * alarms[source, 'injection'] / count:.2f}",
            f"{1000 * alarms[source, 'personal_data'] / count:.2f}",
            ms(1000 * seconds[source] / count),
        ]
        for source, count in messages.items()
    ]
    print_table(
        "Alarms a thousand real first messages",
        ["source", "messages", "injection", "personal_data", "ms each"],
        rows,
    )
    for source, finding in [pair for pair in seen if pair[1].guardrail == "injection"][:SHOWN]:
        print(f"  {source}: {finding.quote}")
