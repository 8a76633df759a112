"""Whatever people answer and take back, each has at most one answer in force, and it is their newest."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete

from core.criteria import Criterion, Judge, Judgement, list_judgements, record_judgement, withdraw_judgement
from core.database import Database
from core.identity import Actor, Role

JUDGES = [Judge.person(Actor(key, f"p{key}", f"P{key}", Role.REP)) for key in (1, 2)]
VERSIONS, SUBJECTS = (0, 1), (1, 2)
Place = tuple[int, int, Judge]

records = st.tuples(
    st.sampled_from(VERSIONS), st.sampled_from(SUBJECTS), st.sampled_from(JUDGES), st.sampled_from("yn")
)
withdrawals = st.integers(0, 20)  # the how-manieth judgement of all, if there are so many


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(records | withdrawals, max_size=14))
def test_the_newest_answer_that_was_not_taken_back_is_in_force(
    database: Database, steps: list[tuple[int, int, Judge, str] | int]
) -> None:
    with database.transaction() as session:
        session.exec(delete(Judgement))
        session.exec(delete(Criterion))
        versions = [
            Criterion(name="ok", version=number, question="OK?", answers=["y", "n"], subjects=["draft"])
            for number in (1, 2)
        ]
        session.add_all(versions)
        session.flush()
        given_so_far: list[tuple[Place, int]] = []
        taken_back: set[int] = set()
        for step in steps:
            if isinstance(step, int):
                if step < len(given_so_far):
                    (_version, _subject, judge), key = given_so_far[step]
                    withdraw_judgement(judge, key, session=session)
                    taken_back.add(key)
                continue
            version, subject, judge, answer = step
            judgement = record_judgement(
                judge, versions[version], session=session, subject_id=subject, answer=answer
            )
            given_so_far.append(((version, subject, judge), judgement.key))

        expected = {place: key for place, key in given_so_far if key not in taken_back}
        in_force = [
            each for subject in SUBJECTS for each in list_judgements("draft", subject, session=session)
        ]
        found = {
            (
                next(n for n in VERSIONS if versions[n].key == each.criterion_id),
                each.subject_id,
                Judge(each.judge_type, each.judge),
            ): each.key
            for each in in_force
        }
        assert len(found) == len(in_force)
        assert found == expected
