"""Find conversations in the queue by words: customer, e-mail, subject, preview, external id.

Migration 0003 makes the index, and triggers in the database keep it: an FTS5 table on SQLite, a
``tsvector`` column on Postgres. Words are split alike here and there, accents do not count, and
the last word may be a beginning, so that results narrow down while somebody types.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select, text
from sqlmodel import Session

from core.conversations.tables import conversation, customer

MAX_WORDS = 12
FEW = 1_000
"""Up to so many matches are sorted; with more, the view is walked in order and each row looked up."""

_WORD = re.compile(r"[^\W_]+")
_LAST_CHARACTER = chr(0x10FFFF)
_ACCENTS = dict.fromkeys(range(0x300, 0x370))


def words_of(search: str) -> list[str]:
    """The words of a search, lower case and without accents, at most :data:`MAX_WORDS`."""
    plain = unicodedata.normalize("NFKD", search[:500].lower()).translate(_ACCENTS)
    return [word[:100] for word in _WORD.findall(plain)[:MAX_WORDS]]


def matching(search: str, *, session: Session) -> ColumnElement[bool] | None:
    """A condition on ``conversation`` for a search. None: there is no word in it, so nothing matches."""
    if not words_of(search):
        return None
    if session.get_bind().dialect.name == "postgresql":
        return _postgres(words_of(search))
    return _sqlite(search, session=session)


def _sqlite(search: str, *, session: Session) -> ColumnElement[bool]:
    words = [word for word in search[:500].split() if words_of(word)][:MAX_WORDS]
    conditions: list[ColumnElement[bool]] = []
    if (address := next((word for word in words if "@" in word), None)) is not None:
        customers = _customers_at(address.lower(), session=session)
        if customers:
            words.remove(address)
            conditions.append(conversation.c.customer_id.in_(customers))
    if words:
        conditions.append(_sqlite_words(words, session=session))
    return and_(*conditions)


def _customers_at(address: str, *, session: Session) -> Sequence[int]:
    """Customers whose address starts so. As words it would be slow: half of all share their domain."""
    statement = select(customer.c.id).where(
        customer.c.email >= address, customer.c.email < address + _LAST_CHARACTER
    )
    return session.execute(statement.limit(FEW)).scalars().all()


def _sqlite_words(words: list[str], *, session: Session) -> ColumnElement[bool]:
    # FTS5 splits what is quoted by its own rules: C-1042 becomes the phrase of its parts.
    terms = [f'"{word}"' for word in (word.replace('"', '""') for word in words)]
    if len(words[-1]) > 1:  # one letter would open a tenth of the index
        terms[-1] += " *"
    match = " ".join(terms)
    found = "SELECT rowid FROM conversation_fts WHERE conversation_fts MATCH :words"
    few = session.execute(text(f"{found} LIMIT :few"), {"words": match, "few": FEW + 1}).scalars().all()
    if len(few) <= FEW:
        return conversation.c.id.in_(few)
    # The unary plus keeps SQLite from driving the query by the matches and sorting them all.
    return and_(text(f"+conversation.id IN ({found})").bindparams(words=match))


def _postgres(words: list[str]) -> ColumnElement[bool]:
    terms = [f"'{word}'" for word in words]
    if len(words[-1]) > 1:
        terms[-1] += ":*"
    found = "SELECT conversation_id FROM conversation_search WHERE document @@ CAST(:words AS tsquery)"
    return and_(text(f"conversation.id IN ({found})").bindparams(words=" & ".join(terms)))
