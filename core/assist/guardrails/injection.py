from __future__ import annotations

from collections.abc import Iterator

from core.assist.guardrails.registry import Flag, before
from core.assist.guardrails.texts import CustomerTexts, Origin


@before("injection", title="Instructions to the assistant", severity="warn", description="")
def check(texts: CustomerTexts) -> Iterator[Flag]:
    yield from ()


def neutralised(text: str, *, origin: Origin, name: str) -> tuple[str, list[Flag]]:
    return text, []
