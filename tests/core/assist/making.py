"""Small things the tests of drafts are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agents import Model, ModelProvider
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
from sqlmodel import Session, select

from core.conversations import (
    Conversation,
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    import_conversations,
)
from core.database import Database
from core.identity import Actor, Role, actor_of, add_person
from core.identity.roles import SYSTEM
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
    return function_call("search_knowledge", {"query": query}, call_id=f"call-{query}")


def answering(draft: DraftOutput) -> Any:
    return assistant_message(draft.model_dump_json())


class Provider(ModelProvider):
    """Gives the models it was made with, one for each run; the last one again and again."""

    def __init__(self, *models: Model) -> None:
        self._models = list(models)

    def get_model(self, model_name: str | None) -> Model:  # noqa: ARG002 - the interface names it so
        return self._models.pop(0) if len(self._models) > 1 else self._models[0]


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
