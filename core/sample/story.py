"""A conversation of the sample: where and when it plays, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.conversations import ConversationRecord
from core.sample.cast import Client
from core.sample.casting import Part
from core.sample.details import Particulars
from core.sample.dialogue import Phrases
from core.sample.drafting import PastDraft, Skill
from core.sample.material import SamplePerson


@dataclass(frozen=True, slots=True)
class Story:
    """A conversation with what the product would know about it besides its messages.

    ``draft_basis`` and ``draft_reply`` are places in ``record.messages``: the message the draft
    answers, and the reply that came of it (None while there is none). ``reply_places`` are all
    replies. ``resolved``: yes, partly or no, as a careful reader would say; empty while open.
    ``scenario`` and ``particulars`` are what the back office must agree with.
    """

    record: ConversationRecord
    intent: str
    rep: str
    resolved: str
    draft: PastDraft | None
    draft_basis: int | None
    draft_reply: int | None
    reply_places: tuple[int, ...]
    scenario: str
    particulars: Particulars


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a story plays."""

    external_id: str
    part: Part
    client: Client
    rep: SamplePerson
    channel: str
    at: datetime
    phrases: Phrases
    skill: Skill
    crowded: bool = False
