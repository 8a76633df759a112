"""The generated conversations: how many, when, in which mix, and that they read as people wrote them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

from core.sample.calendar import KNOWLEDGE_FIX
from core.sample.generator import generate
from core.sample.material import Material
from core.sample.story import Story
from tests.core.sample.conftest import REFERENCE

_BRACES = re.compile(r"[{}]|\[[a-z0-9-]+\]")


def _first_customer_text(story: Story) -> str:
    return next(message.text for message in story.record.messages if message.author == "customer")


def test_volume_and_mix(stories: list[Story]) -> None:
    count = len(stories)
    locales = Counter(story.record.locale for story in stories)
    channels = Counter(story.record.channel for story in stories)
    assert count >= 430
    assert len({story.record.external_id for story in stories}) == count
    assert 0.63 < locales["en"] / count < 0.73
    assert 0.14 < locales["de"] / count < 0.22
    assert 0.10 < locales["es"] / count < 0.18
    assert set(channels) == {"chat", "email", "voice", "embedded"}
    assert min(channels.values()) >= 12
    assert channels["chat"] / count > 0.3
    assert len({story.record.customer.external_id for story in stories}) >= 150


def test_ninety_days_with_weekends_and_nights_quieter(stories: list[Story]) -> None:
    began = [story.record.created_at for story in stories]
    assert min(began) >= REFERENCE - timedelta(days=90)
    assert max(message.created_at for story in stories for message in story.record.messages) <= REFERENCE
    assert len({moment.date() for moment in began}) > 80
    weekend = mean(moment.weekday() >= 5 for moment in began)
    night = mean(moment.hour < 5 for moment in began)
    assert 0.05 < weekend < 0.2
    assert night < 0.15


def test_messages_are_in_order_and_say_something(stories: list[Story]) -> None:
    for story in stories:
        messages = story.record.messages
        assert all(a.created_at <= b.created_at for a, b in pairwise(messages))
        for message in messages:
            assert message.text.strip(), story.record.external_id
            assert not _BRACES.search(message.text + message.folded), message.text
        assert not _BRACES.search(story.record.subject)


def test_openings_are_hardly_repeated(stories: list[Story]) -> None:
    openings = Counter(_first_customer_text(story) for story in stories)
    assert openings.most_common(1)[0][1] <= 4
    assert sum(times > 2 for times in openings.values()) <= 12
    assert len(openings) > 0.8 * len(stories)


def test_incidents_are_clusters_on_their_dates(stories: list[Story], material: Material) -> None:
    for incident in material.incidents.values():
        tag = incident.number.lower()
        cluster = [story.record for story in stories if tag in story.record.tags]
        assert len(cluster) >= 10, tag
        assert all(
            incident.started_at <= record.created_at <= incident.conversations_until for record in cluster
        )


def test_the_desk_is_full(stories: list[Story]) -> None:
    now = [story for story in stories if story.record.status in ("open", "waiting")]
    records = [story.record for story in now]
    waits = [REFERENCE - record.messages[0].created_at for record in records]
    assert 40 <= len(now) <= 50
    assert sum(record.escalation_reason != "" for record in records) >= 10
    assert sum(not record.assignee_username for record in records) >= 12
    assert {record.priority for record in records} == {1, 2, 3, 4}
    assert min(waits) < timedelta(minutes=5)
    assert max(waits) > timedelta(days=2)
    assert sum(story.draft is not None and story.draft.decision == "abstain" for story in now) >= 6
    for record in records:
        assert record.csat is None
        assert record.status == ("waiting" if record.messages[-1].author == "rep" else "open")


def test_odd_messages_are_among_them(stories: list[Story]) -> None:
    texts = [message.text for story in stories for message in story.record.messages]
    assert any("Ignore your instructions" in text for text in texts)
    assert any(re.search("[\u0590-\u06ff]", text) for text in texts)
    assert any(len(text) > 2000 for text in texts)
    assert any(len(text) <= 2 for text in texts)


def test_ratings_follow_waiting_and_outcome(stories: list[Story]) -> None:
    over = [story for story in stories if story.resolved]
    rated = [story for story in over if story.record.csat is not None]
    assert 0.38 < len(rated) / len(over) < 0.52
    stars = {
        answer: mean(s.record.csat or 0 for s in rated if s.resolved == answer) for answer in ("yes", "no")
    }
    assert stars["yes"] > stars["no"] + 0.5
    assert {story.record.csat for story in rated} == {1, 2, 3, 4, 5}


def test_drafts_became_better_after_the_knowledge_fix(stories: list[Story]) -> None:
    answered = [s for s in stories if s.draft is not None and s.draft.decision == "answer"]
    sent = {
        after: mean(
            s.draft.outcome == "sent"
            for s in answered
            if s.draft and (s.record.created_at >= KNOWLEDGE_FIX) is after
        )
        for after in (False, True)
    }
    assert sent[True] > sent[False] + 0.15
    assert all(s.draft and s.draft.final for s in answered if s.draft_reply is not None)


def test_the_same_moment_gives_the_same_stories(stories: list[Story], material: Material) -> None:
    assert generate(material, reference=REFERENCE) == stories


def test_another_day_moves_what_is_dated(material: Material) -> None:
    later = datetime(2027, 3, 3, 9, tzinfo=UTC)
    stories = generate(material, reference=later)
    moments = [message.created_at for story in stories for message in story.record.messages]
    assert min(moments) >= later - timedelta(days=90)
    assert max(moments) <= later


def test_channels_fit_the_plans(stories: list[Story]) -> None:
    """E-mail only on Harbor, telephone from Schooner on, as the help centre says."""
    for story in stories:
        plan = story.record.customer.facts["plan"]
        if story.record.channel == "chat":
            assert plan != "Harbor", story.record.external_id
        if story.record.channel == "voice":
            assert plan in ("Schooner", "Fleet"), story.record.external_id
