"""People, articles, edits and replays for these tests."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import Criterion
from core.database import Database, now
from core.identity import Actor, Person, Role, actor_of
from core.knowledge import ArticleRecord, import_articles
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion
from core.releases import (
    Proposal,
    Release,
    Replay,
    catalogue_digest,
    changes_digest,
    propose_edit,
    review,
    ship,
    standing_build,
)
from core.releases.opening import changes_of
from core.settings import Settings

TEXTS = {
    "refunds": "A refund is paid within 14 days to the original card.",
    "password": "Choose *Forgot password* on the sign-in page.",
    "invoices": "Invoices are sent by e-mail on the first day of each month.",
}
GREEN = {
    "word": "unclear",
    "words": "No difference that is more than chance.",
    "errors_share": 0.0,
    "critical_worse": [],
    "flips": 0,
    "n": 30,
}
"""What a replay says that lets a proposal pass."""


def add_person(database: Database, name: str, role: Role) -> Actor:
    with database.transaction() as session:
        person = Person(username=name, name=name.title(), role=role.value, password_hash="x")
        session.add(person)
        session.flush()
        return actor_of(person)


def fill(database: Database, **texts: str) -> dict[str, int]:
    """Publish articles; returns their ids by name."""
    texts = texts or TEXTS
    records = [
        ArticleRecord(external_id=name, title=name.title(), body=body, locale="en")
        for name, body in texts.items()
    ]
    import_articles(records, database=database, source="test")
    with database.reading() as session:
        return {each.external_id: each.key for each in session.exec(select(Article))}


def live_text(database: Database, article_id: int) -> str | None:
    """What an article says now; None when it is not live."""
    with database.reading() as session:
        key = session.get_one(Article, article_id).live_version_id
        return session.get_one(ArticleVersion, key).body if key is not None else None


def add_edit(session: Session, actor: Actor, article_id: int | None, body: str, **values: Any) -> ArticleEdit:
    """A working copy that says something else than what is live."""
    article = session.get_one(Article, article_id) if article_id is not None else None
    edit = ArticleEdit(
        article_id=article_id,
        basis_version_id=article.live_version_id if article is not None else None,
        title=values.pop("title", article.title if article is not None else "New"),
        body=body,
        audience="public",
        locale="en",
        created_by_id=actor.person_id,
        updated_by_id=actor.person_id,
        **values,
    )
    session.add(edit)
    session.flush()
    return edit


def add_classifier(database: Database) -> tuple[int, int]:
    """A classifier that may hold the AI back, and its version that nobody has measured; their ids."""
    with database.transaction() as session:
        criterion = Criterion(name="risk", question="Is it risky?", kind="yes_no", subjects=["message"])
        classifier = Classifier(
            name="risk", title="Risky", criterion_name="risk", kind="rules", subject_type="message"
        )
        session.add_all([criterion, classifier])
        session.flush()
        version = ClassifierVersion(
            classifier_id=classifier.key,
            version=1,
            criterion_id=criterion.key,
            kind="rules",
            subject_type="message",
            answers=["yes", "no"],
            hold_back=["yes"],
        )
        session.add(version)
        session.flush()
        return classifier.key, version.key


def proposed(database: Database, actor: Actor, article_id: int | None, body: str, **values: Any) -> Proposal:
    """A proposal of one edit."""
    with database.transaction() as session:
        edit = add_edit(session, actor, article_id, body, **values)
        return propose_edit(actor, edit.key, session=session)


def replayed(database: Database, settings: Settings, proposal: Proposal, **report: Any) -> Replay:
    """A finished replay of a proposal as it is, against what is in force; green unless told otherwise."""
    actions = catalogue_digest(database=database, settings=settings)
    with database.transaction() as session:
        replay = Replay(
            proposal_id=proposal.key,
            state="finished",
            changes_digest=changes_digest(changes_of(proposal.key, session=session)),
            before_build=standing_build(session=session, settings=settings, actions=actions).id,
            report={**GREEN, **report},
            finished_at=now(),
        )
        session.add(replay)
        session.flush()
        return replay


def passed(
    database: Database, settings: Settings, proposal: Proposal, reviewer: Actor, **report: Any
) -> Proposal:
    """A proposal that was replayed and approved."""
    replayed(database, settings, proposal, **report)
    with database.transaction() as session:
        return review(reviewer, proposal.key, approve=True, revision=None, session=session)


def released(
    database: Database, settings: Settings, author: Actor, reviewer: Actor, article_id: int | None, body: str
) -> Release:
    """One edit, all the way to a release."""
    proposal = proposed(database, author, article_id, body)
    passed(database, settings, proposal, reviewer)
    return ship(reviewer, proposal.key, database=database, settings=settings)
