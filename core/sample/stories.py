"""Tell one conversation from its part, its customer and its moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from core.conversations import ConversationRecord
from core.sample.details import Particulars, describe, draw_particulars, fill
from core.sample.dialogue import Thread, open_thread
from core.sample.drafting import PastDraft, claims_of, past_draft, withheld
from core.sample.material import OpenCase
from core.sample.story import Setting, Story

_REFUSED = "refused"
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def tell(rng: Random, setting: Setting, *, reference: datetime) -> Story:
    """A conversation that is over: resolved, or closed when it is old."""
    thread, particulars, values = _begin(rng, setting)
    part, opening = setting.part, setting.part.opening
    scenario = part.scenario
    draft: PastDraft | None = None
    basis: int | None = None
    place: int | None = None
    if setting.channel == "voice":
        _call(thread, setting, values)
    else:
        _hand_over(thread, setting)
        if opening.asks and setting.channel == "chat" and rng.random() < 0.6:
            _exchange(thread, part.words.asks[rng.choice(opening.asks)], values, rep_first=True)
        elif setting.channel == "chat" and rng.random() < 0.12:
            thread.rep_says(fill(rng.choice(setting.phrases["hold"]), values))
        basis = max(i for i, message in enumerate(thread.messages) if message.author == "customer")
        draft = _draft(rng, setting, values)
        thread.rep_says(_answer(rng, setting, draft, values))
        place = thread.reply_places[-1] if draft is not None and draft.final else None
        more_at = 0.8 if scenario.mood < 0 else 0.55
        thankful = 0.4 if scenario.mood >= 0 else 0.12
        if opening.more and rng.random() < more_at:
            thread.customer_thinks()
            _exchange(thread, part.words.more[rng.choice(opening.more)], values, rep_first=False)
            thankful *= 0.3
        if scenario.mood > -2 and rng.random() < thankful:
            thread.customer_thinks()
            thread.customer_says(rng.choice(setting.phrases["thanks"]))
            if setting.channel == "chat" and rng.random() < 0.5:
                thread.rep_says(rng.choice(setting.phrases["welcome"]))
    resolved = _verdict(rng, setting, draft)
    record = _record(
        thread,
        setting,
        status="closed" if thread.now < reference - timedelta(days=14) else "resolved",
        csat=_csat(rng, setting, thread, resolved),
        subject=_subject(rng, setting, values),
        escalation=_escalation(rng, setting, draft),
        assignee=setting.rep.username,
        priority=scenario.priority,
    )
    places = tuple(thread.reply_places)
    return Story(
        record=record,
        intent=scenario.intent,
        rep=setting.rep.username,
        resolved=resolved,
        draft=draft,
        draft_basis=basis,
        draft_reply=place,
        reply_places=places,
        scenario=scenario.id,
        particulars=particulars,
    )


def tell_open(rng: Random, setting: Setting, case: OpenCase, *, reference: datetime) -> Story:
    """A conversation somebody has to work on now. ``setting.at`` is when the customer began to wait."""
    thread, particulars, values = _begin(rng, setting)
    scenario = setting.part.scenario
    draft: PastDraft | None = None
    if scenario.decision != "answer" and case.flags & {"abstained", "escalated"}:
        thread.others_say("system", setting.phrases["system"][0])  # an assistant's word would end the wait
        draft = withheld(scenario)
    basis = max(i for i, message in enumerate(thread.messages) if message.author == "customer")
    if "nudged" in case.flags:
        thread.now = setting.at + case.waited * rng.uniform(0.5, 0.8)
        thread.customer_says(rng.choice(setting.phrases["nudge"]))
    if "replied" in case.flags:
        thread.now = reference - case.waited * rng.uniform(0.2, 0.6)
        thread.rep_writes(_answer(rng, setting, None, values))
    urgency = {"urgent": 1, "high": 2, "low": 4}
    priority = next((urgency[flag] for flag in case.flags if flag in urgency), scenario.priority)
    record = _record(
        thread,
        setting,
        status="waiting" if "replied" in case.flags else "open",
        csat=None,
        subject=_subject(rng, setting, values),
        escalation=(scenario.escalation or "Needs a person who decides") if "escalated" in case.flags else "",
        assignee=case.assignee,
        priority=priority,
    )
    places = tuple(thread.reply_places)
    return Story(
        record=record,
        intent=scenario.intent,
        rep=setting.rep.username,
        resolved="",
        draft=draft,
        draft_basis=basis,
        draft_reply=None,
        reply_places=places,
        scenario=scenario.id,
        particulars=particulars,
    )


def _begin(rng: Random, setting: Setting) -> tuple[Thread, Particulars, dict[str, str]]:
    particulars = draw_particulars(rng, setting.part.opening, at=setting.at)
    values = describe(particulars, setting.client, locale=setting.part.locale, rep=setting.rep.name)
    thread = Thread(
        external_id=setting.external_id,
        channel=setting.channel,
        plan=setting.client.plan,
        customer=setting.client.record.name,
        rep=setting.rep.name,
        now=setting.at,
        rng=rng,
        crowded=setting.crowded,
    )
    if setting.channel != "voice":
        text = fill(setting.part.opening.text, values)
        open_thread(thread, text, setting.phrases, values, cross=setting.part.scenario.mood < 0)
    return thread, particulars, values


def _call(thread: Thread, setting: Setting, values: dict[str, str]) -> None:
    """A telephone call: we speak first, then the transcript goes to and fro."""
    calls = setting.part.words.calls
    lines = calls[thread.rng.randrange(len(calls))]
    thread.rep_speaks(fill(thread.rng.choice(setting.phrases["call_opening"]), values))
    for number, line in enumerate(lines):
        said = fill(line, values)
        if number % 2 == 0:
            thread.customer_thinks()
            thread.customer_says(said)
        else:
            thread.rep_speaks(said)


def _hand_over(thread: Thread, setting: Setting) -> None:
    """In a chat the assistant says that it passes on what it could not answer."""
    if setting.channel in ("chat", "embedded") and setting.part.scenario.decision != "answer":
        thread.others_say("assistant", thread.rng.choice(setting.phrases["assistant"]))
        thread.others_say("system", setting.phrases["system"][0])


def _exchange(thread: Thread, pair: Sequence[str], values: dict[str, str], *, rep_first: bool) -> None:
    first, second = (fill(text, values) for text in pair)
    if rep_first:
        thread.rep_says(first)
        thread.customer_thinks()
        thread.customer_says(second)
    else:
        thread.customer_says(first)
        thread.rep_says(second)


def _subject(rng: Random, setting: Setting, values: dict[str, str]) -> str:
    """The subject that shares most long words with what the customer wrote; by chance among equals."""
    written = set(_LONG_WORD.findall(setting.part.opening.text.lower()))
    subjects = list(setting.part.words.subjects)
    rng.shuffle(subjects)
    best = max(subjects, key=lambda subject: len(written & set(_LONG_WORD.findall(subject.lower()))))
    return fill(best, values)


def _frame(rng: Random, setting: Setting, values: dict[str, str]) -> tuple[str, str]:
    if setting.channel != "email":
        return "", ""
    return (
        fill(rng.choice(setting.phrases["greeting"]), values),
        fill(rng.choice(setting.phrases["sign_off"]), values),
    )


def _draft(rng: Random, setting: Setting, values: dict[str, str]) -> PastDraft | None:
    """None: nobody asked for one, or the matter has no draft in the material."""
    scenario, opening = setting.part.scenario, setting.part.opening
    if scenario.decision != "answer":
        return withheld(scenario)
    if not opening.drafts or rng.random() < 0.05:
        return None
    return past_draft(
        rng,
        setting.part.words,
        opening,
        values,
        locale=setting.part.locale,
        frame=_frame(rng, setting, values),
        skill=setting.skill,
    )


def _answer(rng: Random, setting: Setting, draft: PastDraft | None, values: dict[str, str]) -> str:
    if draft is not None and draft.final:
        return draft.final
    words, opening = setting.part.words, setting.part.opening
    if opening.replies:
        text = fill(words.replies[rng.choice(opening.replies)], values)
    else:  # somebody typed by hand what a draft would have said
        claims = claims_of(fill(words.drafts[rng.choice(opening.drafts)], values))
        text = " ".join(claim.text for claim in claims)
    greeting, sign_off = _frame(rng, setting, values)
    return "\n\n".join(part for part in (greeting, text, sign_off) if part)


def _escalation(rng: Random, setting: Setting, draft: PastDraft | None) -> str:
    certain = draft is not None and draft.decision == "escalate"
    return setting.part.scenario.escalation if certain or rng.random() < 0.5 else ""


def _verdict(rng: Random, setting: Setting, draft: PastDraft | None) -> str:
    unsure = (
        0.1 + 0.12 * (setting.part.scenario.mood < 0) + 0.2 * (setting.part.scenario.decision != "answer")
    )
    if draft is not None and draft.outcome == "discarded":
        unsure += 0.08
    if rng.random() >= unsure:
        return "yes"
    return "partly" if rng.random() < 0.6 else "no"


def _csat(rng: Random, setting: Setting, thread: Thread, resolved: str) -> int | None:
    """What the customer gives, for somewhat less than half of the conversations.

    Waiting, the matter itself and whether it was solved count; the very content and the very
    unhappy answer the question more often.
    """
    waited = max(thread.answers, default=0.0)
    patience = {"chat": 6.0, "embedded": 40.0, "email": 420.0, "voice": 1.0}[setting.channel]
    delay = min(1.6, max(0.0, waited / patience - 1) * 0.45)
    score = 4.95 + 0.5 * setting.part.scenario.mood - delay
    score -= {"yes": 0.0, "partly": 0.9, "no": 1.8}[resolved]
    score += 0.35 * (setting.skill.sent - 0.4) - 0.5 * (_REFUSED in setting.part.scenario.tags)
    stars = min(5, max(1, round(rng.gauss(score, 0.8))))
    answers = {1: 0.68, 2: 0.56, 3: 0.42, 4: 0.47, 5: 0.54}[stars]
    return stars if rng.random() < answers else None


def _record(
    thread: Thread,
    setting: Setting,
    *,
    status: str,
    csat: int | None,
    subject: str,
    escalation: str,
    assignee: str,
    priority: int,
) -> ConversationRecord:
    scenario = setting.part.scenario
    return ConversationRecord(
        external_id=setting.external_id,
        channel=setting.channel,
        customer=setting.client.record,
        messages=tuple(thread.messages),
        created_at=thread.messages[0].created_at,
        subject=subject if setting.channel in ("email", "embedded") else "",
        status=status,
        tags=tuple(scenario.tags),
        csat=csat,
        locale=setting.part.locale,
        priority=priority,
        escalation_reason=escalation,
        assignee_username=assignee,
    )
