"""Write how the sample's knowledge changes. Suggestions first, the rest in one transaction."""

from __future__ import annotations

from datetime import datetime

import yaml
from sqlmodel import Session, col, select

from core import audit
from core.assist import Build
from core.audit.tables import AuditEntry
from core.conversations import Reply
from core.database import Database
from core.evals.tables import Flag
from core.identity import SYSTEM
from core.insights import find_suggestions
from core.insights.tables import SuggestionProgress
from core.knowledge import ArticleEdit
from core.releases import Proposal
from core.sample.knowledge.desk import Desk
from core.sample.knowledge.releases import write_fix, write_rollback
from core.sample.knowledge.working import (
    decide_suggestions,
    write_edits,
    write_open_proposal,
    write_owners,
)
from core.sample.material import FOLDER

_WRITTEN = "sample.knowledge"


def knowledge_is_written(database: Database) -> bool:
    """Whether :func:`write_knowledge` has nothing left to do."""
    with database.reading() as session:
        return _is_written(session)


def write_knowledge(
    database: Database, *, builds: tuple[Build, Build], source: str, reference: datetime
) -> bool:
    """Owners, releases, a rollback, a proposal, edits and suggestions. Safe to repeat and to interrupt.

    Returns:
        Whether anything was written.
    """
    if knowledge_is_written(database):
        return False
    words = yaml.safe_load((FOLDER / "knowledge.yaml").read_text("utf-8"))
    with database.transaction() as session:
        _skip_old(session, words["suggestions"]["replies"])
    find_suggestions(database, None, at=reference)
    with database.transaction() as session:
        if _is_written(session):
            return False
        if not _people_were_first(session):  # else the texts are theirs, and the story would not fit
            desk = Desk(session, source, reference)
            write_owners(desk, words["owners"])
            write_fix(desk, words["corrected"], builds)
            write_rollback(desk, words["taken_back"], builds[1])
            write_open_proposal(desk, words["waiting"])
            write_edits(desk, words["edits"])
            decide_suggestions(desk, words["suggestions"])
        audit.record(None, SYSTEM.who, _WRITTEN, session=session, subject_type="source", subject_id=source)
    return True


def _is_written(session: Session) -> bool:
    found = select(AuditEntry.id).where(AuditEntry.action == _WRITTEN).limit(1)
    return session.exec(found).first() is not None


def _people_were_first(session: Session) -> bool:
    """Whether somebody has begun to edit or propose, in a sample that was loaded before it had this part."""
    return any(session.exec(select(table.id).limit(1)).first() for table in (ArticleEdit, Proposal))


def _skip_old(session: Session, replies: int) -> None:
    """The search begins with the newest: what is older would have expired, or been decided on, by now."""
    newest = select(Reply.id).order_by(col(Reply.id).desc()).offset(replies).limit(1)
    last = select(Flag.id).order_by(col(Flag.id).desc()).limit(1)
    for name, reached in (
        ("replies", session.exec(newest).first()),
        ("flags", session.exec(last).first()),
    ):
        progress = session.get_one(SuggestionProgress, name)
        if not progress.reached_id:  # somebody at work has not looked through them yet
            progress.reached_id = reached or 0
            session.add(progress)
