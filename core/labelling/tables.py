"""Label queues: which subjects somebody wants judged, who has which of them, and what was answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Identifier, JSONColumn, Row, UTCDateTime, now

_TO_GIVE = text("taken < needed")


class LabelQueue(Row, table=True):
    """A list of subjects to judge by one version of one criterion, drawn once by a strategy.

    ``design`` says how it was drawn, so that nobody takes it for more than it is:
    ``{probability: bool, frame: words, frame_size: int, strata: [{name, size, drawn}]}``. Only with
    ``probability`` may a rate be called an estimate for the frame.
    """

    __tablename__ = "label_queue"

    name: str = Field(max_length=200)
    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    subject_type: str = Field(max_length=20)
    strategy: str = Field(max_length=40)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    design: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    seed: int = 0
    size: int = Field(default=0, description="Items drawn.")
    double_share: float = Field(default=0.0, description="0..1, share of items that two people judge blind.")
    people: list[int] = Field(
        default_factory=list, sa_type=JSONColumn, description="Person ids it is for; empty: everyone"
    )
    state: str = Field(default="open", max_length=20, description="open or closed")
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class LabelItem(Row, table=True):
    """One subject of a queue. ``taken`` counts who holds or has answered it, at most ``needed``."""

    __tablename__ = "label_item"
    __table_args__ = (
        UniqueConstraint("queue_id", "subject_id"),
        Index(
            "ix_label_item_to_give",
            "queue_id",
            "position",
            sqlite_where=_TO_GIVE,
            postgresql_where=_TO_GIVE,
        ),
        Index("ix_label_item_subject", "subject_id", "queue_id"),
    )

    queue_id: int = Field(foreign_key="label_queue.id", sa_type=Identifier)
    position: int = Field(description="0-based order in which items are given out")
    subject_id: int = Field(sa_type=Identifier)
    conversation_id: int = Field(sa_type=Identifier, description="Cluster of the subject")
    stratum: str = Field(default="", max_length=200)
    weight: float = Field(default=1.0, description="Subjects of the frame one item stands for (1 / chance)")
    why: str = Field(default="", max_length=300, description="Why it was chosen, in words")
    needed: int = 1
    taken: int = 0
    done: int = 0


class LabelAssignment(Row, table=True):
    """One person's turn at one item.

    ``state``: held (until ``held_until``), done, skipped (goes to others) or lapsed (the hold ran out).
    """

    __tablename__ = "label_assignment"
    __table_args__ = (
        UniqueConstraint("item_id", "person_id"),
        Index("ix_label_assignment_person", "queue_id", "person_id", "state", "finished_at"),
        Index(
            "ix_label_assignment_held",
            "queue_id",
            "held_until",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )

    item_id: int = Field(foreign_key="label_item.id", sa_type=Identifier)
    queue_id: int = Field(foreign_key="label_queue.id", sa_type=Identifier)
    person_id: int = Field(foreign_key="person.id", sa_type=Identifier)
    state: str = Field(default="held", max_length=20)
    held_until: datetime = Field(sa_type=UTCDateTime)
    judgement_id: int | None = Field(default=None, foreign_key="judgement.id", sa_type=Identifier)
    seconds: float | None = Field(default=None, description="From being shown to being answered")
    started_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
