"""One piece of evidence for a suggestion, before it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

EDIT, ABSTENTION, FLAG, NOTE = "edit", "abstention", "flag", "note"
NEW, PATCH = "new", "patch"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person wrote, what the customer had asked, and the article it would change.

    Attributes:
        key: names it for good, such as ``reply:12``.
        replaces: words of the article that the text is to replace; empty for a new article.
    """

    key: str
    kind: str
    text: str
    question: str
    locale: str
    created_at: datetime
    conversation_id: int | None = None
    draft_id: int | None = None
    message_id: int | None = None
    flag_id: int | None = None
    person_id: int | None = None
    article_id: int | None = None
    replaces: str = ""
    title: str = ""

    @property
    def suggests(self) -> str:
        """Whether it patches an article or asks for a new one."""
        return NEW if self.article_id is None else PATCH
