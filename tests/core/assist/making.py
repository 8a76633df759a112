"""Small things the tests of drafts are made of."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from agents import Model, ModelProvider
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
from openai.types.responses import ResponseTextDeltaEvent
from sqlmodel import Session, select

from core.assist import Draft
from core.conversations import (
    Conversation,
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    import_conversations,
)
from core.database import Database
from core.identity import SYSTEM, Actor, Role, actor_of, add_person
from core.knowledge import ArticleRecord, Hit, import_articles
from core.llm import Cite, DraftOutput, DraftSentence

REFUNDS = """# Refunds

You can ask for a refund within 14 days of the purchase. Refunds go back to the card you paid with and take
5 to 7 business days. Domains are not refunded.

## How to ask

Open **Billing > Invoices**, choose the invoice and select *Request refund*.
"""
INTERNAL = """# Goodwill

Support may grant a goodwill credit of 20 EUR to customers of the Scale plan after an outage of two hours.
"""
REGIONS = """# Move a site to another region

Open Settings > Region and choose the new region. The move takes about 10 minutes. Your site stays online
while it moves.
"""


def hit(
    text: str, *, passage_id: int = 1, audience: str = "public", locale: str = "en", score: float = 0.8
) -> Hit:
    return Hit(
        passage_id=passage_id,
        article_id=passage_id,
        article_external_id=f"article-{passage_id}",
        article_version_id=passage_id,
        version_number=1,
        title="Refunds",
        heading_path="Refunds",
        text=text,
        audience=audience,
        locale=locale,
        score=score,
        lexical=score,
        semantic=None,
    )


def said(text: str, *cites: tuple[str, str]) -> DraftSentence:
    return DraftSentence(text=text, cites=[Cite(passage=label, quote=quote) for label, quote in cites])


def output(*sentences: DraftSentence, decision: str = "answer", **fields: Any) -> DraftOutput:
    return DraftOutput.model_validate(
        {
            "decision": decision,
            "confidence": 0.9,
            "sentences": [sentence.model_dump() for sentence in sentences],
            **fields,
        }
    )


def searching(query: str = "refund") -> Any:
    return function_call("search_knowledge", {"query": query}, call_id=f"call-search-{query}")


def answering(draft: DraftOutput) -> Any:
    return assistant_message(draft.model_dump_json())


class Provider(ModelProvider):
    """Gives the models it was made with, the next one once a scripted model has no steps left."""

    def __init__(self, *models: Model) -> None:
        self._models = list(models)

    def get_model(self, model_name: str | None) -> Model:
        current = self._models[0]
        if len(self._models) > 1 and isinstance(current, ScriptedModel) and current.remaining_steps == 0:
            self._models.pop(0)
        return self._models[0]


def scripted(*steps: Any) -> ScriptedModel:
    return ScriptedModel([step if isinstance(step, ModelStep | Exception) else [step] for step in steps])


def refund_answer() -> DraftOutput:
    return output(
        said("Hello,"),
        said(
            "\n\nYou can ask for a refund within 14 days of the purchase.",
            ("P1", "You can ask for a refund within 14 days of the purchase."),
        ),
        said("\n\nKind regards,\nHalyard Support"),
    )


def import_knowledge(database: Database) -> None:
    import_articles(
        [
            ArticleRecord(external_id="refunds", title="Refunds", body=REFUNDS),
            ArticleRecord(external_id="regions", title="Move a site to another region", body=REGIONS),
            ArticleRecord(external_id="goodwill", title="Goodwill", body=INTERNAL, audience="internal"),
        ],
        database=database,
        source="test",
    )


def conversation(
    database: Database, *texts: str, external_id: str = "c1", name: str = "Maria Lopez", **fields: Any
) -> int:
    """A conversation in which the customer says each of ``texts``; the id of its row."""
    messages = tuple(
        MessageRecord(
            "customer", text, datetime(2026, 11, 20, 9, minute, tzinfo=UTC), f"{external_id}-{minute}"
        )
        for minute, text in enumerate(texts)
    )
    import_conversations(
        [
            ConversationRecord(
                external_id=external_id,
                channel="email",
                customer=CustomerRecord(
                    external_id=f"customer-{external_id}", name=name, email="maria@example.org"
                ),
                created_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
                messages=messages,
                **fields,
            )
        ],
        database=database,
        source="test",
    )
    with database.reading() as session:
        return session.exec(select(Conversation).where(Conversation.external_id == external_id)).one().key


def rep(session: Session, *, username: str = "rita", role: Role = Role.REP) -> Actor:
    person = add_person(
        SYSTEM,
        session=session,
        username=username,
        name=username.title(),
        password="correct horse battery",
        role=role,
    )
    return actor_of(person)


class SlowModel(Model):
    """Searches, then streams a reply chunk by chunk; each chunk waits until ``allow`` lets it go."""

    def __init__(self, draft: DraftOutput, *, chunk: int = 40) -> None:
        self.text = draft.model_dump_json()
        self.chunk = chunk
        self.allowed = threading.Semaphore(0)
        self.asked = 0

    def allow(self, chunks: int = 10_000) -> None:
        self.allowed.release(chunks)

    async def get_response(self, *args: Any, **options: Any) -> Any:
        raise AssertionError("drafts are streamed")

    async def stream_response(
        self,
        system_instructions: str | None,
        input: Any,
        *args: Any,
        **options: Any,
    ) -> AsyncIterator[Any]:
        self.asked += 1
        if not any(item.get("type") == "function_call_output" for item in input):
            async for event in _script(searching())(system_instructions, input, *args, **options):
                yield event
            return
        async for event in _script(assistant_message(self.text))(
            system_instructions, input, *args, **options
        ):
            if isinstance(event, ResponseTextDeltaEvent):
                for start in range(0, len(self.text), self.chunk):
                    while not self.allowed.acquire(blocking=False):
                        await asyncio.sleep(0.005)
                    yield event.model_copy(update={"delta": self.text[start : start + self.chunk]})
            else:
                yield event


def _script(item: Any) -> Any:
    return ScriptedModel([[item]]).stream_response


def eventually(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait until ``condition`` gives something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
    return value


def stored(database: Database, draft_id: int) -> Draft:
    with database.reading() as session:
        return session.exec(select(Draft).where(Draft.id == draft_id)).one()


def finished(database: Database, draft_id: int) -> Draft:
    """The draft once it is not running any more."""
    eventually(lambda: stored(database, draft_id).state != "running")
    return stored(database, draft_id)
