"""Put changes into a proposal: of an edit, an archived article, a classifier, instructions, a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.knowledge import freeze_edit, moved_on
from core.knowledge.tables import Article, ArticleEdit
from core.releases.kinds import ARCHIVE, ARTICLE, CLASSIFIER, INSTRUCTIONS, MODEL
from core.releases.opening import locked_proposal
from core.releases.proposing.contents import classifier_content, setting_content
from core.releases.proposing.keeping import NewChange, change_of_edit, keep_change
from core.releases.tables import Proposal


def propose_edit(
    actor: Actor,
    edit_id: int,
    *,
    session: Session,
    title: str = "",
    why: str = "",
    proposal_id: int | None = None,
) -> Proposal:
    """Propose what an edit says now: its text is copied, and the edit may go on.

    Proposing an edit again takes its newer text over into the proposal it is part of.

    Args:
        title: of a new proposal; that of the article when empty.
        proposal_id: add it to this proposal; None: to the one it is part of, else to a new one.

    Raises:
        PermissionDenied: the actor may not propose.
        NotFound: there is no such edit or proposal.
        InvalidInput: the edit has no title or no text.
        Conflict: it is part of another proposal, has conflicts to settle, is over, or its article has a newer
            version than the one it was written on.
    """
    require(actor, Permission.RELEASES_PROPOSE)
    part_of = change_of_edit(edit_id, session=session)
    if part_of is not None:  # first, as everywhere: proposals, then edits
        locked_proposal(part_of.proposal_id, session=session)
    locked = select(ArticleEdit).where(ArticleEdit.id == edit_id).with_for_update()
    edit = session.exec(locked.execution_options(populate_existing=True)).one_or_none()
    if edit is None:
        raise NotFound("There is no such edit.")
    if edit.state not in ("open", "proposed"):
        raise Conflict(f"This edit was {edit.state}. Open the article again to change it.")
    article = session.get(Article, edit.article_id) if edit.article_id is not None else None
    _check_basis(edit, article, session=session)
    content = freeze_edit(edit, session=session)
    before = change_of_edit(edit.key, session=session)
    if before is not None and proposal_id is not None and before.proposal_id != proposal_id:
        raise Conflict("This edit is part of another proposal. Remove it there first.")
    new = NewChange(
        kind=ARTICLE,
        content=content,
        summary=edit.note or ("New article" if article is None else "Text changed"),
        title=f"{'New' if article is None else 'Change'}: {content['title']}",
        article_id=edit.article_id,
        edit_id=edit.key,
        edit_revision=edit.revision,
    )
    target = proposal_id if before is None else before.proposal_id
    proposal = keep_change(actor, new, session=session, title=title, why=why, proposal_id=target)
    edit.state = "proposed"
    session.add(edit)
    session.flush()
    return proposal


def propose_archive(
    actor: Actor,
    article_id: int,
    *,
    session: Session,
    title: str = "",
    why: str = "",
    proposal_id: int | None = None,
) -> Proposal:
    """Propose to take an article out of search.

    Raises:
        PermissionDenied: the actor may not propose.
        NotFound: there is no such article or proposal.
        Conflict: it is not live.
    """
    require(actor, Permission.RELEASES_PROPOSE)
    article = session.get(Article, article_id)
    if article is None:
        raise NotFound("There is no such article.")
    if article.live_version_id is None:
        raise Conflict(f"“{article.title}” is not live, so it cannot be archived.")
    new = NewChange(
        kind=ARCHIVE,
        content={
            "title": article.title,
            "source": article.source,
            "external_id": article.external_id,
            "live_version_id": article.live_version_id,
        },
        summary="Taken out of search",
        title=f"Archive: {article.title}",
        article_id=article.key,
    )
    return keep_change(actor, new, session=session, title=title, why=why, proposal_id=proposal_id)


def propose_change(
    actor: Actor,
    kind: str,
    content: Mapping[str, Any],
    *,
    session: Session,
    title: str = "",
    why: str = "",
    proposal_id: int | None = None,
    classifier_id: int | None = None,
) -> Proposal:
    """Propose another version of a classifier, other instructions or another model.

    Args:
        kind: classifier, instructions or model.
        content: ``{version_id}`` (None withdraws), ``{text}``, or ``{provider, name, base_url, api}``. An
            empty text or no part: back to what the code and the operator's settings say.

    Raises:
        PermissionDenied: the actor may not propose.
        NotFound: there is no such classifier, version or proposal.
        InvalidInput: the kind or the content cannot be.
        Conflict: it would change nothing.
    """
    require(actor, Permission.RELEASES_PROPOSE)
    if kind == CLASSIFIER:
        stored, name = classifier_content(classifier_id, content, session=session)
        summary = f"Version {stored['number']}" if stored["version_id"] is not None else "Withdrawn"
        new = NewChange(kind, stored, summary, f"{name}: {summary.lower()}", classifier_id=classifier_id)
    elif kind in (INSTRUCTIONS, MODEL):
        stored, summary = setting_content(kind, content, session=session)
        new = NewChange(kind, stored, summary, summary)
    else:
        known = f"{CLASSIFIER}, {INSTRUCTIONS} and {MODEL}"
        raise InvalidInput(f"{kind!r} cannot be proposed like this: {known} can. Articles are edited first.")
    return keep_change(actor, new, session=session, title=title, why=why, proposal_id=proposal_id)


def _check_basis(edit: ArticleEdit, article: Article | None, *, session: Session) -> None:
    current = moved_on(article, edit.basis_version_id, session=session) if article is not None else None
    if article is not None and current is not None:
        raise Conflict(
            f"“{article.title}” has a newer version ({current.number}) than the one this was written on. "
            "Take it over into the edit, then propose."
        )
