"""What came of a backtest: over time, a sample, beside other classifiers, and what would be different."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlmodel import select

from core.classifiers import overlap, sample_answers, volume_over_time, what_would_change
from core.classifiers.history import sampling
from core.classifiers.tables import Backtest, Classifier, ClassifierAnswer
from core.conversations import Conversation, Message, Reply
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.identity import Actor
from tests.core.classifiers.live.making import add_version, arrive, make_classifier

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def give(
    database: Database,
    version_id: int,
    answers: Sequence[str],
    *,
    step: timedelta = timedelta(days=1),
    start: datetime = MONDAY,
    first: int = 1,
    conversation_id: int | None = None,
) -> None:
    """Answers to subjects ``first``, ``first + 1``, ...; one in brackets is an abstention."""
    with database.transaction() as session:
        session.execute(
            insert(ClassifierAnswer),
            [
                {
                    "version_id": version_id,
                    "subject_id": first + at,
                    "conversation_id": conversation_id or first + at,
                    "answer": answer.strip("()"),
                    "confidence": 0.8,
                    "abstained": answer.startswith("("),
                    "source": "backtest",
                    "error": "",
                    "occurred_at": start + at * step,
                }
                for at, answer in enumerate(answers)
            ],
        )


def test_volume_counts_by_the_viewers_days_weeks_and_months(database: Database) -> None:
    _, version = make_classifier(database)
    give(
        database,
        version,
        ["request", "problem", "(problem)", "request", "request", "other", "other", "other"],
    )
    with database.reading() as session:
        weeks = volume_over_time(session=session, version_id=version)
        days = volume_over_time(session=session, version_id=version, step="day", time_zone="Pacific/Auckland")
        months = volume_over_time(session=session, version_id=version, step="month")
    assert [part.start for part in weeks.parts] == [date(2026, 3, 2), date(2026, 3, 9)]
    first, second = weeks.parts
    assert (first.answers, first.unsure, first.total) == ({"request": 3, "problem": 1, "other": 2}, 1, 7)
    assert (second.answers, second.total) == ({"other": 1}, 1)
    assert [part.start.day for part in days.parts] == [2, 3, 4, 5, 6, 7, 8, 9]  # 22:00 there, still that day
    assert [(part.start, part.total) for part in months.parts] == [(date(2026, 3, 1), 8)]


def test_days_are_those_of_the_time_zone_over_the_change_of_clocks(database: Database) -> None:
    _, version = make_classifier(database)
    # 28 March 23:30, then 29 March 0:30, 22:30 and 30 March 0:30 in Berlin; clocks go on that night
    hours = [timedelta(0), timedelta(hours=1), timedelta(hours=22), timedelta(hours=24)]
    for at, hour in enumerate(hours):
        start = datetime(2026, 3, 28, 22, 30, tzinfo=UTC) + hour
        give(database, version, ["request"], start=start, first=at + 1)
    with database.reading() as session:
        days = volume_over_time(session=session, version_id=version, step="day", time_zone="Europe/Berlin")
    assert [(part.start.day, part.total) for part in days.parts] == [(28, 1), (29, 2), (30, 1)]


def test_volume_has_no_gaps_and_a_bounded_number_of_parts(database: Database) -> None:
    _, version = make_classifier(database)
    give(database, version, ["request", "request"], step=timedelta(days=500))
    with database.reading() as session:
        found = volume_over_time(session=session, version_id=version, step="day")
    assert found.step == "week"
    assert len(found.parts) == 72
    assert sum(part.total for part in found.parts) == 2


def test_volume_of_a_backtest_keeps_to_its_part_of_history(database: Database) -> None:
    _, version = make_classifier(database)
    arrive(database, "a refund", name="c1")
    arrive(database, "a refund", name="c2")
    with database.transaction() as session:
        one, two = session.exec(select(Conversation).order_by(Conversation.id)).all()
        two.channel = "voice"
        keys = one.key, two.key
    give(database, version, ["request", "problem"], conversation_id=keys[0])
    give(database, version, ["other"], conversation_id=keys[1], first=10)
    with database.transaction() as session:
        timed = Backtest(version_id=version, since=MONDAY + timedelta(hours=1))
        voiced = Backtest(version_id=version, channel="voice")
        session.add_all([timed, voiced])
    with database.reading() as session:
        volumes = [volume_over_time(session=session, backtest_id=each.key) for each in (timed, voiced)]
        with pytest.raises(InvalidInput):
            volume_over_time(session=session)
        with pytest.raises(NotFound):
            volume_over_time(session=session, version_id=999)
    assert [volume.parts[0].answers for volume in volumes] == [{"problem": 1}, {"other": 1}]


def test_several_right_answers_count_each(database: Database) -> None:
    _, version = make_classifier(database)
    give(database, version, ["request | problem", "problem", ""])
    with database.reading() as session:
        part = volume_over_time(session=session, version_id=version).parts[0]
        found = sample_answers(session=session, version_id=version, answer="problem")
    assert (part.answers, part.unsure, part.total) == ({"problem": 2, "request": 1}, 1, 3)
    assert [each.answer for each in found] == ["request | problem", "problem"]


def test_a_sample_is_random_and_shows_the_texts(database: Database) -> None:
    ids = arrive(database, *(f"a refund {at}" for at in range(9)))
    _, version = make_classifier(database)
    give(database, version, ["request", "(request)", "problem"] * 3, first=ids[0])
    with database.reading() as session:
        texts = [each.text for each in sample_answers(session=session, version_id=version, answer="request")]
        assert texts == ["a refund 0", "a refund 3", "a refund 6"]
        unsure = sample_answers(session=session, version_id=version, answer="")
        assert [each.subject_id for each in unsure] == ids[1::3]
        drawn = [
            tuple(
                each.subject_id
                for each in sample_answers(session=session, version_id=version, n=4, seed=seed)
            )
            for seed in range(20)
        ]
    assert len(set(drawn)) > 10
    assert {key for each in drawn for key in each} == set(ids)


def test_of_many_answers_a_fair_part_is_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, version = make_classifier(database)
    give(database, version, ["request"] * 3000, step=timedelta(minutes=1))
    monkeypatch.setattr(sampling, "_ENOUGH", 300)
    with database.reading() as session:
        found = [
            each.subject_id for each in sample_answers(session=session, version_id=version, n=200, seed=3)
        ]
        share = sampling.share_for(version, session=session)
    assert share == 0.1
    assert len(found) == 200
    halves = sum(key <= 1500 for key in found)
    assert 70 <= halves <= 130  # five standard deviations would be 65 to 135


def test_overlap_compares_given_answers_with_each_other_classifier(database: Database) -> None:
    _, version = make_classifier(database)
    other, live = make_classifier(database, "risk")
    make_classifier(database, "unused")
    with database.transaction() as session:
        session.get_one(Classifier, other).live_version_id = live
    give(database, version, ["request"] * 4 + ["problem", "(problem)"])
    give(database, live, ["complaint", "complaint", "(complaint)", "question", "complaint", "complaint"])
    with database.reading() as session:
        found = overlap(version, session=session)
    rows = {(each.answer, each.other_answer): (each.share.successes, each.share.n) for each in found}
    assert rows == {
        ("request", "complaint"): (2, 3),
        ("request", "question"): (1, 3),
        ("problem", "complaint"): (1, 1),
    }
    assert {each.classifier for each in found} == {"Risk"}


def test_what_would_change_against_the_live_version(database: Database) -> None:
    ids = arrive(database, "one", "two", "three", "four")
    classifier, live = make_classifier(database)
    new = add_version(database, classifier)
    give(database, live, ["request", "request", "problem", "(problem)"], first=ids[0])
    give(database, new, ["request", "problem", "(problem)", "(request)"], first=ids[0])
    with database.reading() as session:
        assert what_would_change(new, session=session).against_live is None  # nothing is live
    with database.transaction() as session:
        session.get_one(Classifier, classifier).live_version_id = live
    with database.reading() as session:
        found = what_would_change(new, session=session)
        assert what_would_change(live, session=session).against_live is None
    assert found.kept_back is None
    against = found.against_live
    assert against is not None
    assert (against.live_version, against.differing.successes, against.differing.n) == (1, 2, 4)
    assert {(each.before, each.after, each.count) for each in against.moves} == {
        ("request", "problem", 1),
        ("problem", "", 1),
    }
    assert {each.text for each in against.flips} == {"two", "three"}


def test_what_holding_back_would_have_kept_from_being_drafted(database: Database, lucia: Actor) -> None:
    _, version = make_classifier(database, hold_back=["problem"])
    outcomes = {"c1": (1, 0.0), "c2": (2, 0.4), "c3": (None, None), "c4": (3, 0.0)}
    for at, (name, (draft, edited)) in enumerate(outcomes.items()):
        [message] = arrive(database, "it is broken", name=name)
        with database.transaction() as session:
            asked = session.get_one(Message, message)
            answer = Message(conversation_id=asked.conversation_id, position=1, author="rep", text="Yes")
            session.add(answer)
            session.flush()
            session.add(
                Reply(
                    message_id=answer.key,
                    conversation_id=asked.conversation_id,
                    person_id=lucia.person_id,
                    token=name,
                    draft_id=draft,
                    edit_ratio=edited,
                    final_text="Yes",
                )
            )
        stored = "request" if name == "c4" else "problem"
        give(database, version, [stored], first=message, conversation_id=asked.conversation_id)
        assert at < 4
    with database.reading() as session:
        kept = what_would_change(version, session=session).kept_back
    assert kept is not None
    assert (kept.conversations, kept.replies) == (3, 3)
    assert (kept.sent_as_drafted, kept.sent_edited, kept.without_draft) == (1, 1, 1)
