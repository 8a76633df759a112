"""Adding up the judgements of some days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from core.conversations import Conversation, Customer
from core.criteria import ADJUDICATION, Criterion, Judgement, in_force, is_good
from core.evals.scores.splitting import Added, Place, Verdict, split_up
from core.evals.scores.subjects import build_of, chunks, conversation_of, day_of, judged, table_of, within

PEOPLE, CUSTOMER = "people", "customer"
"""Judges that are no classifier."""
_LONGEST = 100
_MANY = 5_000
_FACT = (str, int, float, bool)


def add_up(
    criterion: Criterion,
    subject_type: str,
    days: Collection[str],
    *,
    theme_criterion: str,
    product_fact: str,
    session: Session,
) -> Added:
    """What the judgements in force say of the subjects made on some days.

    Several people who judged one subject count once, by what was decided between them or by what they all
    say; where they disagree and nobody decided, the subject is left out.
    """
    verdicts = list(_of_days(criterion, subject_type, sorted(days), session=session))
    conversations = {each.conversation_id for each in verdicts}
    wanted = set(days)
    verdicts += _elsewhere(criterion, subject_type, conversations, wanted, session=session)
    places = _places(
        conversations, theme_criterion=theme_criterion, product_fact=product_fact, session=session
    )
    return split_up(verdicts, places, wanted)


def _of_days(
    criterion: Criterion, subject_type: str, days: Sequence[str], *, session: Session
) -> Iterator[Verdict]:
    """One statement for each run of days, which reads an index of the subjects' times."""
    made = col(table_of(subject_type).created_at)
    for since, until in _runs([date.fromisoformat(day) for day in days]):
        yield from _read(criterion, subject_type, within(made, since, until), session=session)


def _elsewhere(
    criterion: Criterion,
    subject_type: str,
    conversations: Collection[int],
    days: set[str],
    *,
    session: Session,
) -> Iterator[Verdict]:
    """What was judged of these conversations on other days."""
    if subject_type == "conversation":
        return  # a conversation is made once, and so is in one cell
    made = col(table_of(subject_type).created_at)
    runs = _runs([date.fromisoformat(day) for day in sorted(days)])
    others = [~and_(*within(made, since, until)) for since, until in runs]
    for some in chunks(sorted(conversations), _MANY):
        conditions = (conversation_of(subject_type).in_(some), *others)
        yield from _read(criterion, subject_type, conditions, session=session)


def _read(
    criterion: Criterion, subject_type: str, conditions: Sequence[Any], *, session: Session
) -> Iterator[Verdict]:
    table = table_of(subject_type)
    rows = session.execute(
        select(
            col(Judgement.subject_id),
            conversation_of(subject_type),
            day_of(col(table.created_at), session=session),
            build_of(subject_type),
            col(Judgement.judge_type),
            col(Judgement.judge),
            col(Judgement.answer),
            col(Judgement.origin),
            col(Judgement.id),
        )
        .join(table, judged(subject_type, [criterion.key], session=session))
        .where(*conditions, *in_force())
    )
    known: dict[str, bool] = {}
    said: dict[int, list[tuple[bool, int, bool]]] = defaultdict(list)
    about: dict[int, tuple[int, str, str]] = {}
    for subject_id, conversation_id, day, build_id, judge_type, judge, answer, origin, key in rows:
        good = known.get(answer)
        if good is None:
            good = known[answer] = bool(is_good(criterion, answer))
        if judge_type == "person":
            said[subject_id].append((origin == ADJUDICATION, key, good))
            about[subject_id] = (conversation_id, day, build_id)
            continue
        name = CUSTOMER if judge_type == "customer" else judge
        yield Verdict(name, conversation_id, day, build_id, good)
    for subject_id, answers in said.items():
        settled = _settled(answers)
        if settled is not None:
            yield Verdict(PEOPLE, *about[subject_id], settled)


def _settled(answers: Sequence[tuple[bool, int, bool]]) -> bool | None:
    """What stands of ``(decided, key, good)``: the newest decision, else what everybody says."""
    decided = [each for each in answers if each[0]]
    if decided:
        return max(decided, key=lambda each: each[1])[2]
    found = {each[2] for each in answers}
    return found.pop() if len(found) == 1 else None


def _places(
    conversations: Collection[int], *, theme_criterion: str, product_fact: str, session: Session
) -> dict[int, Place]:
    themes_of = list(
        session.execute(select(col(Criterion.id)).where(col(Criterion.name) == theme_criterion)).scalars()
    )
    places: dict[int, Place] = {}
    for some in chunks(sorted(conversations), _MANY):
        themes: dict[int, str] = {}
        if themes_of:
            found = session.execute(
                select(col(Judgement.subject_id), col(Judgement.answer))
                .join(Conversation, judged("conversation", themes_of, session=session))
                .where(
                    col(Judgement.judge_type) == "classifier",
                    col(Conversation.id).in_(some),
                    *in_force(),
                )
                .order_by(col(Judgement.id))
            )
            themes = {row[0]: row[1] for row in found}
        rows = session.execute(
            select(col(Conversation.id), col(Conversation.channel), col(Customer.facts))
            .join(Customer, col(Customer.id) == col(Conversation.customer_id))
            .where(col(Conversation.id).in_(some))
        )
        for key, channel, facts in rows:
            fact = facts.get(product_fact) if product_fact else None
            product = str(fact)[:_LONGEST] if isinstance(fact, _FACT) else ""
            places[key] = Place(channel, themes.get(key, "")[:_LONGEST], product)
    return places


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """First and last of each run of days that follow each other."""
    start: date | None = None
    last: date | None = None
    for day in days:
        if start is None or last is None:
            start = day
        elif (day - last).days > 1:
            yield start, last
            start = day
        last = day
    if start is not None and last is not None:
        yield start, last
