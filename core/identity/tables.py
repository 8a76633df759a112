"""People and their sign-ins."""

from datetime import datetime

from sqlmodel import Field

from core.database import Identifier, Row, UTCDateTime, now


class Person(Row, table=True):
    """Somebody who can sign in. ``role``: rep, specialist, manager or admin."""

    __tablename__ = "person"

    username: str = Field(unique=True, index=True, max_length=64)
    name: str = Field(max_length=200)
    email: str = Field(default="", max_length=320)
    role: str = Field(max_length=20)
    password_hash: str
    time_zone: str = Field(default="UTC", max_length=64)
    locale: str = Field(default="en", max_length=16)
    active: bool = True
    sample: bool = Field(
        default=False, description="Came with --sample; production refuses to start with it."
    )
    failed_attempts: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_sign_in_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class SignIn(Row, table=True):
    """A server-side session: the cookie holds a random token, this row only its hash."""

    __tablename__ = "sign_in"

    person_id: int = Field(foreign_key="person.id", index=True, sa_type=Identifier)
    token_hash: str | None = Field(default=None, unique=True)
    ticket_hash: str | None = Field(
        default=None, unique=True, description="One-time code swapped for the cookie."
    )
    ticket_expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    last_seen_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    user_agent: str = Field(default="", max_length=300)
