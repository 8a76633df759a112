"""The strategies that give every subject a known chance: the only ones rates may be estimated from."""

from __future__ import annotations

from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import col

from core.conversations import Conversation
from core.criteria import Judgement, in_force
from core.errors import InvalidInput
from core.labelling.sampling import simple_random
from core.labelling.strategy import Ask, Drawn, Parameter, Pick, strategy, versions_of
from core.labelling.views import Stratum

NOT_ANSWERED, UNKNOWN = "not answered", "unknown"
MAX_STRATA = 50

_BY = {"channel": "Channel", "locale": "Language", "answer": "An answer to a criterion"}
_ALLOCATION = {"equal": "The same number of each", "proportional": "By size"}


@strategy("random", label="Random", probability=True)
def draw_random(ask: Ask) -> Drawn:
    """Every subject is equally likely, so rates are estimates for the whole frame."""
    without = ask.frame.judged(session=ask.session)
    ids = simple_random(
        ask.frame, ask.size, of=ask.frame_size, session=ask.session, chance=ask.chance, without=without
    )
    weight = ask.frame_size / len(ids) if ids else 1.0
    return Drawn([Pick(key, weight=weight) for key in ids], "drawn at random, each equally likely")


@strategy(
    "stratified",
    label="Stratified",
    probability=True,
    parameters=(
        Parameter("by", "Groups by", "choice", choices=_BY, default="channel"),
        Parameter("allocation", "Share of each group", "choice", choices=_ALLOCATION, default="equal"),
        Parameter("criterion", "Criterion whose answers make the groups", "criterion"),
        Parameter("judge", "Answered by (a classifier; empty: people)", "judge"),
    ),
)
def draw_stratified(ask: Ask) -> Drawn:
    """Random within groups, so that small ones are seen too; weights keep the estimates right."""
    by = ask.get("by") or "channel"
    without = ask.frame.judged(session=ask.session)
    column = _group(ask, by)
    sizes = _sizes(ask, column, without)
    if len(sizes) > MAX_STRATA:
        raise InvalidInput(f"That makes {len(sizes)} groups, and {MAX_STRATA} is the most. Choose another.")
    if ask.size < len(sizes):
        raise InvalidInput(f"That makes {len(sizes)} groups: draw at least as many.")
    wanted = allocate(sizes, ask.size, proportional=ask.get("allocation") == "proportional")
    picks: list[Pick] = []
    for name, number in wanted.items():
        part = replace(ask.frame, within=(*ask.frame.within, column == name))
        ids = simple_random(
            part, number, of=sizes[name], session=ask.session, chance=ask.chance, without=without
        )
        picks += [Pick(key, stratum=name or UNKNOWN, weight=sizes[name] / len(ids)) for key in ids]
    ask.chance.shuffle(picks)  # so that what is judged first is a sample of every group
    strata = tuple(Stratum(name or UNKNOWN, sizes[name], number) for name, number in wanted.items())
    return Drawn(picks, f"drawn at random within groups by {_BY[by].lower()}", strata)


def allocate(sizes: dict[str, int], total: int, *, proportional: bool) -> dict[str, int]:
    """How many to draw from each group: one at least, and never more than it has.

    Args:
        total: at least as many as there are groups.
    """
    everything = sum(sizes.values())
    wanted = dict.fromkeys(sorted(sizes), 1)
    # Whoever has least of what is due to it gets the next one.
    due = {name: sizes[name] / everything if proportional else 1.0 for name in wanted}
    waiting = [(1 / due[name], name) for name in wanted if sizes[name] > 1]
    heapify(waiting)
    for _ in range(min(total, everything) - len(wanted)):
        _, name = heappop(waiting)
        wanted[name] += 1
        if wanted[name] < sizes[name]:
            heappush(waiting, (wanted[name] / due[name], name))
    return wanted


def _sizes(ask: Ask, column: Any, without: frozenset[int]) -> dict[str, int]:
    """Subjects in each group."""
    grouped = ask.frame.select(column.label("part"), func.count(), with_conversation=True)
    sizes = {str(name): int(number) for name, number in ask.session.execute(grouped.group_by(text("part")))}
    if without:
        named = ask.frame.select(ask.frame.id, column, with_conversation=True)
        kept = ask.frame.keep(without, session=ask.session, without=frozenset())
        for start in range(0, len(kept), 2_000):
            some = named.where(ask.frame.id.in_(kept[start : start + 2_000]))
            for _, name in ask.session.execute(some):
                sizes[str(name)] -= 1
    return {name: number for name, number in sizes.items() if number}


def _group(ask: Ask, by: str) -> Any:
    """What tells a subject's group, as SQL."""
    if by != "answer":
        return col(Conversation.channel) if by == "channel" else col(Conversation.locale)
    name, judge = ask.get("criterion"), ask.get("judge")
    if not name:
        raise InvalidInput("Choose the criterion whose answers make the groups.")
    versions = versions_of(name, session=ask.session)
    newest = (
        select(col(Judgement.answer))
        .where(
            col(Judgement.subject_type) == ask.frame.subject_type,
            col(Judgement.subject_id) == ask.frame.id,
            col(Judgement.criterion_id).in_(versions),
            col(Judgement.judge_type) == ("classifier" if judge else "person"),
            *in_force(),
        )
        .order_by(col(Judgement.id).desc())
        .limit(1)
    )
    if judge:
        newest = newest.where(col(Judgement.judge) == judge)
    return func.coalesce(newest.correlate(ask.frame.id.table).scalar_subquery(), NOT_ANSWERED)
