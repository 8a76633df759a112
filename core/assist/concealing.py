"""Hides personal data in what classifiers send to a model service."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from core.assist.guardrails.personal_data import hide_remaining
from core.assist.guardrails.reading import without_unseen
from core.assist.masking import Known, Masker
from core.classifiers import Subject, masks_subjects
from core.conversations import Conversation, Customer, Message
from core.database import Database

MOST_CHARACTERS = 20_000
"""Of a text are read at all; a classifier sends less."""
_AT_ONCE = 500
_STRETCH = re.compile(r"\S[\s\S]{0,1999}\S{0,200}")
"""Masked piece by piece: some of masking's expressions take more than linear time."""


class Concealer:
    """Hides personal data in the texts of one matter: equal values get equal placeholders.

    For texts that leave in files. Nothing is cut, and characters nobody sees are left out.
    """

    def __init__(self, known: Known | None = None) -> None:
        self._masker = Masker(known)

    def conceal(self, text: str) -> str:
        """The text with placeholders."""
        return _hidden(without_unseen(text), self._masker)


@masks_subjects
def conceal_subjects(subjects: Sequence[Subject], database: Database) -> list[Subject]:
    """The subjects with personal data replaced by placeholders, their facts and citations left out.

    What has a clear form is found in any text; a customer's own name, address and numbers wherever the
    conversation says whose it is. Equal values of one subject get equal placeholders. Characters nobody
    sees go too, as they can carry words to a model that no reader of the text would find.
    """
    known: dict[int, Known] = {}
    ids = sorted({subject.conversation_id for subject in subjects if subject.conversation_id})
    if ids:
        with database.reading() as session:
            for start in range(0, len(ids), _AT_ONCE):
                known |= _known(ids[start : start + _AT_ONCE], session=session)
    return [_concealed(subject, known.get(subject.conversation_id, Known())) for subject in subjects]


def _concealed(subject: Subject, known: Known) -> Subject:
    told = [each for each in subject.people if each.strip()]
    values = [each for each in told if "@" in each or any(character.isdigit() for character in each)]
    known = replace(
        known,
        names=(*known.names, *(each for each in told if each not in values)),
        values=(*known.values, *values),
        locale=subject.locale or known.locale,
    )
    masker = Masker(known)
    return replace(
        subject,
        text=_masked(subject.text, masker),
        question=_masked(subject.question, masker),
        reference=_masked(subject.reference, masker),
        facts={},
        citations=(),
        people=(),
    )


def _masked(text: str, masker: Masker) -> str:
    return _hidden(without_unseen(_cut(text)), masker)


def _hidden(text: str, masker: Masker) -> str:
    return _STRETCH.sub(lambda stretch: hide_remaining(masker.mask(stretch.group()))[0], text)


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    # a word cut in half could be half an e-mail address that no longer looks like one
    half = MOST_CHARACTERS // 2
    head, tail = text[:half].rpartition(" ")[0], text[-half:].partition(" ")[2]
    return f"{head}\n…\n{tail}"


def _known(conversation_ids: Sequence[int], *, session: Session) -> dict[int, Known]:
    """What we know about the people in these conversations."""
    names: dict[int, dict[str, None]] = {}
    spoken = select(Message.conversation_id, Message.name).where(
        col(Message.conversation_id).in_(conversation_ids), col(Message.name) != ""
    )
    for conversation_id, name in session.exec(spoken.distinct()):
        names.setdefault(conversation_id, {})[name.strip()] = None
    theirs = select(Conversation, Customer).join(
        Customer, col(Customer.id) == col(Conversation.customer_id), isouter=True
    )
    found = {}
    for conversation, customer in session.exec(theirs.where(col(Conversation.id).in_(conversation_ids))):
        people = names.get(conversation.key, {})
        if customer is None:
            found[conversation.key] = Known(names=tuple(people), locale=conversation.locale)
            continue
        found[conversation.key] = Known(
            names=tuple(name for name in {customer.name.strip(): None, **people} if name),
            values=tuple(value for value in (customer.email, customer.phone) if value),
            numbers=tuple(value for value in (customer.external_id,) if len(value) >= 4),
            locale=conversation.locale or customer.locale,
        )
    return found
