"""Similar past cases, and the details of what the page shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.assist import DraftRunner, current_draft, draft_used, record_use, similar_cases
from core.conversations import Conversation, open_composer, send_reply, set_status
from core.database import Database
from core.errors import NotFound, PermissionDenied
from core.identity import Actor, Role
from core.knowledge import ArticleRecord, import_articles
from tests.core.assist.making import (
    INTERNAL,
    answering,
    conversation,
    finished,
    output,
    refund_answer,
    rep,
    said,
    scripted,
    searching,
)

Make = Callable[..., DraftRunner]


def answer(database: Database, actor: Actor, case: int, text: str, *, draft_id: int | None = None) -> None:
    with database.transaction() as session:
        used = draft_used(draft_id, session=session) if draft_id else None
        composer = open_composer(actor, case, session=session)
        seen = session.get_one(Conversation, case).last_customer_message_id
        send_reply(
            actor, case, session=session, text=text, token=composer.token, seen_message_id=seen, draft=used
        )
        if draft_id:
            record_use(actor, draft_id, session=session, edit_ratio=0.2)
        set_status(actor, case, session=session, status="resolved")


def test_cases_that_cited_the_same_article_or_ask_alike(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    draft = [searching(), answering(refund_answer())]
    runner = runner_with(scripted(*draft), scripted(*draft))
    cited = conversation(knowledge, "Money back please, I paid twice", external_id="cited")
    first = finished(knowledge, runner.start(cited, actor=rita))
    answer(knowledge, rita, cited, "You have 14 days.", draft_id=first.key)
    alike = conversation(knowledge, "How many days do I have to request refunds?", external_id="alike")
    answer(knowledge, rita, alike, "Fourteen days.")
    other = conversation(knowledge, "My DNS zone does not resolve", external_id="other")
    answer(knowledge, rita, other, "Check the zone file.")
    unanswered = conversation(knowledge, "How many days for a refund request?", external_id="unanswered")
    case = conversation(knowledge, "How many days do I have to request a refund?", external_id="now")
    finished(knowledge, runner.start(case, actor=rita))
    with knowledge.reading() as session:
        found = similar_cases(rita, case, session=session)
        assert [each.conversation_id for each in found] == [alike, cited]
        assert found[0].answered == "Fourteen days."
        assert found[0].asked.startswith("How many days")
        assert found[1].why == "The reply cited the same article."
        assert unanswered not in {each.conversation_id for each in found}
        assert similar_cases(rita, unanswered, session=session, limit=1)[0].conversation_id == alike
        with pytest.raises(NotFound):
            similar_cases(rita, 4711, session=session)
    with knowledge.transaction() as session:
        admin = rep(session, username="adam", role=Role.ADMIN)
        with pytest.raises(PermissionDenied):
            similar_cases(admin, case, session=session)


def test_internal_sources_and_old_versions_are_marked(
    knowledge: Database, rita: Actor, runner_with: Make
) -> None:
    public = "# Credits\n\nSupport may grant a goodwill credit of 20 EUR after an outage of two hours.\n"
    import_articles(
        [ArticleRecord("credits", "Credits", public, locale="en")], database=knowledge, source="test"
    )
    case = conversation(knowledge, "Do I get a goodwill credit after the outage?")
    text = "Support may grant a goodwill credit of 20 EUR"
    reply = output(said("Hello,"), said(text, *((f"P{number}", text) for number in range(1, 9))))
    runner = runner_with(scripted(searching("goodwill credit outage"), answering(reply)))
    finished(knowledge, runner.start(case, actor=rita))
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
    assert view is not None
    assert view.cites_internal
    assert {citation.passage.audience for citation in view.citations} == {"public", "internal"}
    assert all(citation.passage.live for citation in view.citations)
    assert INTERNAL.splitlines()[2][:20] in view.citations[0].passage.text + view.citations[1].passage.text
    import_articles(
        [ArticleRecord("credits", "Credits", "# Credits\n\nNone.", locale="en")],
        database=knowledge,
        source="test",
    )
    with knowledge.reading() as session:
        view = current_draft(rita, case, session=session)
    assert view is not None
    assert {citation.passage.live for citation in view.citations} == {True, False}


def test_no_draft_yet(knowledge: Database, rita: Actor) -> None:
    case = conversation(knowledge, "Hello?")
    with knowledge.reading() as session:
        assert current_draft(rita, case, session=session) is None
        with pytest.raises(NotFound):
            current_draft(rita, 4711, session=session)
