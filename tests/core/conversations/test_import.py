"""Importing conversations: what goes in, what is refused, and what a second time does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.exc import DataError
from sqlmodel import func, select

from core.conversations import (
    Attachment,
    AttachmentRecord,
    Conversation,
    ConversationRecord,
    Customer,
    CustomerRecord,
    ImportReport,
    Message,
    Reject,
    add_customer_message,
    get_conversation,
    import_conversations,
    read_attachment,
    send_reply,
    set_status,
)
from core.conversations.batch import Checked, ConversationBatch, Written
from core.conversations.composer import open_composer
from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor
from tests.core.conversations.make import START, load, record, said, stored_id


def _conversation(database: Database, external_id: str = "c1") -> Conversation:
    with database.reading() as session:
        return session.exec(select(Conversation).where(Conversation.external_id == external_id)).one()


def _count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def test_everything_a_record_says_is_stored(database: Database, rep: Actor) -> None:
    report = load(
        database,
        [
            record(
                "c1",
                said("customer", "Where is my invoice?", minute=0, external_id="m1", name="Ada"),
                said(
                    "rep", "Under Billing.", minute=5, external_id="m2", folded="> Where is", html="<p>x</p>"
                ),
                said("customer", "I do not see it.\nIt is empty.", minute=9, external_id="m3"),
                said("system", "Escalated by the bot.", minute=10, external_id="m4"),
                customer=CustomerRecord(
                    "u1", "Ada", "ada@example.com", "+44 1", "en", "Europe/London", {"plan": "pro"}
                ),
                subject="Invoice",
                tags=("billing", "urgent"),
                csat=4,
                priority=1,
                escalation_reason="angry",
                assignee_username=rep.username,
            )
        ],
    )
    assert (report.new, report.messages, report.rejects) == (1, 4, [])
    stored = _conversation(database)
    assert (stored.status, stored.priority, stored.csat, stored.tags) == ("open", 1, 4, ["billing", "urgent"])
    assert (stored.assignee_id, stored.escalation_reason, stored.locale) == (rep.person_id, "angry", "en")
    assert stored.waiting_since == START + timedelta(minutes=9)
    assert stored.preview == "I do not see it. It is empty."
    assert (stored.message_count, stored.last_message_at) == (4, START + timedelta(minutes=10))
    with database.reading() as session:
        view = get_conversation(SYSTEM, stored.key, session=session)
    assert [m.position for m in view.messages] == [0, 1, 2, 3]
    assert stored.last_customer_message_id == view.messages[2].id
    assert (view.messages[1].folded, view.messages[1].html) == ("> Where is", "<p>x</p>")
    assert (view.customer.facts, view.customer.time_zone) == ({"plan": "pro"}, "Europe/London")


@pytest.mark.parametrize(
    ("authors", "status", "expected", "waits_since"),
    [
        (("customer",), None, "open", 0),
        (("customer", "rep"), None, "waiting", None),
        (("customer", "assistant", "customer", "customer"), None, "open", 2),
        (("customer", "system"), None, "open", 0),
        (("customer", "rep", "customer"), "resolved", "resolved", None),
        (("customer", "rep"), "open", "open", None),
    ],
)
def test_who_waits_for_whom(
    database: Database, authors: tuple[str, ...], status: str | None, expected: str, waits_since: int | None
) -> None:
    messages = [said(author, f"text {minute}", minute=minute) for minute, author in enumerate(authors)]
    load(database, [record("c1", *messages, status=status)])
    stored = _conversation(database)
    assert stored.status == expected
    assert stored.waiting_since == (None if waits_since is None else START + timedelta(minutes=waits_since))


def test_a_second_import_adds_nothing(database: Database) -> None:
    records = [
        record(
            f"c{n}",
            said("customer", "Hello"),
            said("rep", "Hi", minute=1),
            said("customer", "Hello", minute=2),
        )
        for n in range(25)
    ]
    assert load(database, records, batch_size=10).new == 25
    again = load(database, records, batch_size=7)
    assert (again.new, again.updated, again.unchanged, again.messages) == (0, 0, 25, 0)
    assert _count(database, Message) == 75
    assert _count(database, Customer) == 1


def test_only_new_messages_are_added_wherever_they_stand(database: Database) -> None:
    load(database, [record("c1", said("customer", "one"), said("rep", "two", minute=1))])
    grown = record(
        "c1",
        said("customer", "one"),
        said("system", "put in between", minute=0),
        said("rep", "two", minute=1),
        said("customer", "three", minute=7),
    )
    report = load(database, [grown])
    assert (report.updated, report.messages) == (1, 2)
    stored = _conversation(database)
    assert (stored.status, stored.waiting_since) == ("open", START + timedelta(minutes=7))
    assert (stored.message_count, stored.preview) == (4, "three")
    assert load(database, [grown]).unchanged == 1


def test_what_the_source_changed_is_taken_over_and_what_was_decided_here_stays(
    database: Database, rep: Actor
) -> None:
    load(database, [record(status="open", csat=None, tags=["a"])])
    with database.transaction() as session:
        set_status(rep, stored_id(database), session=session, status="resolved")
    assert load(database, [record(status="open", csat=None, tags=["a"])]).unchanged == 1
    assert _conversation(database).status == "resolved"
    assert load(database, [record(status="open", csat=5, tags=["a", "b"])]).updated == 1
    stored = _conversation(database)
    assert (stored.status, stored.csat, stored.tags) == ("resolved", 5, ["a", "b"])
    load(database, [record(status="closed", csat=5, tags=["a", "b"])])
    assert _conversation(database).status == "closed"


def test_our_own_reply_coming_back_from_the_source_is_not_a_second_message(
    database: Database, rep: Actor, conversation_id: int
) -> None:
    with database.transaction() as session:
        composer = open_composer(rep, conversation_id, session=session)
        seen = get_conversation(rep, conversation_id, session=session).last_message_id
        send_reply(
            rep,
            conversation_id,
            session=session,
            text="It is under Billing.",
            token=composer.token,
            seen_message_id=seen,
        )
    returned = record(
        "c1",
        said("customer", "Where is my invoice?", external_id="m1"),
        said("rep", "It is under Billing.", external_id="m2", minute=3),
    )
    assert load(database, [returned]).messages == 0
    assert load(database, [returned]).messages == 0


def test_a_customer_message_received_live_is_known_to_the_import(
    database: Database, conversation_id: int
) -> None:
    with database.transaction() as session:
        add_customer_message(conversation_id, session=session, text="And now?", external_id="m2")
    both = record(
        "c1",
        said("customer", "Where is my invoice?", external_id="m1"),
        said("customer", "And now?", external_id="m2", minute=4),
    )
    assert load(database, [both]).messages == 0


def test_customers_are_shared_and_filled_up(database: Database) -> None:
    load(database, [record("c1", customer=CustomerRecord("u1", name="Ada", facts={"plan": "pro"}))])
    load(database, [record("c2", customer=CustomerRecord("u1", email="ada@example.com", facts={"seats": 3}))])
    with database.reading() as session:
        customer = session.exec(select(Customer)).one()
    assert (customer.name, customer.email) == ("Ada", "ada@example.com")
    assert customer.facts == {"plan": "pro", "seats": 3}


def test_a_customer_without_an_id_is_known_by_mail_or_by_the_conversation(database: Database) -> None:
    load(
        database,
        [
            record("c1", customer=CustomerRecord("", email="Ada@Example.com")),
            record("c2", customer=CustomerRecord("", email="ada@example.com")),
            record("c3", customer=CustomerRecord("")),
        ],
    )
    with database.reading() as session:
        ids = sorted(session.exec(select(Customer.external_id)))
    assert ids == ["ada@example.com", "conversation:c3"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record("bad", channel="fax"), "unknown channel 'fax'"),
        (record("bad", said("bot", "x")), "message 1: unknown author 'bot'"),
        (record("bad", status="new"), "unknown status 'new'"),
        (record("bad", csat=9), "csat is 9"),
        (record("bad", priority=0), "unknown priority 0"),
        (record("bad", created_at=datetime(2026, 1, 1)), "created_at has no time zone"),
        (record("bad", created_at=datetime(1, 1, 1, tzinfo=UTC)), "before 1970"),
        (record("bad", said("customer", " \n ")), "message 1: it is empty"),
        (record("bad", said("customer", "x" * 1_000_001)), "1,000,001 characters"),
        (record(" "), "the conversation's id is empty"),
        (record("b" * 201), "201 characters"),
        (record("nul\0"), "cannot be stored"),
        (record("bad", customer=CustomerRecord("u" * 201)), "the customer's id has 201"),
        (record("bad", customer=CustomerRecord("u", facts={"at": START})), "facts are not plain JSON"),
        (record("bad", customer=CustomerRecord("u", facts={"x": ["\0"]})), "NUL"),
        (ConversationRecord("bad", "chat", CustomerRecord("u"), [], START), "no messages"),
    ],
)
def test_a_bad_record_costs_only_itself(database: Database, bad: ConversationRecord, reason: str) -> None:
    report = load(database, [record("c1"), bad, record("c2")])
    assert report.new == 2
    assert [reject.line for reject in report.rejects] == [2]
    assert reason in report.rejects[0].reason


def test_what_only_the_database_refuses_is_found_and_the_rest_goes_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ConversationBatch.write

    def picky(batch: ConversationBatch, records: list[Checked]) -> Written:
        if any(checked.record.external_id == "c13" for checked in records):
            raise DataError("INSERT", {}, ValueError("no c13 here"))
        return write(batch, records)

    monkeypatch.setattr(ConversationBatch, "write", picky)
    report = load(database, [record(f"c{n}") for n in range(20)])
    assert report.new == 19
    assert [(reject.line, reject.external_id) for reject in report.rejects] == [(14, "c13")]


def test_rejects_of_the_parser_are_passed_through(database: Database) -> None:
    def stream() -> Iterator[ConversationRecord | Reject]:
        yield record("c1", line=1)
        yield Reject(2, "not JSON")
        yield record("c3", channel="fax", line=30)

    report = load(database, stream())
    assert [(reject.line, reject.external_id) for reject in report.rejects] == [(2, ""), (30, "c3")]
    assert report.read == 3


def test_characters_no_database_holds_are_taken_out(database: Database) -> None:
    load(database, [record("c1", said("customer", "a\0b \ud83d c"), subject="nul\0 here")])
    with database.reading() as session:
        assert session.exec(select(Message.text)).one() == "ab \ufffd c"
    assert _conversation(database).subject == "nul here"


def test_long_and_right_to_left_texts_survive(database: Database) -> None:
    texts = ["x" * 100_000, "مرحبا، أين فاتورتي؟", "שלום", "請求書はどこですか", "a\u202eb"]
    load(database, [record(f"c{n}", said("customer", text)) for n, text in enumerate(texts)])
    with database.reading() as session:
        assert sorted(session.exec(select(Message.text))) == sorted(texts)


def test_duplicate_ids_in_one_file_are_one_conversation(database: Database) -> None:
    report = load(
        database, [record("c1", said("customer", "one")), record("c1", said("customer", "two", minute=3))]
    )
    assert (report.new, report.updated, report.messages) == (1, 1, 2)


def test_two_texts_under_one_message_id_are_both_kept_once(database: Database) -> None:
    twice = record(
        "c1",
        said("customer", "one", external_id="same"),
        said("customer", "one", external_id="same"),
        said("customer", "two", external_id="same"),
    )
    assert load(database, [twice]).messages == 2
    assert load(database, [twice]).messages == 0


def test_an_unknown_assignee_is_a_note_and_not_a_reject(database: Database) -> None:
    report = load(database, [record(assignee_username="ghost")])
    assert report.new == 1
    assert report.notes == {"assignee not found, left unassigned: ghost": 1}


def test_attachments_are_kept_by_digest(database: Database, home: Path, rep: Actor, admin: Actor) -> None:
    files = (
        AttachmentRecord("../../a.png", "image/png", b"picture", 7),
        AttachmentRecord("same.png", "image/png", b"picture", 7),
        AttachmentRecord("bomb.zip", "application/zip", None, 9_000_000_000, "too large"),
    )
    load(database, [record("c1", said("customer", "", attachments=files))])
    load(database, [record("c1", said("customer", "", attachments=files))])
    with database.reading() as session:
        stored = session.exec(select(Attachment).order_by(Attachment.id)).all()
        assert [file.size for file in stored] == [7, 7, 9_000_000_000]
        assert read_attachment(rep, stored[0].key, session=session, home=home) == b"picture"
        with pytest.raises(NotFound, match="too large"):
            read_attachment(rep, stored[2].key, session=session, home=home)
        with pytest.raises(PermissionDenied):
            read_attachment(admin, stored[0].key, session=session, home=home)
    kept = [path for path in (home / "attachments").rglob("*") if path.is_file()]
    assert len(kept) == 1


def test_progress_reports_each_batch(database: Database) -> None:
    seen: list[int] = []
    load(database, [record(f"c{n}") for n in range(25)], batch_size=10, progress=lambda r: seen.append(r.new))
    assert seen == [10, 20, 25]


def test_two_imports_of_one_file_at_once_make_one_copy(database: Database) -> None:
    records = [record(f"c{n}", customer=CustomerRecord(f"u{n % 7}")) for n in range(120)]
    reports: list[ImportReport] = []
    threads = [
        Thread(target=lambda: reports.append(load(database, records, batch_size=10))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.new for report in reports) == 120
    assert sum(report.unchanged for report in reports) == 240
    assert (_count(database, Conversation), _count(database, Message), _count(database, Customer)) == (
        120,
        120,
        7,
    )


def test_importing_needs_permission_and_a_source(database: Database, rep: Actor) -> None:
    with pytest.raises(PermissionDenied):
        load(database, [record()], actor=rep)
    with pytest.raises(InvalidInput, match="Name the source"):
        import_conversations([record()], database=database, source=" ")
