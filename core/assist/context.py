"""What the agent may see of a case: the messages that fit, masked, delimited, and declared as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agents import TResponseInputItem
from sqlmodel import Session, col, select

from core.assist.acting import Background, read_background
from core.assist.grounding.wording import language_of
from core.assist.guardrails import CustomerTexts, Finding, check_customer, check_source
from core.assist.masking import Known, Masker
from core.conversations import Attachment, Conversation, Customer, Message
from core.errors import NotFound
from core.llm import Briefing, detect_language

MOST_MESSAGES = 20
MOST_CHARACTERS = 16_000
MOST_CHARACTERS_A_MESSAGE = 6_000
LETTERS_THAT_TELL = 12
ALLOWED_FACTS = ("plan", "tier", "product", "company_size", "seats", "region", "country", "currency", "since")
"""Facts about the customer a model may see. Everything else in ``customer.facts`` stays here."""

_TAG_LIKE = re.compile(r"<(?=\s*/?\s*customer_message)", re.IGNORECASE)
_CUT = "\n[… the middle of this long message is left out …]\n"


@dataclass(frozen=True)
class Utterance:
    """One message, as far as a model is concerned. ``assistant`` counts as ``rep``: both are us."""

    author: Literal["customer", "rep"]
    text: str
    name: str = ""


@dataclass(frozen=True)
class CustomerFacts:
    """What we know about the customer. ``facts`` is filtered by :data:`ALLOWED_FACTS`."""

    name: str = ""
    email: str = ""
    phone: str = ""
    external_id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """The input of one agent run.

    Attributes:
        items: agent input, masked.
        locale: language tag the reply should be in.
        masker: un-masks the reply; holds the only copy of the mapping.
        customer_text: everything the customer wrote that the agent sees, masked.
        basis_message_id: the newest customer message, which the draft answers.
        background: earlier actions and answers, which the agent is told of and may cite.
        findings: what the guardrails saw in what the customer wrote.
    """

    items: list[TResponseInputItem]
    locale: str
    masker: Masker = field(repr=False)
    customer_text: str = ""
    basis_message_id: int | None = None
    conversation_id: int | None = None
    background: Background = field(default_factory=Background, repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def language(self) -> str:
        return language_of(self.locale)


def conversation_context(
    conversation_id: int,
    *,
    session: Session,
    organisation: str,
    note: str = "",
    draft_id: int | None = None,
    background: Background | None = None,
) -> Context:
    """The context of a stored conversation.

    Args:
        organisation: who signs the reply.
        note: what the rep asked for when regenerating.
        draft_id: the draft to be written; what it does itself is not background.
        background: use this instead of what is stored now: a paused run goes on with what it knew.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("That conversation does not exist.")
    customer = session.get(Customer, conversation.customer_id)
    messages = _newest_messages(conversation_id, session=session)
    facts = CustomerFacts()
    if customer is not None:
        facts = CustomerFacts(
            customer.name, customer.email, customer.phone, customer.external_id, customer.facts
        )
    utterances = [_utterance(message) for message in messages]
    fallback = conversation.locale or (customer.locale if customer else "") or "en"
    locale = _detected(choose(utterances)[0], fallback)
    basis = conversation.last_customer_message_id
    return assemble(
        utterances,
        customer=facts,
        subject=conversation.subject,
        note=note,
        locale=locale,
        organisation=organisation,
        basis_message_id=basis,
        conversation_id=conversation_id,
        file_names=_file_names(messages, session=session),
        background=background
        or read_background(
            conversation_id,
            session=session,
            language=language_of(locale),
            basis_message_id=basis,
            draft_id=draft_id,
        ),
    )


def assemble(
    utterances: Sequence[Utterance],
    *,
    organisation: str,
    customer: CustomerFacts | None = None,
    subject: str = "",
    note: str = "",
    locale: str = "",
    fallback_locale: str = "en",
    basis_message_id: int | None = None,
    conversation_id: int | None = None,
    background: Background | None = None,
    file_names: Sequence[str] = (),
) -> Context:
    """Build the context from utterances, oldest first.

    Args:
        locale: language of the reply; empty to detect it from what the customer writes.
        fallback_locale: used where the text does not tell.
    """
    customer = customer or CustomerFacts()
    chosen, left_out = choose(utterances)
    language = locale or _detected(chosen, fallback_locale)
    masker = Masker(_known(utterances, customer, language))
    masked = [(each.author, masker.mask(shorten(each.text))) for each in chosen]
    briefing = Briefing(
        organisation=organisation,
        customer_name=masker.mask(customer.name) if customer.name else "",
        locale=language,
        subject=masker.mask(subject),
        note=masker.mask(note),
    )
    items: list[Any] = [briefing.message()]
    if facts := _allowed(customer.facts):
        items.append(
            {"role": "system", "content": f"From our records about the customer: {masker.mask(facts)}"}
        )
    if left_out:
        items.append({"role": "system", "content": f"{left_out} messages in between are left out."})
    background = background or Background()
    items += background.messages(lambda text: masker.mask(check_source(text, origin="tool", name="").text))
    items += [_item(author, text) for author, text in masked]
    spoken = "\n".join(each.text for each in chosen if each.author == "customer")
    return Context(
        items=items,
        locale=language,
        masker=masker,
        customer_text="\n".join(text for author, text in masked if author == "customer"),
        basis_message_id=basis_message_id,
        conversation_id=conversation_id,
        background=background,
        findings=tuple(check_customer(CustomerTexts(spoken, subject, file_names))),
    )


def delimited(items: Sequence[TResponseInputItem]) -> list[TResponseInputItem]:
    """The items with each customer message between tags, which the instructions declare to be data.

    A customer who writes such a tag does not get out of it: the sign that opens it is replaced.
    """
    result: list[Any] = []
    for item in items:
        content = item.get("content")
        if item.get("role") == "user" and isinstance(content, str):
            inner = _TAG_LIKE.sub("‹", content)
            item = {"role": "user", "content": f"<customer_message>\n{inner}\n</customer_message>"}
        result.append(item)
    return result


def choose(utterances: Sequence[Utterance]) -> tuple[list[Utterance], int]:
    """The messages that fit: the customer's first one, and the newest ones.

    Returns:
        The chosen messages in order, and how many were left out.
    """
    spoken = [each for each in utterances if each.text.strip()]
    first = next((index for index, each in enumerate(spoken) if each.author == "customer"), None)
    chosen: set[int] = set() if first is None else {first}
    room = MOST_CHARACTERS - sum(len(shorten(spoken[index].text)) for index in chosen)
    for index in range(len(spoken) - 1, -1, -1):
        size = len(shorten(spoken[index].text))
        newest = index == len(spoken) - 1
        if index in chosen:
            continue
        if not newest and (len(chosen) >= MOST_MESSAGES or size > room):
            break
        chosen.add(index)
        room -= size
    return [spoken[index] for index in sorted(chosen)], len(spoken) - len(chosen)


def shorten(text: str, limit: int = MOST_CHARACTERS_A_MESSAGE) -> str:
    """The beginning and the end of a text that is too long, cut between words."""
    if len(text) <= limit:
        return text
    head, tail = text[: limit * 2 // 3], text[-limit // 3 :]
    # a word cut in half could be half an e-mail address that no longer looks like one
    head = head[: max(head.rfind(" "), head.rfind("\n"), 0)] or ""
    breaks = [position for position in (tail.find(" "), tail.find("\n")) if position >= 0]
    tail = tail[min(breaks) :] if breaks else ""
    return f"{head.rstrip()}{_CUT}{tail.lstrip()}"


def _newest_messages(conversation_id: int, *, session: Session) -> list[Message]:
    spoken = select(Message).where(
        col(Message.conversation_id) == conversation_id,
        col(Message.author) != "system",
        col(Message.recalled_at).is_(None),
    )
    newest = session.exec(spoken.order_by(col(Message.position).desc()).limit(MOST_MESSAGES)).all()
    first = session.exec(
        spoken.where(col(Message.author) == "customer").order_by(col(Message.position)).limit(1)
    ).first()
    messages = {message.key: message for message in newest}
    if first is not None:
        messages[first.key] = first
    return sorted(messages.values(), key=lambda message: message.position)


def _file_names(messages: Sequence[Message], *, session: Session) -> list[str]:
    theirs = [message.key for message in messages if message.author == "customer"]
    return list(session.exec(select(Attachment.name).where(col(Attachment.message_id).in_(theirs))))


def _utterance(message: Message) -> Utterance:
    return Utterance("customer" if message.author == "customer" else "rep", message.text, message.name)


def _known(utterances: Sequence[Utterance], customer: CustomerFacts, locale: str) -> Known:
    names = [customer.name, *(each.name for each in utterances)]
    return Known(
        names=tuple(dict.fromkeys(name.strip() for name in names if name.strip())),
        values=tuple(value for value in (customer.email, customer.phone) if value),
        numbers=tuple(value for value in (customer.external_id,) if len(value) >= 4),
        locale=locale,
    )


def _detected(utterances: Sequence[Utterance], fallback: str) -> str:
    """The customer's language: as the newest message says, then as all of them together say."""
    texts = [each.text for each in utterances if each.author == "customer"]
    spoken = language_of(fallback)
    everything = detect_language(" ".join(reversed(texts)), fallback=spoken)
    # "ok" or "merci!" after a longer message says nothing about the language of the reply
    tells = bool(texts) and sum(map(str.isalpha, texts[-1])) >= LETTERS_THAT_TELL
    newest = detect_language(texts[-1], fallback=everything) if tells else everything
    return fallback if newest == spoken else newest


def _allowed(facts: dict[str, Any]) -> str:
    chosen = [f"{name.replace('_', ' ')}: {facts[name]}" for name in ALLOWED_FACTS if facts.get(name)]
    return "; ".join(" ".join(part.split())[:120] for part in chosen)


def _item(author: str, text: str) -> dict[str, str]:
    return {"role": "user" if author == "customer" else "assistant", "content": text}
