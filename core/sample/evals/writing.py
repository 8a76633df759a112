"""Fill the evals of the sample: cases, suites with their versions, finished runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core import audit
from core.assist import Build
from core.audit import AuditEntry
from core.database import Database
from core.identity import SYSTEM, Actor, Person, actor_of
from core.knowledge import PUBLIC, Article
from core.sample.calendar import shift
from core.sample.evals.answers import Answers, read_answers
from core.sample.evals.cases import StoredCase, file_flagged, write_derived, write_written
from core.sample.evals.derived import choose_origins
from core.sample.evals.members import choose_members
from core.sample.evals.runs import PastRun, missing_runs, past_runs, write_runs
from core.sample.evals.suites import write_suites
from core.sample.history import Stored
from core.sample.material import Material
from core.sample.story import Story
from core.settings import Settings

_WRITTEN = "sample.evals_written"
_BEFORE_FIX = timedelta(hours=21)


def write_evals(
    database: Database,
    settings: Settings,
    material: Material,
    stories: Sequence[Story],
    *,
    builds: tuple[Build, Build],
    source: str,
    reference: datetime,
) -> int:
    """Store them. Safe to repeat and to interrupt; returns how many cases were made.

    Args:
        builds: before and after the knowledge fix.
        source: of the sample's conversations and articles.
        reference: the moment the sample was made for.
    """
    answers = read_answers()
    made = 0
    if not _cases_are_written(database):
        made = _write_cases(
            database, material, stories, answers, builds=builds, source=source, reference=reference
        )
    if answers:
        write_runs(database, settings, _runs(builds), answers, builds=builds)
    return made


def evals_are_written(database: Database, *, builds: tuple[Build, Build]) -> bool:
    """Whether :func:`write_evals` has nothing left to do."""
    return _cases_are_written(database) and not missing_runs(database, _runs(builds), builds=builds)


def _write_cases(
    database: Database,
    material: Material,
    stories: Sequence[Story],
    answers: Mapping[str, Answers],
    *,
    builds: tuple[Build, Build],
    source: str,
    reference: datetime,
) -> int:
    """Cases and suites, all or nothing."""
    first = builds[1].created_at - _BEFORE_FIX
    with database.transaction() as session:
        actors = _actors(session)
        file_flagged(session, stories, Stored.read(session, source=source).conversations)
        stored = write_written(
            session, material.cases, actors=actors, moved=shift(reference), reference=reference
        )
        origins = choose_origins(
            session, stories, material, articles=_public_articles(session, source), source=source
        )
        stored += write_derived(session, origins, actors=actors, reference=reference)
        answered = {each.key for each in stored if not answers or _is_answered(each, answers)}
        write_suites(
            session,
            choose_members(stored, answered=answered, first=first),
            {f"written/{case.id}": case for case in material.cases},
            stored,
            actors=actors,
            first=first,
            reference=reference,
        )
        audit.record(
            None,
            SYSTEM.who,
            _WRITTEN,
            session=session,
            subject_type="source",
            subject_id=source,
            cases=len(stored),
        )
    return len(stored)


def _runs(builds: tuple[Build, Build]) -> list[PastRun]:
    fixed = builds[1].created_at
    return past_runs(first=fixed - _BEFORE_FIX, fixed=fixed)


def _cases_are_written(database: Database) -> bool:
    with database.reading() as session:
        entry = select(AuditEntry.sequence).where(AuditEntry.action == _WRITTEN).limit(1)
        return session.exec(entry).first() is not None


def _is_answered(case: StoredCase, answers: Mapping[str, Answers]) -> bool:
    known = answers.get(case.key)
    return known is not None and known.asked == case.asked


def _actors(session: Session) -> Mapping[str, Actor]:
    return {person.username: actor_of(person) for person in session.exec(select(Person))}


def _public_articles(session: Session, source: str) -> set[str]:
    found = session.exec(
        select(Article.external_id).where(
            col(Article.source) == source, col(Article.audience) == PUBLIC, col(Article.status) == "live"
        )
    )
    return set(found)
