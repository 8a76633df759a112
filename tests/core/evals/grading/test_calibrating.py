"""Judges compared with people: the figures, what is left out, crashes, and who may read what."""

from __future__ import annotations

import time

import pytest
from sklearn.metrics import cohen_kappa_score
from sqlmodel import select
from statsmodels.stats.proportion import proportion_confint

from core.classifiers import Services
from core.classifiers.tables import ClassifierExample, ClassifierVersion
from core.criteria import Criterion
from core.database import Database, now
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.evals.grading import (
    calibrate,
    dispatch_calibrations,
    estimate_calibration,
    list_judges,
    open_judge,
    plan_graders,
    run_calibration,
)
from core.evals.grading.calibrating.figures import agreement_figures
from core.evals.grading.calibrating.sampling import draw_sample
from core.evals.tables import GraderCalibration
from core.identity import Actor, Role
from core.jobs import DurableJobs, Interrupted
from core.settings import Settings
from tests.core.conversations.make import add_actor
from tests.core.evals.grading.making import POLITE, SayingModel, content, finished_run, label, make_grader


def judged(
    database: Database,
    sam: Actor,
    *pairs: tuple[str, str],
    held_out: bool = False,
    name: str = "core",
) -> list[int]:
    """Results about which people said one thing and the grader says another."""
    ids = finished_run(
        database,
        *((f"{name} reply {number} <tone:{grader}>", [], []) for number, (_, grader) in enumerate(pairs)),
        held_out=held_out,
        name=name,
    )
    for result_id, (people, _) in zip(ids, pairs, strict=True):
        label(database, sam, "result", result_id, people)
    return ids


def start(database: Database, actor: Actor, version_id: int) -> int:
    with database.transaction() as session:
        return calibrate(actor, version_id, session=session).key


def read(database: Database, calibration_id: int) -> GraderCalibration:
    with database.reading() as session:
        return session.get_one(GraderCalibration, calibration_id)


YES, NO, LENIENT, STRICT = ("yes", "yes"), ("no", "no"), ("no", "yes"), ("yes", "no")


def test_the_figures(database: Database, services: Services, sam: Actor) -> None:
    version_id = make_grader(database)
    pairs = [YES] * 20 + [NO] * 12 + [LENIENT] * 3 + [STRICT] * 1
    judged(database, sam, *pairs)
    key = start(database, sam, version_id)
    run_calibration(key, database=database, services=services)
    found = read(database, key)
    assert (found.state, found.n, found.error) == ("finished", 36, "")
    figures = found.figures
    people, grader = zip(*pairs, strict=True)
    assert figures["kappa"]["estimate"] == pytest.approx(cohen_kappa_score(people, grader), abs=1e-6)
    assert figures["agreement"]["estimate"] == pytest.approx(32 / 36, abs=1e-6)
    assert figures["false_pass"]["estimate"] == pytest.approx(3 / 15, abs=1e-6)
    assert figures["false_pass"]["n"] == 15
    assert figures["false_fail"]["estimate"] == pytest.approx(1 / 21, abs=1e-6)
    assert figures["false_fail"]["n"] == 21
    low, high = proportion_confint(3, 15, method="wilson")
    assert figures["false_pass"]["low"] == pytest.approx(low, abs=0.06)  # wider: t for 15 clusters
    assert figures["false_pass"]["high"] == pytest.approx(high, abs=0.06)
    assert figures["noise"] == {"estimate": 0.0, "low": 0.0, "high": pytest.approx(0.1, abs=0.03), "n": 36}
    assert len(SayingModel.asked) == 72  # each twice
    assert found.cost == pytest.approx(0.72)
    with database.reading() as session:
        (planned,) = plan_graders([content(POLITE)], session=session)
    assert (planned["calibrated"], planned["calibration_id"]) == (True, key)


def test_a_judge_that_changes_its_mind_is_noisy(database: Database, services: Services, sam: Actor) -> None:
    version_id = make_grader(database)
    judged(database, sam, *[YES] * 6)
    SayingModel.flips = True
    key = start(database, sam, version_id)
    run_calibration(key, database=database, services=services)
    assert read(database, key).figures["noise"]["estimate"] == 1.0


def test_kinds_that_always_say_the_same_are_asked_once(
    database: Database, services: Services, sam: Actor
) -> None:
    version_id = make_grader(database, kind="check", settings={"check": "length", "parameters": {"most": 3}})
    judged(database, sam, ("yes", "yes"), ("no", "no"))
    key = start(database, sam, version_id)
    run_calibration(key, database=database, services=services)
    found = read(database, key)
    assert found.state == "finished", found.error
    assert found.figures["noise"]["steady"] is True
    assert found.figures["noise"]["estimate"] == 0.0
    with database.reading() as session:
        (row,) = list_judges(sam, session=session)
    assert row.standing == "certain"


def test_errors_and_doubts_are_counted_and_enter_nothing(
    database: Database, services: Services, sam: Actor
) -> None:
    version_id = make_grader(database)
    judged(database, sam, YES, YES, ("yes", "fail"), ("yes", "perhaps"), NO)
    key = start(database, sam, version_id)
    run_calibration(key, database=database, services=services)
    found = read(database, key)
    assert (found.n, found.figures["errors"], found.figures["unsure"]) == (3, 1, 1)
    assert found.figures["agreement"]["n"] == 3
    with database.reading() as session:
        assert open_judge(sam, "tone", session=session).errors == {"The model's answer cannot be used.": 1}


def test_clusters_widen_the_interval(database: Database) -> None:
    with database.reading() as session:
        criterion = session.exec(select(Criterion).where(Criterion.name == "polite")).one()
    rows = [
        {"subject_type": "draft", "subject_id": number, "people": "yes", "first": first, "second": first}
        for number, first in enumerate(["yes"] * 40 + ["no"] * 20)
    ]
    alone = agreement_figures(rows, criterion, kind="prompt")["agreement"]
    together = agreement_figures(
        [{**each, "conversation_id": 1 + number // 10} for number, each in enumerate(rows)],
        criterion,
        kind="prompt",
    )["agreement"]
    assert alone["estimate"] == together["estimate"]
    assert together["high"] - together["low"] > 1.5 * (alone["high"] - alone["low"])


def test_where_everybody_always_says_the_same_kappa_cannot_be_said(database: Database) -> None:
    with database.reading() as session:
        criterion = session.exec(select(Criterion).where(Criterion.name == "polite")).one()
    rows = [
        {"subject_type": "draft", "subject_id": number, "people": "yes", "first": "yes", "second": "yes"}
        for number in range(40)
    ]
    figures = agreement_figures(rows, criterion, kind="prompt")
    assert figures["kappa"] == {"estimate": None, "low": None, "high": None, "n": 40}
    assert figures["false_pass"] == {"estimate": None, "low": None, "high": None, "n": 0}
    assert agreement_figures([], criterion, kind="prompt")["agreement"]["estimate"] is None


def test_what_it_was_made_of_is_no_evidence(database: Database, sam: Actor) -> None:
    version_id = make_grader(database, kind="examples", settings={})
    ids = judged(database, sam, YES, YES, NO, NO, YES)
    with database.transaction() as session:
        version = session.get_one(ClassifierVersion, version_id)

        def example(text: str, digest: str, **more: object) -> None:
            session.add(
                ClassifierExample(
                    classifier_id=version.classifier_id,
                    text=text,
                    answer="yes",
                    digest=digest,
                    **{"added_at": version.created_at, **more},
                )
            )

        example("core  reply 0 <tone:YES>", "a")
        example("core reply 1 <tone:yes>", "b", held_out=True)
        example("core reply 2 <tone:no>", "c", added_at=now())  # after the version was made
        example("something else", "d")
    with database.reading() as session:
        sample = draw_sample(session.get_one(ClassifierVersion, version_id), session=session)
    assert {each["subject_id"] for each in sample.subjects} == set(ids[1:])
    assert (sample.labelled, sample.taught) == (5, 1)


def test_people_who_disagree_are_left_out_and_samples_are_the_same_every_time(
    database: Database, sam: Actor
) -> None:
    version_id = make_grader(database)
    ids = judged(database, sam, *[YES] * 10)
    label(database, add_actor(database, "sue", Role.SPECIALIST), "result", ids[0], "no")
    with database.reading() as session:
        version = session.get_one(ClassifierVersion, version_id)
        few = draw_sample(version, session=session, most=4)
        all_of_them = draw_sample(version, session=session)
    assert len(all_of_them.subjects) == 9
    assert few.subjects == all_of_them.subjects[:4]


def test_what_it_takes_is_said_before(database: Database, services: Services, sam: Actor) -> None:
    version_id = make_grader(database, kind="check", settings={"check": "length"})
    judged(database, sam, YES, NO)
    found = estimate_calibration(sam, version_id, database=database, services=services)
    assert (found.subjects, found.labelled, found.cost, found.missing) == (2, 2, 0.0, 28)


def test_starting_twice_is_one_and_some_cannot_be_started(
    database: Database, sam: Actor, rosa: Actor
) -> None:
    version_id = make_grader(database)
    with pytest.raises(InvalidInput, match="Nobody has answered this question"):
        start(database, sam, version_id)
    judged(database, sam, YES)
    assert start(database, sam, version_id) == start(database, sam, version_id)
    with pytest.raises(PermissionDenied):
        start(database, rosa, version_id)
    with pytest.raises(NotFound):
        start(database, sam, 999)
    intents = make_grader(database, "intents", criterion="customer_intent", subject_type="message")
    with pytest.raises(InvalidInput, match="it grades nothing"):
        start(database, sam, intents)


def test_a_crash_pays_for_nothing_twice(database: Database, services: Services, sam: Actor) -> None:
    version_id = make_grader(database)
    judged(database, sam, *[YES] * 50)
    key = start(database, sam, version_id)
    turns = 0

    def between() -> None:
        nonlocal turns
        turns += 1
        if turns == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        run_calibration(key, database=database, services=services, between=between)
    with database.reading() as session:
        (row,) = list_judges(sam, session=session)
    assert row.running
    assert row.progress == (20, 50)
    run_calibration(key, database=database, services=services)
    assert read(database, key).n == 50
    assert len(SayingModel.asked) == 100
    run_calibration(key, database=database, services=services)  # once more changes nothing
    assert len(SayingModel.asked) == 100


def test_a_provider_that_is_down_ends_it_and_what_was_judged_is_kept(
    database: Database, services: Services, sam: Actor
) -> None:
    version_id = make_grader(database)
    judged(database, sam, *[YES] * 30)
    key = start(database, sam, version_id)
    turns = 0

    def between() -> None:
        nonlocal turns
        turns += 1
        SayingModel.down = "tone" if turns == 2 else ""

    run_calibration(key, database=database, services=services, between=between)
    broken = read(database, key)
    assert broken.state == "failed"
    assert broken.error.startswith("The model service cannot be reached. What was judged until then is kept")
    with database.reading() as session:
        (row,) = list_judges(sam, session=session)
        assert not row.running
        assert row.attempt is not None
    SayingModel.down = ""
    again = start(database, sam, version_id)
    assert again != key
    run_calibration(again, database=database, services=services)
    assert read(database, again).n == 30
    assert len(SayingModel.asked) == 60
    with database.reading() as session:
        (row,) = list_judges(sam, session=session)
    assert row.attempt is None


def test_it_is_handed_to_the_durable_jobs_and_a_lost_one_is_noticed(
    database: Database, sam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    version_id = make_grader(database)
    judged(database, sam, YES)
    key = start(database, sam, version_id)

    class Jobs:
        def __init__(self) -> None:
            self.states: dict[str, str] = {}

        def state(self, name: str) -> str | None:
            return self.states.get(name)

        def submit(self, job: str, name: str, *arguments: int) -> None:
            assert (job, arguments) == ("grader-calibration", (key,))
            self.states[name] = "running"

    jobs = Jobs()
    assert dispatch_calibrations(database=database, jobs=jobs) == 1  # type: ignore[arg-type]
    assert dispatch_calibrations(database=database, jobs=jobs) == 0  # type: ignore[arg-type]
    jobs.states = dict.fromkeys(jobs.states, "failed")
    dispatch_calibrations(database=database, jobs=jobs)  # type: ignore[arg-type]
    assert read(database, key).state == "failed"


def test_disagreements_can_be_read_and_those_held_out_only_by_some(
    database: Database, services: Services, sam: Actor, mia: Actor
) -> None:
    version_id = make_grader(database)
    judged(database, sam, YES, LENIENT)
    judged(database, sam, STRICT, NO, held_out=True, name="secret")
    key = start(database, sam, version_id)
    run_calibration(key, database=database, services=services)
    with database.reading() as session:
        seen = open_judge(sam, "tone", session=session)
        whole = open_judge(mia, "tone", session=session)
    (found,) = seen.disagreements
    assert (found.people, found.grader, found.reason) == ("no", "yes", "because yes")
    assert found.subject.text == "core reply 1 <tone:yes>"
    assert (seen.total, seen.hidden) == (2, 1)
    assert "secret" not in repr(seen.disagreements)
    assert {each.subject.text for each in whole.disagreements} == {
        "core reply 1 <tone:yes>",
        "secret reply 0 <tone:no>",
    }
    with pytest.raises(NotFound):
        open_judge(sam, "nobody", session=session)


@pytest.mark.timeout(60)
def test_through_the_durable_jobs_themselves(database: Database, services: Services, sam: Actor) -> None:
    version_id = make_grader(database)
    judged(database, sam, YES, NO)
    key = start(database, sam, version_id)
    jobs = DurableJobs(database, Settings(_env_file=None))
    try:
        assert dispatch_calibrations(database=database, jobs=jobs) == 1
        deadline = time.monotonic() + 40
        while read(database, key).state in ("planned", "running") and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        jobs.close()
    assert read(database, key).state == "finished"
