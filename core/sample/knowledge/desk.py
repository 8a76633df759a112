"""What all parts of the sample's knowledge work on: its articles, its people, and changes of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from core.errors import ConfigurationError
from core.identity import Actor, Person, actor_of
from core.knowledge import Article, ArticleVersion


@dataclass(frozen=True, slots=True)
class Desk:
    """One transaction in which knowledge is written, for the moment that counts as now."""

    session: Session
    source: str
    reference: datetime

    def actor(self, username: str) -> Actor:
        """A person of the sample."""
        return actor_of(self.session.exec(select(Person).where(Person.username == username)).one())

    def article(self, name: str) -> Article:
        """An article of the sample by its external id."""
        return self.session.exec(
            select(Article).where(Article.source == self.source, Article.external_id == name)
        ).one()

    def live(self, name: str) -> ArticleVersion:
        """What is live of an article."""
        return self.session.get_one(ArticleVersion, self.article(name).live_version_id)


def changed(text: str, change: Sequence[str]) -> str:
    """The text with one passage put differently.

    Raises:
        ConfigurationError: the passage is not there exactly once.
    """
    old, new = change
    if text.count(old) != 1:
        raise ConfigurationError(f"data/halyard/knowledge.yaml changes “{old}”, which is not there once.")
    return text.replace(old, new)
