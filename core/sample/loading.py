"""Load the sample company: people, articles, conversations, and the history behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import audit
from core.actions import back_office_is_filled
from core.assist import Build
from core.conversations import Conversation, import_conversations
from core.database import Database, now
from core.errors import ConfigurationError
from core.identity import SYSTEM, Person, add_person
from core.sample.answering import add_sample_calibration, prepare_calibration
from core.sample.back_office import accounts, agreeing, write_back_office
from core.sample.checked_drafts import drafts_are_checked, write_checked_drafts
from core.sample.classifiers import classifiers_are_written, write_classifiers
from core.sample.evals import evals_are_written, write_evals
from core.sample.evidence import Library
from core.sample.generator import SEED, generate
from core.sample.history import (
    Stored,
    is_written,
    sample_builds,
    stored_reference,
    write_history,
)
from core.sample.judging import write_criteria
from core.sample.knowledge import knowledge_is_written, write_knowledge
from core.sample.labels import label
from core.sample.material import FOLDER, Material, SamplePerson, read_material
from core.sample.quality import write_quality
from core.sample.scores import scores_are_written, write_scores
from core.sample.story import Story
from core.settings import Settings
from core.surfaces import ImportOptions, import_article_file

SOURCE = "halyard"
"""Source of everything the sample brings."""

PASSWORD = "halyard-demo-2026"  # noqa: S105 - documented, refused in production

Progress = Callable[[float, str], None]
"""Called with the share that is done (0..1) and what comes next."""


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What a load added. All zero when everything was there already."""

    people: int = 0
    articles: int = 0
    conversations: int = 0
    messages: int = 0
    drafts: int = 0
    replies: int = 0
    judgements: int = 0
    accounts: int = 0
    classifiers: int = 0
    cases: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was added."""
        return any(
            (
                self.people,
                self.articles,
                self.conversations,
                self.drafts,
                self.judgements,
                self.accounts,
                self.classifiers,
                self.cases,
            )
        )


def load_sample(
    database: Database,
    settings: Settings,
    *,
    progress: Progress | None = None,
    reference: datetime | None = None,
) -> SampleReport:
    """Add the sample company to a migrated database. Safe to repeat and to interrupt.

    A second load changes nothing, also on another day and after people have worked with it. One
    that was interrupted is completed, for the same moment.

    Args:
        reference: the moment that counts as now (aware); by default it is now.

    Raises:
        ConfigurationError: this is production, or the material is missing or broken.
    """
    if settings.production:
        raise ConfigurationError(
            "The sample company is not for production: its people have a public password. "
            "Start without --sample, or set RATCHET_ENVIRONMENT=development."
        )
    tell = progress or _silent
    tell(0.0, "reading the material")
    material = read_material()
    tell(0.05, "people")
    people = _add_people(database, material)
    tell(0.3, "articles")
    articles = import_article_file(
        FOLDER / "articles",
        database=database,
        options=ImportOptions(source=SOURCE),
        format="markdown",
        rejects_path=settings.home / "sample-articles.rejects.jsonl",
    )
    tell(0.5, "conversations")
    builds, complete = _begin(database, reference or now())
    classified = classifiers_are_written(database, settings, material.classifiers)
    moment = datetime.fromisoformat(builds[0].contents["sample_reference"]).astimezone(UTC)
    evaluated = (
        evals_are_written(database, builds=builds)
        and scores_are_written(database)
        and drafts_are_checked(database)
        and knowledge_is_written(database)
    )
    if complete and classified and evaluated and back_office_is_filled(settings):
        tell(1.0, "done")
        return SampleReport(people=people, articles=articles.new + articles.updated)
    stories = generate(material, reference=moment)
    entries = accounts(material, stories, reference=moment)
    opened = write_back_office(settings, material, entries, reference=moment)
    if complete:
        classifiers = _classifiers(database, settings, material, stories, moment)
        classifiers += _scores(database, settings, material, moment)
        cases = write_evals(
            database, settings, material, stories, builds=builds, source=SOURCE, reference=moment
        )
        checked = write_checked_drafts(database, settings, stories, source=SOURCE, reference=moment)
        write_knowledge(database, builds=builds, source=SOURCE, reference=moment)
        tell(1.0, "done")
        return SampleReport(
            people=people,
            articles=articles.new + articles.updated,
            judgements=checked,
            accounts=opened,
            classifiers=classifiers,
            cases=cases,
        )
    known = {entry.customer["external_id"]: entry for entry in entries}
    conversations = import_conversations(
        (agreeing(story.record, known) for story in stories),
        database=database,
        source=SOURCE,
        home=settings.home,
    )
    tell(0.75, "drafts and labels")
    rng = Random(f"{SEED}:labels")  # noqa: S311 - no secrets
    labelling = label(rng, stories, reference=moment)
    calibration = prepare_calibration()
    with database.transaction() as session:
        stored = Stored.read(session, source=SOURCE)
        add_sample_calibration(calibration, session=session)
        names = _person_keys(session)
        library = Library(session, source=SOURCE)
        written = write_history(session, stories, stored, library=library, people=names, builds=builds)
        criteria = write_criteria(session, material.criteria)
        judgements = write_quality(
            session,
            stories,
            labelling,
            stored,
            criteria=criteria,
            people=names,
            reference=moment,
            rng=rng,
        )
        audit.record(
            None,
            SYSTEM.who,
            "sample.loaded",
            session=session,
            subject_type="source",
            subject_id=SOURCE,
            conversations=len(stories),
            drafts=written.drafts,
            judgements=judgements,
        )
    tell(0.8, "classifiers")
    classifiers = _classifiers(database, settings, material, stories, moment)
    tell(0.88, "scores")
    classifiers += _scores(database, settings, material, moment)
    tell(0.9, "eval cases")
    cases = write_evals(database, settings, material, stories, builds=builds, source=SOURCE, reference=moment)
    checked = write_checked_drafts(database, settings, stories, source=SOURCE, reference=moment)
    tell(0.97, "changes of knowledge")
    write_knowledge(database, builds=builds, source=SOURCE, reference=moment)
    tell(1.0, "done")
    return SampleReport(
        people=people,
        articles=articles.new + articles.updated,
        conversations=conversations.new,
        messages=conversations.messages,
        drafts=written.drafts,
        replies=written.replies,
        judgements=judgements + checked,
        accounts=opened,
        classifiers=classifiers,
        cases=cases,
    )


def is_loaded(session: Session) -> bool:
    """Whether the sample's conversations are in this database."""
    return bool(
        session.scalar(
            select(func.count()).select_from(Conversation).where(col(Conversation.source) == SOURCE)
        )
    )


def _classifiers(
    database: Database, settings: Settings, material: Material, stories: Sequence[Story], moment: datetime
) -> int:
    return write_classifiers(
        database, settings, material.classifiers, stories, source=SOURCE, reference=moment
    )


def _scores(database: Database, settings: Settings, material: Material, moment: datetime) -> int:
    return write_scores(
        database, settings, list(material.incidents.values()), source=SOURCE, reference=moment
    )


def _begin(database: Database, reference: datetime) -> tuple[tuple[Build, Build], bool]:
    """The builds of this load or of the earlier one, and whether that one got to its end."""
    with database.transaction() as session:
        earlier = stored_reference(session)
        builds = sample_builds(earlier or reference)
        if earlier is None:
            session.add_all(builds)
            session.flush()
        return builds, earlier is not None and is_written(session, builds)


def _add_people(database: Database, material: Material) -> int:
    """One transaction a person: hashing a password is slow on purpose, and must not hold the lock."""
    with database.reading() as session:
        known = set(session.exec(select(Person.username)).all())
    missing = [person for person in material.people if person.username not in known]
    for person in missing:
        _add_person(database, person)
    return len(missing)


def _add_person(database: Database, person: SamplePerson) -> None:
    with database.transaction() as session:
        add_person(
            SYSTEM,
            session=session,
            username=person.username,
            name=person.name,
            password=PASSWORD,
            role=person.role,
            email=person.email,
            time_zone=person.time_zone,
            locale=person.locale,
            sample=True,
        )


def _person_keys(session: Session) -> dict[str, int]:
    return {person.username: person.key for person in session.exec(select(Person))}


def _silent(share: float, step: str) -> None:
    """Used when nobody listens."""
