"""A series is what the judgements themselves say: the same rates and intervals, point by point."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import col, select

from core.audit import AuditEntry
from core.conversations import Conversation, Reply
from core.criteria import Judgement
from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.evals.scores import (
    ScoreQuery,
    Series,
    drill,
    export_series,
    first_day,
    list_scores,
    list_values,
    read_series,
)
from core.evals.scores import series as series_module
from core.identity import SYSTEM, Actor
from core.statistics import clustered_rate
from tests.core.evals.scores.making import DAY, add_conversation, add_reply, judged, settle

QUERY = ScoreQuery("correct", "checker", "reply", DAY, DAY + timedelta(days=59))


@pytest.fixture
def history(database: Database) -> None:
    """Replies of forty conversations, which go over several days and builds."""
    rng = Random(7)
    with database.transaction() as session:
        for number in range(40):
            conversation = add_conversation(
                session,
                number,
                channel=rng.choice(("chat", "email")),
                plan=rng.choice(("sloop", "fleet", "")),
            )
            judged(
                session,
                conversation,
                rng.choice(("question", "problem")),
                judge="intents",
                subject_type="conversation",
                name="customer_intent",
            )
            day = rng.randrange(50)
            for _ in range(rng.choice((1, 2, 4))):
                build = rng.choice(("b1", "b2"))
                reply = add_reply(
                    session, conversation, min(day, 59), build=build, text=f"Reply on day {day}."
                )
                judged(session, reply, rng.choice(("yes", "yes", "no")), reason="Because.")
                day += rng.choice((0, 0, 1, 3))
    settle(database)


def raw(database: Database, since: date, until: date, **wanted: str) -> tuple[list[float], list[Any]]:
    """The judgements themselves: good or not, and the cluster of each."""
    with database.reading() as session:
        rows = session.exec(
            select(
                Judgement.answer,
                Reply.conversation_id,
                Reply.build_id,
                Reply.created_at,
                Conversation.channel,
            )
            .join(Reply, col(Reply.id) == col(Judgement.subject_id))
            .join(Conversation, col(Conversation.id) == col(Reply.conversation_id))
            .where(Judgement.judge == "checker")
        ).all()
    kept = [
        (float(answer == "yes"), conversation)
        for answer, conversation, build, at, channel in rows
        if since <= at.date() <= until
        and wanted.get("build", build) == build
        and wanted.get("channel", channel) == channel
    ]
    return [each[0] for each in kept], [each[1] for each in kept]


def read(database: Database, query: ScoreQuery = QUERY, actor: Actor = SYSTEM) -> Series:
    with database.reading() as session:
        return read_series(actor, query, session=session)


def asked(**changes: Any) -> ScoreQuery:
    return ScoreQuery(**{**{name: getattr(QUERY, name) for name in ScoreQuery.__slots__}, **changes})


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("by", ["", "channel", "build"])
@pytest.mark.parametrize("step", [1, 7, 28])
def test_every_point_has_the_figures_of_its_judgements(
    database: Database, monkeypatch: pytest.MonkeyPatch, by: str, step: int
) -> None:
    monkeypatch.setattr(series_module, "STEPS", (step,))
    found = read(database, asked(by=by))

    assert found.lines
    for line in found.lines:
        for point in (line.total, *line.points):
            values, clusters = raw(database, point.start, point.end, **({by: line.name} if by else {}))
            wanted = clustered_rate(values, clusters)
            assert (point.n, point.clusters) == (len(values), len(set(clusters)))
            assert point.rate.successes == wanted.successes
            for name in ("estimate", "low", "high", "effective_n"):
                assert getattr(point.rate, name) == pytest.approx(getattr(wanted, name), abs=1e-9)
    values, clusters = raw(database, found.query.since, found.query.until)
    assert found.total.rate.low == pytest.approx(clustered_rate(values, clusters).low)


@pytest.mark.usefixtures("history")
def test_filters_narrow_and_may_be_combined_with_a_split(database: Database) -> None:
    only = read(database, asked(channel="email", by="build"))

    assert [line.name for line in sorted(only.lines, key=lambda each: each.name)] == ["b1", "b2"]
    for line in only.lines:
        values, _ = raw(database, DAY, QUERY.until, channel="email", build=line.name)
        assert line.total.n == len(values)
    assert only.total.n == sum(line.total.n for line in only.lines)
    values, clusters = raw(database, DAY, QUERY.until, channel="email")
    assert only.total.clusters == len(set(clusters))


@pytest.mark.usefixtures("history")
def test_themes_and_products_are_lines_too(database: Database) -> None:
    assert {line.name for line in read(database, asked(by="theme")).lines} == {"question", "problem"}
    assert {line.name for line in read(database, asked(by="product")).lines} == {"sloop", "fleet", ""}


@pytest.mark.usefixtures("history")
def test_days_are_put_together_until_a_point_says_something(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(database).step == 28
    monkeypatch.setattr(series_module, "ENOUGH", 1)
    daily = read(database)
    assert daily.step == 1
    assert all(point.start == point.end for point in daily.lines[0].points)
    monkeypatch.setattr(series_module, "ENOUGH", 6)
    weekly = read(database)
    assert weekly.step == 7
    assert {point.start.weekday() for point in weekly.lines[0].points} == {0}


@pytest.mark.usefixtures("history")
def test_lines_beyond_the_most_are_counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_module, "MOST_LINES", 2)
    found = read(database, asked(by="product"))
    assert (len(found.lines), found.left_out) == (2, 1)


def test_nothing_judged_is_an_empty_series(database: Database) -> None:
    found = read(database)
    assert (found.lines, found.total.n) == ((), 0)


def test_what_cannot_be_asked_is_refused(database: Database, maeve: Actor) -> None:
    for query, words in (
        (asked(by="weather"), "not by 'weather'"),
        (asked(subject_type="article"), "not of 'article'"),
        (asked(until=DAY - timedelta(days=1)), "other way round"),
        (asked(by="build", channel="chat", theme="question"), "at most two"),
    ):
        with pytest.raises(InvalidInput, match=words):
            read(database, query)
    with pytest.raises(NotFound):
        read(database, asked(criterion="nonsense"))
    with pytest.raises(PermissionDenied):
        read(database, actor=maeve)


@pytest.mark.usefixtures("history")
def test_known_scores_and_values(database: Database, lucia: Actor, maeve: Actor) -> None:
    with database.reading() as session:
        found = list_scores(lucia, session=session)
        assert [(each.criterion, each.judge, each.subject_type) for each in found] == [
            ("correct", "checker", "reply")
        ]
        assert found[0].n == read(database).total.n
        assert set(list_values(lucia, "product", session=session, criterion="correct")) == {"sloop", "fleet"}
        with pytest.raises(PermissionDenied):
            list_scores(maeve, session=session)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    "narrowed", [{}, {"by": "channel"}, {"by": "theme"}, {"by": "product"}, {"by": "build"}]
)
def test_behind_a_point_are_its_conversations(
    database: Database, lucia: Actor, narrowed: dict[str, str]
) -> None:
    found = read(database, asked(**narrowed))
    for line in found.lines:
        with database.reading() as session:
            page = drill(
                lucia,
                found.query,
                session=session,
                since=DAY,
                until=QUERY.until,
                line=line.name if narrowed else None,
            )
        assert page.total == line.total.clusters
        shares = [each.good / each.n for each in page.rows]
        assert shares == sorted(shares)


@pytest.mark.usefixtures("history")
def test_drilling_pages_and_says_why(database: Database, lucia: Actor, maeve: Actor) -> None:
    with database.reading() as session:
        first = drill(lucia, QUERY, session=session, since=DAY, until=QUERY.until)
        last = drill(lucia, QUERY, session=session, since=DAY, until=QUERY.until, page=99)
        assert (first.total, first.pages, last.page) == (40, 2, 2)
        assert not {each.conversation_id for each in first.rows} & {
            each.conversation_id for each in last.rows
        }
        worst = first.rows[0]
        assert (worst.answer, worst.reason) == ("no", "Because.")
        assert worst.text.startswith("Reply on day")
        with pytest.raises(PermissionDenied):
            drill(maeve, QUERY, session=session, since=DAY, until=DAY)


@pytest.mark.usefixtures("history")
def test_a_series_is_exported_and_the_audit_knows(database: Database, lucia: Actor, maeve: Actor) -> None:
    lines = export_series(lucia, asked(by="channel"), database=database).decode("utf-8-sig").splitlines()

    assert lines[0].startswith("criterion,version,judge,about,split_by,line,from,to,n")
    assert len(lines) == 1 + sum(len(line.points) for line in read(database, asked(by="channel")).lines)
    with database.reading() as session:
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "scores.exported")).one()
    with pytest.raises(PermissionDenied):
        export_series(maeve, QUERY, database=database)


def test_the_first_of_some_days() -> None:
    assert first_day(7, until=DAY) == DAY - timedelta(days=6)
