"""One conversation, told message by message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from core.conversations import MessageRecord
from core.sample.calendar import answered_at
from core.sample.details import Details, fill

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")
_GREETINGS = (
    "hi", "hello", "guten tag", "hallo", "moin", "hola", "buenos", "bonjour", "dzień", "olá", "buongiorno",
    "merhaba", "السلام", "مرحبا", "שלום",
)  # fmt: skip
_THANKS = re.compile(r"thank|cheers|dank|gracias", re.IGNORECASE)
_SHORT = 60  # characters below which nobody writes a greeting


Phrases = Mapping[str, Sequence[str]]
"""Small talk of one language, by purpose."""


@dataclass(slots=True)
class Thread:
    """Messages as they come, with a clock that runs on."""

    external_id: str
    channel: str
    plan: str
    customer: str
    rep: str
    now: datetime
    rng: Random
    crowded: bool = False
    messages: list[MessageRecord] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    """Minutes the customer waited for each reply."""
    reply_places: list[int] = field(default_factory=list)

    def customer_says(self, text: str, *, folded: str = "") -> None:
        """The customer writes (or speaks) now."""
        self._add("customer", self.customer, text, folded=folded)

    def rep_says(self, text: str) -> None:
        """The rep answers, after the time that takes in this channel."""
        asked = self.now
        self.now = answered_at(self.rng, asked, channel=self.channel, plan=self.plan, crowded=self.crowded)
        self.answers.append((self.now - asked).total_seconds() / 60)
        self.rep_writes(text)

    def rep_writes(self, text: str) -> None:
        """The rep's message goes out now."""
        self._add("rep", self.rep, text)
        self.reply_places.append(len(self.messages) - 1)

    def rep_speaks(self, text: str) -> None:
        """A rep's line in a telephone call: said, not written, so there is no reply to measure."""
        self.pause(2, 9)
        self._add("rep", self.rep, text)

    def others_say(self, author: str, text: str) -> None:
        """The assistant or the system adds a line a few seconds later."""
        self.pause(3, 15)
        self._add(author, "Halyard" if author == "assistant" else "", text)

    def pause(self, least: float, most: float) -> None:
        """Let this many seconds pass."""
        self.now += timedelta(seconds=round(self.rng.uniform(least, most)))

    def customer_thinks(self) -> None:
        """Let the time pass that a customer takes to write back."""
        if self.channel == "voice":
            self.pause(2, 8)
        elif self.channel == "chat":
            self.pause(25, 400)
        else:
            self.pause(900, 30_000)

    def _add(self, author: str, name: str, text: str, *, folded: str = "") -> None:
        number = len(self.messages) + 1
        self.messages.append(
            MessageRecord(
                author=author,
                text=text,
                created_at=self.now,
                external_id=f"{self.external_id}-{number}",
                name=name,
                folded=folded,
            )
        )


def open_thread(thread: Thread, text: str, phrases: Phrases, values: Details, *, cross: bool = False) -> None:
    """The customer's first message: a mail with greeting and signature, or one or two chat lines."""
    rng = thread.rng
    if thread.channel == "email":
        body, folded = as_mail(rng, text, phrases, values, cross=cross)
        thread.customer_says(body, folded=folded)
        return
    sentences = _SENTENCE_END.split(text)
    if thread.channel == "chat" and 1 < len(sentences) <= 4 and rng.random() < 0.35:
        thread.customer_says(sentences[0])
        thread.pause(4, 25)
        thread.customer_says(" ".join(sentences[1:]))
        return
    thread.customer_says(text)


def as_mail(
    rng: Random, text: str, phrases: Phrases, values: Details, *, cross: bool = False
) -> tuple[str, str]:
    """A mail's text and its signature. Hasty people leave greeting and signature out.

    Args:
        cross: the customer is in no mood to thank anybody.
    """
    hasty = len(text) < _SHORT or text[:1].islower()
    if hasty:
        return text, fill(phrases["signature"][-1], values) if rng.random() < 0.2 else ""
    greeting = rng.choice(phrases["customer_greeting"])
    if _greets(text):
        greeting = ""
    sign_offs = [s for s in phrases["customer_sign_off"] if not (cross and _THANKS.search(s))]
    parts = (greeting, text.rstrip(), fill(rng.choice(sign_offs), values))
    folded = fill(rng.choice(phrases["signature"]), values) if rng.random() < 0.4 else ""
    return "\n\n".join(part for part in parts if part), folded


def _greets(text: str) -> bool:
    return text.lower().startswith(_GREETINGS)
