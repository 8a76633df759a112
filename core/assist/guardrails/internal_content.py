from __future__ import annotations

from collections.abc import Iterator

from core.assist.guardrails.registry import Flag, after
from core.assist.guardrails.texts import ReplyCheck


@after("internal_content", title="internal_content", severity="block", description="")
def check(reply: ReplyCheck) -> Iterator[Flag]:
    yield from ()
