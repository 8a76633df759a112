"""Queue views: what is in them, in which order, page by page, and how the database gets them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from core.conversations import (
    COUNT_CAP,
    Conversation,
    ConversationRecord,
    CustomerRecord,
    QueueView,
    assign,
    count_queues,
    list_queue,
    note_ai_outcome,
)
from core.conversations.queue import page_statement
from core.conversations.queue_counts import cached_counts, forget_counts
from core.database import Database
from core.errors import InvalidInput, PermissionDenied
from core.identity import SYSTEM, Actor
from tests.conftest import ON_POSTGRES
from tests.core.conversations.make import START, load, record, said, stored_id


def _waiting(external_id: str, minute: int, **rest: object) -> ConversationRecord:
    return record(external_id, said("customer", f"Help with {external_id}", minute=minute), **rest)


def _answered(external_id: str, minute: int, **rest: object) -> ConversationRecord:
    return record(
        external_id, said("customer", "Hm?", minute=minute), said("rep", "So.", minute=minute), **rest
    )


def _ids(
    database: Database, actor: Actor, view: QueueView, *, limit: int = 50, **options: str | None
) -> list[str]:
    """External ids of all pages, in order."""
    names: list[str] = []
    cursor = None
    while True:
        with database.reading() as session:
            page = list_queue(actor, session=session, view=view, cursor=cursor, limit=limit, **options)  # type: ignore[arg-type]
            names += [session.get_one(Conversation, row.id).external_id for row in page.rows]
        if (cursor := page.next_cursor) is None:
            return names


def test_urgent_first_then_longest_waiting_then_who_does_not_wait(database: Database, rep: Actor) -> None:
    load(
        database,
        [
            _waiting("normal-late", 9),
            _waiting("normal-early", 1),
            _answered("normal-answered", 0),
            _waiting("urgent", 30, priority=1),
            _answered("urgent-answered", 0, priority=1),
            _waiting("resolved", 0, status="resolved"),
        ],
    )
    expected = ["urgent", "urgent-answered", "normal-early", "normal-late", "normal-answered"]
    assert _ids(database, rep, QueueView.UNASSIGNED) == expected
    assert _ids(database, rep, QueueView.WAITING) == ["normal-early", "normal-late", "urgent"]


@pytest.mark.usefixtures("other_rep")
def test_what_is_in_each_view(database: Database, rep: Actor) -> None:
    load(
        database,
        [
            _waiting("mine", 1, assignee_username="rosa"),
            _waiting("theirs", 2, assignee_username="otto"),
            _waiting("nobodys", 3),
            _waiting("escalated", 4, escalation_reason="angry", assignee_username="otto"),
            _waiting("abstained", 5, assignee_username="otto"),
            _waiting("done", 6, status="closed", escalation_reason="was angry", assignee_username="rosa"),
        ],
    )
    with database.transaction() as session:
        note_ai_outcome(stored_id(database, "abstained"), session=session, outcome="abstain")
    assert _ids(database, rep, QueueView.MINE) == ["mine"]
    assert _ids(database, rep, QueueView.UNASSIGNED) == ["nobodys"]
    assert _ids(database, rep, QueueView.ESCALATED) == ["escalated"]
    assert _ids(database, rep, QueueView.UNANSWERED) == ["abstained"]
    assert _ids(database, rep, QueueView.ALL) == [
        "done", "abstained", "escalated", "nobodys", "theirs", "mine",
    ]  # fmt: skip
    assert _ids(database, SYSTEM, QueueView.MINE) == []


@pytest.mark.parametrize("view", [QueueView.UNASSIGNED, QueueView.WAITING, QueueView.ALL])
def test_pages_join_to_the_whole_without_gaps_or_repeats(
    database: Database, rep: Actor, view: QueueView
) -> None:
    # Many rows equal in all but the id, and some that do not wait.
    records = [_waiting(f"w{n}", n % 3, priority=1 + n % 2) for n in range(30)]
    load(database, records + [_answered(f"a{n}", 0) for n in range(10)])
    whole = _ids(database, rep, view)
    assert _ids(database, rep, view, limit=7) == whole
    assert len(set(whole)) == len(whole) == (30 if view is QueueView.WAITING else 40)


def test_a_row_that_arrives_between_two_pages_moves_nothing(database: Database, rep: Actor) -> None:
    load(database, [_waiting(f"w{n}", 10 + n) for n in range(6)])
    with database.reading() as session:
        first = list_queue(rep, session=session, view="waiting", limit=3)
    load(database, [_waiting("new", 1)])
    with database.reading() as session:
        second = list_queue(rep, session=session, view="waiting", limit=3, cursor=first.next_cursor)
    previews = [row.preview for row in first.rows + second.rows]
    assert previews == [f"Help with w{n}" for n in range(6)]


def test_a_row_carries_what_the_queue_shows(database: Database, rep: Actor) -> None:
    load(
        database,
        [
            _waiting(
                "c1", 3, subject="Invoice", tags=["billing"], csat=2, locale="de", assignee_username="rosa"
            ),
            _waiting("c2", 4, customer=CustomerRecord("u2", email="Grace@example.com")),
        ],
    )
    with database.reading() as session:
        first, second = list_queue(rep, session=session, view="waiting").rows
    assert (first.customer_name, first.assignee_name, first.subject) == ("Ada Lovelace", "Rosa", "Invoice")
    assert (first.tags, first.csat, first.locale, first.message_count) == (("billing",), 2, "de", 1)
    assert first.waiting_since == START + timedelta(minutes=3)
    assert (second.customer_name, second.assignee_name) == ("grace@example.com", "")


def test_a_channel_narrows_a_view(database: Database, rep: Actor) -> None:
    load(database, [_waiting("c1", 1, channel="email"), _waiting("c2", 2, channel="voice")])
    assert _ids(database, rep, QueueView.WAITING, channel="voice") == ["c2"]
    with database.reading() as session, pytest.raises(InvalidInput, match="Unknown channel"):
        list_queue(rep, session=session, view="waiting", channel="fax")


def _cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "é", "", "AAAA",
        _cursor("waiting", "2026-01-01T00:00:00+00:00"),
        _cursor("waiting", "2026-01-01T00:00:00", 1),
        _cursor("waiting", "yesterday", 1),
        _cursor("waiting", "2026-01-01T00:00:00+00:00", "1 OR 1=1"),
        _cursor("waiting", "2026-01-01T00:00:00+00:00", 2**70),
        _cursor("all", "2026-01-01T00:00:00+00:00", 1),
        _cursor("waiting", None, 1),
        _cursor(),
    ],
)  # fmt: skip
def test_a_damaged_or_foreign_cursor_is_refused(database: Database, rep: Actor, cursor: str) -> None:
    with database.reading() as session, pytest.raises(InvalidInput, match="page marker"):
        list_queue(rep, session=session, view="waiting", cursor=cursor)


@pytest.mark.parametrize(
    "options", [{"view": "best"}, {"view": "all", "limit": 0}, {"view": "all", "limit": 501}]
)
def test_unknown_views_and_limits_are_refused(
    database: Database, rep: Actor, options: dict[str, object]
) -> None:
    with database.reading() as session, pytest.raises(InvalidInput):
        list_queue(rep, session=session, **options)  # type: ignore[arg-type]


def test_admins_see_no_queue(database: Database, admin: Actor) -> None:
    with database.reading() as session:
        with pytest.raises(PermissionDenied):
            list_queue(admin, session=session, view="all")
        with pytest.raises(PermissionDenied):
            count_queues(admin, session=session)


# Search


def _some(database: Database) -> None:
    load(
        database,
        [
            record("ZD-1042", said("customer", "The café webhook fails"), subject="Webhook error"),
            record(
                "ZD-1043",
                said("customer", "Rechnung für März? 請求書"),
                subject="Invoice",
                customer=CustomerRecord("u2", name="Émile Zola", email="emile.zola@example.com"),
            ),
            record("ZD-2000", said("customer", 'don\'t "quote" me'), subject="100% (sure)"),
        ],
    )


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("webhook", {"ZD-1042"}),
        ("WEBHOOK fails", {"ZD-1042"}),
        ("webh", {"ZD-1042"}),
        ("cafe", {"ZD-1042"}),
        ("emile", {"ZD-1043"}),
        ("Émile inv", {"ZD-1043"}),
        ("emile.zola@example.com", {"ZD-1043"}),
        ("Emile.Zola@ex", {"ZD-1043"}),
        ("invoice emile.zola@example.com", {"ZD-1043"}),
        ("ZD-1042", {"ZD-1042"}),
        ("ZD-104", {"ZD-1042", "ZD-1043"}),
        ("lovelace", {"ZD-1042", "ZD-2000"}),
        ("ada@example.com", {"ZD-1042", "ZD-2000"}),
        ("請求書", {"ZD-1043"}),
        ("webhook invoice", set()),
        ("don't \"quote", {"ZD-2000"}),
        ("100% (sure)", {"ZD-2000"}),
        ('NEAR( * ^ AND "', set()),
        ("& | ! :* <-> '", set()),
        ("--", set()),
        ("\0", set()),
    ],
)
def test_search_finds_by_words(database: Database, rep: Actor, search: str, found: set[str]) -> None:
    _some(database)
    assert set(_ids(database, rep, QueueView.ALL, search=search)) == found


def test_search_follows_every_change(database: Database, rep: Actor) -> None:
    _some(database)
    load(
        database,
        [record("ZD-1042", said("customer", "Now the login fails", minute=5), subject="Webhook error")],
    )
    assert _ids(database, rep, QueueView.ALL, search="login") == ["ZD-1042"]
    assert _ids(database, rep, QueueView.ALL, search="café") == []
    load(
        database,
        [record("ZD-1042", customer=CustomerRecord("u1", name="Ada King", email="king@example.com"))],
    )
    assert set(_ids(database, rep, QueueView.ALL, search="king")) == {"ZD-1042", "ZD-2000"}
    assert _ids(database, rep, QueueView.ALL, search="lovelace") == []


def test_search_respects_the_view_and_its_order(
    database: Database, rep: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(database, [_waiting(f"w{n}", 50 - n, assignee_username="rosa" if n % 2 else "") for n in range(12)])
    load(database, [_waiting("gone", 0, status="closed", assignee_username="rosa")])
    expected = [f"w{n}" for n in (11, 9, 7, 5, 3, 1)]
    assert _ids(database, rep, QueueView.MINE, search="help", limit=4) == expected
    monkeypatch.setattr("core.conversations.queue_search.FEW", 3)  # the way for many matches
    assert _ids(database, rep, QueueView.MINE, search="help", limit=4) == expected


# Counts


def test_counts_are_capped_remembered_and_personal(database: Database, rep: Actor, other_rep: Actor) -> None:
    load(database, [_waiting(f"c{n}", n, escalation_reason="x" if n < 2 else "") for n in range(5)])
    with database.reading() as session:
        counts = count_queues(rep, session=session)
    assert (counts[QueueView.UNASSIGNED], counts[QueueView.ESCALATED], counts[QueueView.MINE]) == (5, 2, 0)
    with database.transaction() as session:
        assign(rep, stored_id(database, "c0"), session=session, assignee_id=rep.person_id)
    with database.reading() as session:
        assert count_queues(rep, session=session) == counts
        assert count_queues(other_rep, session=session)[QueueView.UNASSIGNED] == 4
        forget_counts()
        assert count_queues(rep, session=session)[QueueView.MINE] == 1


def test_counting_stops_at_the_cap(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    load(database, [_waiting(f"c{n}", n) for n in range(8)])
    monkeypatch.setattr("core.conversations.queue_counts.COUNT_CAP", 5)
    assert COUNT_CAP == 1000
    with database.reading() as session:
        counts = cached_counts("x", {"all": page_statement(SYSTEM, QueueView.ALL)}, session=session)
    assert counts == {"all": 5}


# Plans


@pytest.mark.skipif(ON_POSTGRES, reason="Postgres plans by statistics; a small table is always scanned")
@pytest.mark.parametrize("channel", [None, "voice"])
@pytest.mark.parametrize(
    ("view", "index"),
    [
        (QueueView.MINE, "ix_conversation_assignee"),
        (QueueView.UNASSIGNED, "ix_conversation_assignee"),
        (QueueView.ESCALATED, "ix_conversation_escalated"),
        (QueueView.WAITING, "ix_conversation_waiting"),
        (QueueView.UNANSWERED, "ix_conversation_unanswered"),
        (QueueView.ALL, "ix_conversation_last_message"),
    ],
)
def test_each_view_is_read_off_its_index_without_sorting(
    database: Database, rep: Actor, view: QueueView, index: str, channel: str | None
) -> None:
    load(database, [_waiting(f"c{n}", n) for n in range(3)])
    with database.transaction() as session:
        session.execute(
            update(Conversation).values(
                assignee_id=rep.person_id, escalation_reason="x", ai_outcome="abstain"
            )
        )
        if view is QueueView.UNASSIGNED:
            session.execute(update(Conversation).where(col(Conversation.id) > 0).values(assignee_id=None))
    with database.reading() as session:
        cursor = list_queue(rep, session=session, view=view, limit=1).next_cursor
        for start in (None, cursor):
            statement = page_statement(rep, view, cursor=start, channel=channel).limit(51)
            compiled = statement.compile(database.read_engine, compile_kwargs={"literal_binds": True})
            plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
            assert len(plan) == 1, plan
            assert f"USING INDEX {index}" in plan[0]
            assert start is None or ">" in plan[0] or "<" in plan[0], "the page must start at the cursor"


@pytest.mark.usefixtures("conversation_id")
def test_the_queue_order_is_kept_by_the_database(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Conversation).values(waiting_since=None))
        queue_at = session.execute(text("SELECT queue_at FROM conversation")).scalar_one()
    assert str(queue_at).startswith("9999-1")
