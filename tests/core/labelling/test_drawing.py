"""What each strategy draws, from what, and what it says about it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core.assist.tables import Draft
from core.conversations import Message, Reply
from core.criteria import Criterion, Judge, current_criterion, retire_criterion
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.evals.tables import Flag
from core.identity import Actor
from core.labelling import LabelItem, Preview, preview_queue, sampling, strategies
from core.labelling.probability import allocate
from tests.core.labelling.making import criterion, fill, judged, queue


def preview(database: Database, actor: Actor, strategy: str, **asked: Any) -> Preview:
    name = asked.pop("criterion", "resolved")
    with database.reading() as session:
        found = current_criterion(name, session=session)
        assert found is not None
        arguments = {"subject_type": "conversation", "size": 10, "seed": 3} | asked
        return preview_queue(actor, session=session, criterion_id=found.key, strategy=strategy, **arguments)


def items(database: Database, queue_id: int) -> list[LabelItem]:
    with database.reading() as session:
        found = select(LabelItem).where(LabelItem.queue_id == queue_id).order_by(LabelItem.position)
        return list(session.exec(found))


def subjects(database: Database, queue_id: int) -> list[int]:
    return [item.subject_id for item in items(database, queue_id)]


def test_only_random_and_stratified_allow_estimates() -> None:
    assert {each.name for each in strategies() if each.probability} == {"random", "stratified"}
    assert all(each.help and each.label for each in strategies())


def test_the_same_seed_draws_the_same_and_another_one_others(database: Database, lucia: Actor) -> None:
    fill(database, 60)
    first, again, other = (queue(database, lucia, size=10, seed=seed) for seed in (5, 5, 6))
    assert subjects(database, first.key) == subjects(database, again.key)
    assert subjects(database, first.key) != subjects(database, other.key)
    assert len(set(subjects(database, first.key))) == 10
    assert {item.weight for item in items(database, first.key)} == {6.0}
    assert first.design["probability"] is True
    assert first.design["frame_size"] == 60
    assert "at random" in first.design["frame"]


@pytest.mark.parametrize("lookup", [0, 1_000_000])
def test_guessing_ids_and_reading_all_are_equally_random(
    database: Database, lucia: Actor, monkeypatch: pytest.MonkeyPatch, lookup: int
) -> None:
    """Over many seeds every subject is drawn about equally often, also with ids missing between them."""
    monkeypatch.setattr(sampling, "_LOOKUP", lookup)
    ids = fill(database, 40)
    drawn: Counter[int] = Counter()
    with database.reading() as session:
        from random import Random

        from core.labelling.frames import Frame

        frame = Frame("conversation", criterion(database).key, channel="chat", unjudged=False)
        for seed in range(150):
            drawn.update(
                sampling.simple_random(
                    frame, 6, of=30, session=session, chance=Random(seed), without=frozenset()
                )
            )
    assert set(drawn) == {key for place, key in enumerate(ids) if place % 4 != 3}
    # 150 draws of 6 of 30: 30 each; 12 is 2.4 standard deviations, and 30 of them are looked at.
    assert all(abs(times - 30) < 20 for times in drawn.values())


def test_strata_are_drawn_equally_or_by_size_and_weighted(database: Database, lucia: Actor) -> None:
    fill(database, 40)
    equal = queue(database, lucia, strategy="stratified", parameters={"by": "channel"}, size=10)
    by_size = queue(
        database,
        lucia,
        strategy="stratified",
        parameters={"by": "channel", "allocation": "proportional"},
        size=8,
    )
    assert equal.design["strata"] == [
        {"name": "chat", "size": 30, "drawn": 5},
        {"name": "email", "size": 10, "drawn": 5},
    ]
    assert [each["drawn"] for each in by_size.design["strata"]] == [6, 2]
    assert {(item.stratum, item.weight) for item in items(database, equal.key)} == {("chat", 6), ("email", 2)}
    assert sum(item.weight for item in items(database, equal.key)) == pytest.approx(40)


def test_strata_by_an_answer(database: Database, lucia: Actor) -> None:
    ids = fill(database, 12)
    with database.transaction() as session:
        for key in ids[:4]:
            judged(session, Judge.classifier("c1"), key, "no")
        judged(session, Judge.classifier("c1"), ids[0], "yes")
        judged(session, Judge.classifier("other"), ids[9], "yes")
    asked = {"by": "answer", "criterion": "resolved", "judge": "c1"}
    made = queue(database, lucia, strategy="stratified", parameters=asked, size=6)
    sizes = {each["name"]: (each["size"], each["drawn"]) for each in made.design["strata"]}
    assert sizes == {"yes": (1, 1), "no": (3, 3), "not answered": (8, 2)}
    with pytest.raises(InvalidInput, match="at least as many"):
        preview(database, lucia, "stratified", parameters=asked, size=2)
    with pytest.raises(InvalidInput, match="Choose the criterion"):
        preview(database, lucia, "stratified", parameters={"by": "answer"})


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 50), min_size=1, max_size=6),
    st.integers(6, 120),
    st.booleans(),
)
def test_allocation_gives_each_its_share(sizes: dict[str, int], total: int, proportional: bool) -> None:
    wanted = allocate(sizes, total, proportional=proportional)
    assert sum(wanted.values()) == min(total, sum(sizes.values()))
    assert all(1 <= wanted[name] <= sizes[name] for name in sizes)
    if not proportional:
        open_ones = [number for name, number in wanted.items() if number < sizes[name]]
        assert not open_ones or max(wanted.values()) - min(open_ones) <= 1


def test_filters_narrow_the_frame_and_are_named(database: Database, lucia: Actor) -> None:
    fill(database, 20)
    filters = {"channel": "chat", "locale": "de", "since": "2026-03-04", "until": "2026-03-12"}
    found = preview(database, lucia, "random", parameters=filters)
    # Begun on days 2 to 9 (the 4th to the 11th), odd ones are German, every fourth is e-mail: 5 and 9.
    assert found.frame_size == 2
    for words in ("chat", "de", "04 Mar 2026", "12 Mar 2026", "not yet judged"):
        assert words in found.design.frame
    assert preview(database, lucia, "random", parameters={"status": "resolved"}).frame_size == 0


def test_what_a_person_has_judged_is_left_out_unless_wanted(database: Database, lucia: Actor) -> None:
    ids = fill(database, 10)
    with database.transaction() as session:
        judged(session, Judge.person(lucia), ids[0], "yes")
        judged(session, Judge.classifier("c1"), ids[1], "yes")
        judged(session, Judge.person(lucia), ids[2], "3", name="sentiment")
    for strategy in ("random", "stratified", "recent"):
        assert preview(database, lucia, strategy).drawn == 9
        everything = preview(database, lucia, strategy, parameters={"unjudged": False})
        assert (everything.frame_size, everything.drawn) == (10, 10)


def test_the_strategies_that_look_for_something(database: Database, lucia: Actor, maeve: Actor) -> None:
    ids = fill(database, 10)
    with database.transaction() as session:
        for place, sure in ((0, 0.9), (1, 0.5), (2, 0.7)):
            judged(session, Judge.classifier("c1"), ids[place], "yes", confidence=sure)
        judged(session, Judge.classifier("c2"), ids[3], "no", confidence=0.1)
        judged(session, Judge.person(maeve), ids[4], "no")
        judged(session, Judge.person(lucia), ids[4], "yes")
        judged(session, Judge.classifier("c2"), ids[0], "no")
        flagged = judged(session, Judge.person(maeve), ids[6], "yes", name="needs_follow_up")
        session.add(
            Flag(
                strength="weak",
                criterion_id=criterion(database).key,
                judgement_id=flagged,
                conversation_id=ids[6],
                subject_type="message",
                subject_id=1,
                flagged_by_id=maeve.person_id or 0,
            )
        )

    def drawn(strategy: str, **parameters: Any) -> list[int]:
        made = queue(database, lucia, strategy=strategy, parameters=parameters, size=3)
        assert made.design["probability"] is False
        return [ids.index(key) for key in subjects(database, made.key)]

    assert drawn("uncertain") == [3, 1, 2]
    assert drawn("uncertain", judge="c1") == [1, 2, 0]
    assert drawn("disagreement") == [4, 0]
    assert drawn("disagreement", between="people") == [4]
    assert drawn("flagged") == drawn("flagged", strength="weak") == [6]
    assert drawn("recent") == [9, 8, 7]
    assert sorted(drawn("classifier", answer="yes", judge="c1")) == [0, 1, 2]
    assert drawn("search", words="INVOICE 7?") == [7]
    with pytest.raises(InvalidInput, match="Nobody has flagged"):
        drawn("flagged", strength="strong")
    with pytest.raises(InvalidInput, match="None holds all of these words"):
        drawn("search", words="unicorn")
    with pytest.raises(InvalidInput, match="fill in “Words”"):
        drawn("search")


def test_a_new_version_offers_what_people_judged_by_the_old_one(database: Database, lucia: Actor) -> None:
    ids = fill(database, 4)
    with database.transaction() as session:
        judged(session, Judge.person(lucia), ids[0], "yes")
        judged(session, Judge.person(lucia), ids[2], "no")
        old = criterion(database)
        session.add(Criterion(**old.model_dump(exclude={"id", "version", "created_at"}), version=2))
    with database.transaction() as session:
        judged(session, Judge.person(lucia), ids[2], "no")
    made = queue(database, lucia, strategy="relabel")
    assert subjects(database, made.key) == [ids[0]]


def test_frames_of_messages_drafts_and_replies(database: Database, lucia: Actor) -> None:
    ids = fill(database, 3)
    with database.transaction() as session:
        first = session.exec(select(Message).where(Message.author == "rep")).first()
        assert first is not None
        session.add(
            Reply(
                message_id=first.key,
                conversation_id=first.conversation_id,
                person_id=lucia.person_id or 0,
                token="t",
                final_text="Invoice 0 is on its way.",
            )
        )
        for state, decision, text in (
            ("ready", "answer", "Here it is."),
            ("ready", "abstain", ""),
            ("failed", "answer", "Part"),
            ("ready", "answer", ""),
        ):
            session.add(Draft(conversation_id=ids[0], state=state, decision=decision, text=text))
    for kind, number in (("message", 3), ("draft", 2), ("reply", 1)):
        found = preview(database, lucia, "random", criterion="polite", subject_type=kind)
        assert (kind, found.drawn) == (kind, number)
        by_channel = preview(database, lucia, "stratified", criterion="polite", subject_type=kind)
        assert by_channel.drawn == number
    made = queue(database, lucia, criterion="polite", subject_type="draft")
    assert {item.conversation_id for item in items(database, made.key)} == {ids[0]}
    assert (
        preview(
            database,
            lucia,
            "search",
            criterion="polite",
            subject_type="reply",
            parameters={"words": "WAY"},
        ).drawn
        == 1
    )


def test_doubles_are_a_share_of_the_items(database: Database, lucia: Actor, maeve: Actor) -> None:
    fill(database, 20)
    made = queue(database, lucia, size=20, double_share=0.25)
    assert Counter(item.needed for item in items(database, made.key)) == {1: 15, 2: 5}
    plain = queue(database, lucia, size=20)
    assert subjects(database, made.key) == subjects(database, plain.key)
    with pytest.raises(InvalidInput, match="two people"):
        queue(database, lucia, double_share=0.5, people=[maeve.person_id])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"size": 0}, "1 to 5,000"),
        ({"size": 5001}, "1 to 5,000"),
        ({"strategy": "theme"}, "no strategy 'theme'"),
        ({"subject_type": "reply"}, "is asked about a conversation, not a reply"),
        ({"parameters": {"channel": "fax"}}, "no channel 'fax'"),
        ({"parameters": {"colour": "red"}}, "no setting 'colour'"),
        ({"parameters": {"since": "yesterday"}}, "not a date"),
        ({"parameters": {"since": "2026-05-01", "until": "2026-04-01"}}, "before the last"),
        ({"parameters": {"locale": "fr"}}, "There are no conversations, language fr"),
        ({"double_share": 1.5}, "between 0 and 1"),
        ({"people": [999]}, "Nobody who could label is number 999"),
        ({"seed": -1}, "A seed is"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    database: Database, lucia: Actor, asked: dict[str, Any], says: str
) -> None:
    fill(database, 3)
    with pytest.raises(InvalidInput, match=says):
        queue(database, lucia, **asked)


def test_no_queue_by_a_retired_criterion_or_by_somebody_who_may_not(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    fill(database, 3)
    with pytest.raises(PermissionDenied):
        queue(database, maeve)
    with pytest.raises(NotFound), database.transaction() as session:
        preview_queue(lucia, session=session, criterion_id=99, subject_type="message", strategy="random")
    with database.transaction() as session:
        retire_criterion(lucia, "resolved", session=session)
    with pytest.raises(Conflict, match="retired"):
        queue(database, lucia)
