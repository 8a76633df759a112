"""Rates of draft outcomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest

from core.database import Database
from core.errors import PermissionDenied
from core.identity import Actor, Role
from core.reporting import Filters, clustered_counts, draft_outcomes, filter_choices
from core.reporting.filters import calendar
from core.statistics import clustered_rate, wilson_rate
from tests.core.reporting.making import MANAGER, START, add_conversation

EVERYTHING = Filters()


def test_each_outcome_is_counted_once_and_undecided_drafts_are_left_out(database: Database) -> None:
    with database.transaction() as session:
        add_conversation(session, "sent 1", "sent 2", "edited 1")
        add_conversation(session, "discarded", "superseded", "open")
        add_conversation(session)
        found = draft_outcomes(MANAGER, session=session, filters=EVERYTHING)
    counts = [
        (each.rate.successes, each.n, each.clusters)
        for each in (found.accepted, found.as_drafted, found.discarded, found.first_rank)
        if each.rate
    ]
    assert counts == [(3, 4, 2), (2, 4, 2), (1, 4, 2), (2, 3, 1)]
    assert found.undecided == 2
    assert "2 more drafts are left out" in found.accepted.warning
    assert found.accepted.probability


def test_the_interval_is_the_clustered_one_of_the_single_drafts(database: Database) -> None:
    outcomes = [["sent"] * 5, ["discarded"] * 4, ["sent", "edited"], ["sent"] * 5, ["discarded", "sent"]] * 4
    with database.transaction() as session:
        for each in outcomes:
            add_conversation(session, *each)
        found = draft_outcomes(MANAGER, session=session, filters=EVERYTHING).accepted.rate
    values = [outcome != "discarded" for outcome in chain(*outcomes)]
    clusters = [number for number, each in enumerate(outcomes) for _ in each]
    expected = clustered_rate(values, clusters)
    assert found is not None
    assert (found.estimate, found.n) == (expected.estimate, expected.n)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    alone = wilson_rate(sum(values), len(values))
    assert found.high - found.low > 1.3 * (alone.high - alone.low)  # alike within a conversation: wider


def test_a_histogram_unfolds_to_the_same_as_its_conversations() -> None:
    rate = clustered_counts({(3, 2): 4, (1, 0): 5, (2, 2): 1, (0, 0): 99})
    sizes = [(3, 2)] * 4 + [(1, 0)] * 5 + [(2, 2)]
    values = [place < hits for size, hits in sizes for place in range(size)]
    clusters = [number for number, (size, _) in enumerate(sizes) for _ in range(size)]
    expected = clustered_rate(values, clusters)
    assert (rate.n, rate.successes) == (19, 10)
    assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high))


def test_without_a_draft_there_is_no_figure_and_no_error(database: Database) -> None:
    with database.transaction() as session:
        found = draft_outcomes(MANAGER, session=session, filters=EVERYTHING)
    assert (found.accepted.n, found.by_time, found.by_source) == (0, [], [])
    assert found.accepted.warning


def test_cuts_name_what_the_conversation_says_and_the_model(database: Database) -> None:
    with database.transaction() as session:
        add_conversation(session, "sent", "sent", source="a", channel="email", locale="")
        add_conversation(session, "discarded", source="b", locale="de")
        found = draft_outcomes(MANAGER, session=session, filters=EVERYTHING)
        of_b = draft_outcomes(
            MANAGER, session=session, filters=Filters(source="b", locale="de", channel="chat")
        )
        choices = filter_choices(session=session)
    for cut, expected in (
        (found.by_source, [("a", 2, 2), ("b", 1, 0)]),
        (found.by_channel, [("email", 2, 2), ("chat", 1, 0)]),
        (found.by_locale, [("unknown", 2, 2), ("de", 1, 0)]),
        (found.by_model, [("m-1", 3, 2)]),
        (of_b.by_model, [("m-1", 1, 0)]),
        (of_b.by_source, [("b", 1, 0)]),
    ):
        assert [(each.label, each.n, each.rate.successes) for each in cut if each.rate] == expected
    assert (choices.sources, choices.locales) == (["a", "b"], ["de"])


def test_weeks_begin_on_monday_where_the_viewer_is(database: Database) -> None:
    sunday_night = datetime(2026, 11, 8, 23, 30, tzinfo=UTC)  # Monday in Berlin
    with database.transaction() as session:
        add_conversation(session, "sent", at=START)
        add_conversation(session, "sent", at=sunday_night)
        add_conversation(session, "discarded", at=sunday_night + timedelta(days=8))
        in_utc = draft_outcomes(MANAGER, session=session, filters=EVERYTHING)
        in_berlin = draft_outcomes(MANAGER, session=session, filters=Filters(zone=ZoneInfo("Europe/Berlin")))
    assert in_utc.unit == "week"
    assert [(each.label, each.n) for each in in_utc.by_time] == [("2026-11-02", 2), ("2026-11-16", 1)]
    assert [(each.label, each.n) for each in in_berlin.by_time] == [
        ("2026-11-02", 1),
        ("2026-11-09", 1),
        ("2026-11-16", 1),
    ]


def test_the_period_includes_its_first_instant_and_not_its_last(database: Database) -> None:
    with database.transaction() as session:
        add_conversation(session, "sent", at=START)
        add_conversation(session, "sent", at=START + timedelta(days=1))
        period = Filters(since=START, until=START + timedelta(days=1))
        found = draft_outcomes(MANAGER, session=session, filters=period)
    assert found.accepted.n == 1


def test_a_long_time_is_cut_into_months_and_a_clock_change_moves_no_week() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    months = calendar(datetime(2025, 1, 20, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), zone=berlin)
    assert (months.unit, len(months.starts)) == ("month", 14)
    assert months.labels[0] == "2025-01-01"
    assert months.labels[-1] == "2026-02-01"
    weeks = calendar(datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC), zone=berlin)
    assert weeks.labels == ["2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09"]
    assert all((start.hour, start.weekday()) == (0, 0) for start in weeks.starts)


@pytest.mark.parametrize("role", [Role.REP, Role.ADMIN])
def test_other_roles_see_nothing(database: Database, role: Role) -> None:
    with database.reading() as session, pytest.raises(PermissionDenied):
        draft_outcomes(Actor(2, "x", "X", role), session=session, filters=EVERYTHING)
