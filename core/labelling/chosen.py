"""The strategies that look for something. What they find says nothing about how common it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import col

from core.conversations import Conversation, Message
from core.criteria import Criterion, Judgement, in_force
from core.evals.tables import Flag
from core.labelling.frames import chunked, text_column
from core.labelling.sampling import guess
from core.labelling.strategy import Ask, Drawn, Parameter, Pick, strategy, versions_of

_BATCH = 2_000
_RARE = 20
"""An answer given less often than once in so many is looked up, not guessed."""


@strategy(
    "uncertain",
    label="Uncertain",
    parameters=(Parameter("judge", "Classifier (empty: any)", "judge"),),
    nothing="No classifier that says how sure it is has answered this criterion.",
)
def draw_uncertain(ask: Ask) -> Drawn:
    """Where a classifier was least sure: the labels it learns most from."""
    found = _judged(ask, col(Judgement.confidence), judge=ask.get("judge"))
    found = found.where(
        col(Judgement.criterion_id) == ask.criterion.key, col(Judgement.confidence).is_not(None)
    )
    rows = found.order_by(col(Judgement.confidence), col(Judgement.subject_id))
    picks = _take(ask, rows, lambda confidence: f"The classifier was {confidence:.0%} sure.")
    return Drawn(picks, "where the classifier was least sure")


@strategy(
    "disagreement",
    label="Disagreement",
    unjudged=False,
    nothing="No two answers about the same one differ.",
    parameters=(
        Parameter(
            "between",
            "Between",
            "choice",
            choices={"any": "Anybody, classifiers included", "people": "People"},
            default="any",
        ),
    ),
)
def draw_disagreement(ask: Ask) -> Drawn:
    """Where the answers in force differ: between people, classifiers and customers."""
    found = select(col(Judgement.subject_id)).where(
        col(Judgement.criterion_id) == ask.criterion.key,
        col(Judgement.subject_type) == ask.frame.subject_type,
        *in_force(),
    )
    if ask.get("between") == "people":
        found = found.where(col(Judgement.judge_type) == "person")
    differs = func.min(col(Judgement.answer)) != func.max(col(Judgement.answer))
    rows = (
        found.group_by(col(Judgement.subject_id)).having(differs).order_by(col(Judgement.subject_id).desc())
    )
    return Drawn(_take(ask, rows, lambda _: "The answers so far differ."), "where the answers so far differ")


@strategy(
    "flagged",
    label="Flagged",
    nothing="Nobody has flagged such a moment.",
    parameters=(
        Parameter(
            "strength",
            "Flags",
            "choice",
            choices={"any": "Any", "strong": "Strong moments", "weak": "Weak moments"},
            default="any",
        ),
    ),
)
def draw_flagged(ask: Ask) -> Drawn:
    """What somebody flagged in the flow of work, newest flag first."""
    conversation = ask.frame.subject_type == "conversation"
    subject: Any = col(Flag.conversation_id) if conversation else col(Flag.subject_id)
    found = select(subject, col(Flag.strength)).where(col(Flag.state).in_(("open", "accepted")))
    if not conversation:
        found = found.where(col(Flag.subject_type) == ask.frame.subject_type)
    if ask.get("strength") in ("strong", "weak"):
        found = found.where(col(Flag.strength) == ask.get("strength"))
    rows = found.order_by(col(Flag.id).desc())
    return Drawn(_take(ask, rows, lambda _: "Somebody flagged it."), "flagged, newest flag first")


@strategy("recent", label="Recent", nothing="There are none.")
def draw_recent(ask: Ask) -> Drawn:
    """The newest first."""
    if ask.frame.subject_type == "conversation":
        order: tuple[Any, ...] = (col(Conversation.last_message_at).desc(), col(Conversation.id).desc())
        rows = select(col(Conversation.id)).order_by(*order)
    else:
        rows = select(ask.frame.id).order_by(ask.frame.id.desc())
    return Drawn(_take(ask, rows), "newest first")


@strategy(
    "classifier",
    label="By a classifier's answer",
    nothing="No classifier gave this answer.",
    parameters=(
        Parameter("answer", "Answer", "answer", required=True),
        Parameter("criterion", "Of the criterion (empty: the one asked here)", "criterion"),
        Parameter("judge", "Classifier (empty: any)", "judge"),
    ),
)
def draw_by_classifier(ask: Ask) -> Drawn:
    """What a classifier gave one answer, in random order: shows how often it is right there."""
    name, answer = ask.get("criterion") or ask.criterion.name, ask.get("answer")
    versions = versions_of(name, session=ask.session)
    found = _judged(ask, judge=ask.get("judge")).where(
        col(Judgement.criterion_id).in_(versions), col(Judgement.answer) == answer
    )
    # A common answer is found by guessing, a rare one by reading all who got it.
    of_subject = found.where(col(Judgement.subject_id) == ask.frame.id).correlate(ask.frame.id.table)
    part = replace(ask.frame, within=(*ask.frame.within, of_subject.exists()))
    without = ask.frame.judged(session=ask.session)
    about = max(1, ask.frame_size // _RARE)
    common = guess(
        part, ask.size, of=about, session=ask.session, chance=ask.chance, without=without, rounds=2
    )
    if common is not None:
        picks = [Pick(key) for key in common]
    else:
        ids = sorted(set(ask.session.execute(found).scalars()))
        ask.chance.shuffle(ids)
        picks = _first(ask, ((key, None) for key in ids), lambda _: "")
    return Drawn(picks, f"those a classifier answered “{answer}” ({name}), in random order")


@strategy(
    "search",
    label="Search",
    parameters=(Parameter("words", "Words", required=True),),
    nothing="None holds all of these words.",
)
def draw_by_words(ask: Ask) -> Drawn:
    """What holds all of the given words, newest first."""
    words = ask.get("words").split()
    if ask.frame.subject_type == "conversation":
        said = select(col(Message.conversation_id)).where(col(Message.recalled_at).is_(None))
        found = said.where(_holds(col(Message.text), words)).union(
            select(col(Conversation.id)).where(_holds(col(Conversation.subject), words))
        )
        ids = found.subquery()
        rows = select(ids.c[0]).order_by(ids.c[0].desc())
    else:
        rows = select(ask.frame.id).where(_holds(text_column(ask.frame.subject_type), words))
        rows = rows.order_by(ask.frame.id.desc())
    return Drawn(_take(ask, rows), f"that hold “{' '.join(words)}”, newest first")


@strategy(
    "relabel",
    label="Answered under an older version",
    nothing="Nobody has answered an older version of this criterion.",
)
def draw_older(ask: Ask) -> Drawn:
    """What people judged by an older version of this criterion, to be judged by this one."""
    older = select(col(Criterion.id)).where(
        col(Criterion.name) == ask.criterion.name, col(Criterion.version) < ask.criterion.version
    )
    rows = (
        select(col(Judgement.subject_id), func.max(col(Judgement.id)))
        .where(
            col(Judgement.criterion_id).in_(older),
            col(Judgement.subject_type) == ask.frame.subject_type,
            col(Judgement.judge_type) == "person",
            *in_force(),
        )
        .group_by(col(Judgement.subject_id))
        .order_by(func.max(col(Judgement.id)).desc())
    )
    picks = _take(ask, rows, lambda _: "It was judged by an older version.")
    return Drawn(picks, "judged by people under an older version, newest answer first")


def _judged(ask: Ask, *columns: Any, judge: str) -> Select[Any]:
    """Classifiers' judgements in force about subjects of this kind."""
    found = select(col(Judgement.subject_id), *columns).where(
        col(Judgement.judge_type) == "classifier",
        col(Judgement.subject_type) == ask.frame.subject_type,
        *in_force(),
    )
    return found.where(col(Judgement.judge) == judge) if judge else found


def _holds(text: Any, words: list[str]) -> Any:
    """All words are in the text, in any case. SQLite knows the case of ASCII letters only."""
    each = []
    for word in words:
        forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
        each.append(or_(*(text.icontains(form, autoescape=True) for form in sorted(forms))))
    return and_(*each)


def _take(ask: Ask, rows: Select[*tuple[Any, ...]], why: Callable[[Any], str] = lambda _: "") -> list[Pick]:
    """The first of ``rows`` (subject id, something that says why) that are in the frame."""
    result = ask.session.execute(rows.execution_options(yield_per=_BATCH))
    try:
        return _first(ask, ((row[0], row[1] if len(row) > 1 else None) for row in result), why)
    finally:
        result.close()


def _first(ask: Ask, rows: Iterable[tuple[int, Any]], why: Callable[[Any], str]) -> list[Pick]:
    without = ask.frame.judged(session=ask.session)
    picks: dict[int, Pick] = {}
    for batch in chunked(rows, _BATCH):
        reasons = dict(reversed(batch))  # of several about one subject the first counts
        for key in ask.frame.keep((key for key, _ in batch), session=ask.session, without=without):
            picks.setdefault(key, Pick(key, why=why(reasons[key])))
            if len(picks) == ask.size:
                return list(picks.values())
    return list(picks.values())
