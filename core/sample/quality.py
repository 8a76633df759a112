"""What the sample's people judged: labels in queues, decisions, reactions, flags; and a classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from sqlmodel import Session

from core.criteria import Criterion
from core.identity import Person, actor_of
from core.sample.closing_words import judge_by_closing_words
from core.sample.flags import write_flags
from core.sample.history import Stored
from core.sample.judging import first_replies, write_labels, write_reactions
from core.sample.label_queues import Draw, Subject, decide_some, write_label_queue
from core.sample.labels import Labelling
from core.sample.story import Story

_DECIDER = "lucia"


def write_quality(
    session: Session,
    stories: Sequence[Story],
    labelling: Labelling,
    stored: Stored,
    *,
    criteria: Mapping[str, Criterion],
    people: Mapping[str, int],
    reference: datetime,
    rng: Random,
) -> int:
    """Everything that was judged. Returns how many judgements."""
    given = write_labels(session, labelling.labels, stored, criteria=criteria, people=people)
    replies = first_replies(session, stored)
    decided = 0
    decider = actor_of(session.get_one(Person, people[_DECIDER]))
    for name in dict.fromkeys(label.criterion for label in labelling.labels):
        draw = Draw(
            criteria[name],
            [pair for pair in given if pair[0].criterion == name],
            [_reply(story, stored, replies) for story in labelling.waiting.get(name, ())],
            labelling.frame_size,
        )
        write_label_queue(
            session,
            draw,
            conversations=stored.conversations,
            people=people,
            reference=reference,
            rng=rng,
        )
        decided += decide_some(session, draw, decider) if name == "resolved" else 0
    reactions = write_reactions(session, stories, stored, criteria=criteria)
    classified = list(judge_by_closing_words(stories, stored, criteria["resolved"]))
    session.add_all(classified)
    session.flush()
    flags = write_flags(session, conversations=list(stored.conversations.values()), people=people)
    return len(given) + decided + reactions + len(classified) + flags


def _reply(story: Story, stored: Stored, replies: Mapping[int, int]) -> Subject:
    message = stored.messages[story.record.external_id, story.reply_places[0]]
    return replies[message], stored.conversations[story.record.external_id]
