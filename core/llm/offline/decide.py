"""Decides whether there is an answer, and if not, why and what would unblock it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.llm.offline.alarms import Alarm
from core.llm.offline.conflicts import find_conflict
from core.llm.offline.contrasts import contrast, names, superseded
from core.llm.offline.passages import Passage
from core.llm.offline.phrases import language_name
from core.llm.offline.query import Ask, Request
from core.llm.offline.rules import Screening, wants_action, wants_lookup
from core.llm.offline.scoring import Scored
from core.llm.offline.select import Selection
from core.llm.output import Decision, Reason

_RIVAL = 0.93


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision. ``reason`` and ``question`` are empty for an answer."""

    decision: Decision
    reason: Reason = ""
    question: str = ""


ANSWER = Verdict("answer")

_ALARMS: dict[Alarm, Verdict] = {
    "self_harm": Verdict(
        "escalate",
        "policy",
        "The customer may be in danger of harming themselves. Who on duty takes this over right now?",
    ),
    "legal": Verdict(
        "escalate",
        "policy",
        "The customer mentions legal steps. Who in the legal or complaints team should answer?",
    ),
    "compromise": Verdict(
        "escalate",
        "policy",
        "An account, key or payment may be in the wrong hands. Has the security team been told, and is "
        "access cut off?",
    ),
    "identity": Verdict(
        "escalate",
        "policy",
        "Somebody wants to change who controls the account, in place of its owner. Does the request come "
        "from the owner, and has the identity been verified?",
    ),
    "privacy": Verdict(
        "escalate",
        "policy",
        "This is a data-protection request. Has the customer's identity been verified, and who handles "
        "such requests?",
    ),
    "internal_rules": Verdict(
        "abstain",
        "policy",
        "The customer asks for internal rules, which are not shared. What, if anything, may they be told?",
    ),
    "complaint": Verdict(
        "escalate",
        "policy",
        "The customer wants somebody who can decide. Who takes over this complaint?",
    ),
    "bereavement": Verdict(
        "escalate",
        "policy",
        "The customer writes of a death. Who answers in person, and who may act for the account now?",
    ),
    "exception": Verdict(
        "escalate",
        "policy",
        "The customer asks for an exception from a rule. Who may grant it, and is it granted?",
    ),
    "manipulation": Verdict(
        "escalate",
        "policy",
        "The message only tries to give orders to the assistant. Is there a real request behind it?",
    ),
}
_URGENT = tuple(alarm for alarm in _ALARMS if alarm != "manipulation")  # the gravest first


def alarm_verdict(screening: Screening, request: Request, passages: Sequence[Passage]) -> Verdict | None:
    """The verdict of an alarm, or None. For danger the closest article is named for the rep."""
    for alarm in _URGENT:
        if alarm in screening.alarms:
            verdict = _ALARMS[alarm]
            closest = next((each for each in passages if _about(each, request)), None)
            if alarm in ("compromise", "privacy") and closest is not None:
                return Verdict(
                    verdict.decision,
                    verdict.reason,
                    f"{verdict.question} The closest article: {_named(closest)}.",
                )
            return verdict
    if screening.manipulated and "?" not in request.text:
        return _ALARMS["manipulation"]  # what is left of the orders is no request of its own
    return None


def _about(passage: Passage, request: Request) -> bool:
    """Whether the headings share a word with what the customer says."""
    return bool(passage.heading_terms(passage.language or "en") & request.said)


def manipulation_verdict(screening: Screening) -> Verdict | None:
    """For a message that gives orders to the assistant, where nothing else in it can be answered."""
    return _ALARMS["manipulation"] if screening.manipulated else None


def nothing_asked() -> Verdict:
    return Verdict(
        "abstain",
        "missing_knowledge",
        "The customer's last message asks nothing that can be looked up. What, if anything, should the "
        "reply say?",
    )


def nudge_verdict(request: Request) -> Verdict | None:
    """``needs_tool`` for a reminder after our reply: what became of the matter stands in no article."""
    return state_verdict(request) if request.replied else None


def state_verdict(request: Request) -> Verdict | None:
    """``needs_tool`` for what the customer reminds us of: a person has to look."""
    if not request.nudged:
        return None
    return Verdict(
        "abstain",
        "needs_tool",
        f"The customer asks for news, or says that it goes on: {_quoted(request.nudged)}. How does it stand?",
    )


def tool_verdict(request: Request, selection: Selection, *, strong: bool) -> Verdict | None:
    """``needs_tool`` when an account has to be looked at or something done, unless steps do it."""
    text = request.text
    action, lookup = wants_action(text), wants_lookup(text)
    if not action and not lookup:
        return None
    if action and strong and any(piece.kind == "step" for _, piece in selection.pieces()):
        return None  # the customer can do it alone; the steps are the answer
    wanted = _quoted(
        next((ask.text for ask in request.asks if wants_action(ask.text) or wants_lookup(ask.text)), text)
    )
    if action:
        question = f"The customer wants something done: {wanted}. May it be done, and has it been?"
    else:
        question = f"The answer is in the customer's account: {wanted}. What does the account show?"
    explains = [passage for passage, _ in selection.chosen]
    if strong and explains and _about(explains[0], request):
        question += f" {_named(explains[0])} explains the rule."
    return Verdict("abstain", "needs_tool", question)


def missing_verdict(
    ask: Ask,
    *,
    internal: Sequence[Passage],
    other_language: Sequence[Passage],
    language: str,
    closest: Passage | None,
    around: str = "",
) -> Verdict:
    """``missing_knowledge`` with the question that fits what was found instead.

    Args:
        around: all that the customer wrote, where the question says too little by itself.
    """
    wanted = _quoted(around or ask.text)
    if other_language:
        found = min(other_language, key=lambda each: each.language != "en")  # what most reps can read
        question = (
            f"Nothing in {language_name(language)} answers {wanted}; the closest is {_named(found)} in "
            f"{language_name(found.language)}. May the reply be in {language_name(found.language)}?"
        )
    elif internal:
        question = (
            f"Only the internal article {_named(internal[0])} covers {wanted}. "
            "What of it may the customer be told?"
        )
    elif closest is not None:
        question = f"No article answers {wanted}; the closest is {_named(closest)}. What is the answer?"
    else:
        question = f"No article answers {wanted}. What is the answer?"
    return Verdict("abstain", "missing_knowledge", question)


def answer_in_other_language(answer: str, spoken: str, wanted: str) -> Verdict:
    """``missing_knowledge``: what the rep answered cannot be told as it stands."""
    return Verdict(
        "abstain",
        "missing_knowledge",
        f"The answer {_quoted(answer)} is in {language_name(spoken)}, and nothing in "
        f"{language_name(wanted)} says the same. How is it to be said in {language_name(wanted)}?",
    )


def scope(passages: Sequence[Passage], request: Request, *, language: str) -> list[Passage]:
    """Drop passages that are for another case than the one the customer named.

    What is for something older counts only where the customer names it, or where there is nothing else.
    """
    current = [passage for passage in passages if not superseded(passage)]
    if current and not names("classic", request.said, language):
        passages = current
    dropped: set[int] = set()
    for position, left in enumerate(passages):
        for other, right in enumerate(passages):
            if other == position or other in dropped:
                continue
            sides = contrast(left, right)
            if (
                sides
                and names(sides[0], request.said, language)
                and not names(sides[1], request.said, language)
            ):
                dropped.add(other)
    return [passage for position, passage in enumerate(passages) if position not in dropped]


def clash_verdict(
    asks: Sequence[Ask], rankings: Sequence[Sequence[Scored]], request: Request, *, language: str
) -> Verdict | None:
    """``conflicting_sources`` or ``several_resolutions``, if the passages disagree about an ask."""
    for ask, ranked in zip(asks, rankings, strict=True):
        conflict = find_conflict(ranked, language=language)
        if conflict is not None:
            left, right = conflict.left, conflict.right
            return Verdict(
                "abstain",
                "conflicting_sources",
                f"{_named(left.passage)} says {_quoted(left.piece.text)}, but {_named(right.passage)} says "
                f"{_quoted(right.piece.text)}. Which one holds?",
            )
        several = _several(ranked, request, language=language)
        if several is not None:
            left, right, sides = several
            first, second = (side or "the general case" for side in sides)
            return Verdict(
                "abstain",
                "several_resolutions",
                f"The answer to {_quoted(ask.text)} differs: {first} ({_named(left.passage)}) or {second} "
                f"({_named(right.passage)}). Which applies to this customer?",
            )
    return None


def _several(
    ranked: Sequence[Scored], request: Request, *, language: str
) -> tuple[Scored, Scored, tuple[str, str]] | None:
    """The best piece and a rival about as good that holds for a different case."""
    if not ranked or ranked[0].covered <= 0:
        return None
    best = ranked[0]
    seen: set[str] = set()
    for item in ranked[1:]:
        if item.score < _RIVAL * best.score or item.covered < _RIVAL * best.covered:
            continue
        if item.passage.id in seen or item.passage.id == best.passage.id:
            continue
        seen.add(item.passage.id)
        sides = contrast(best.passage, item.passage)
        if sides is None or any(names(side, request.said, language) for side in sides):
            continue
        if item.piece.text == best.piece.text:
            continue  # the same rule on both sides
        return best, item, sides
    return None


def _named(passage: Passage) -> str:
    return f"“{passage.title or passage.heading}”"


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= 160 else text[:157].rstrip() + '…'}”"
