"""What people are at: owners and review dates, open edits, an open proposal, suggestions decided on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from core.insights import Suggestion, reject_suggestion, write_note
from core.knowledge import new_edit, save_edit, set_owner, text_of
from core.releases import propose_edit
from core.sample.knowledge.desk import Desk, changed


def write_owners(desk: Desk, owners: Mapping[str, tuple[str, int]]) -> None:
    """Who looks after which article, and until when they should look at it."""
    today = desk.reference.date()
    for name, (username, days) in owners.items():
        actor = desk.actor(username)
        article = set_owner(actor, desk.article(name).key, actor.person_id, session=desk.session)
        article.review_on = today + timedelta(days=days)  # no function sets a date that has passed already
        desk.session.add(article)
    desk.session.flush()


def write_open_proposal(desk: Desk, waiting: Mapping[str, Any]) -> None:
    """A proposal that nobody has replayed yet: a replay made up would be worth nothing."""
    author = desk.actor("tomasz")
    edit = new_edit(
        author,
        session=desk.session,
        article_id=desk.article(waiting["article"]).key,
        body=changed(desk.live(waiting["article"]).body, waiting["change"]),
        note=waiting["note"],
    )
    propose_edit(author, edit.key, title=waiting["title"], why=waiting["why"], session=desk.session)


def write_edits(desk: Desk, edits: list[Mapping[str, Any]]) -> None:
    """Working copies that somebody has begun."""
    for each in edits:
        actor = desk.actor(each["person"])
        edit = new_edit(
            actor,
            session=desk.session,
            article_id=desk.article(each["article"]).key,
            body=changed(desk.live(each["article"]).body, each["change"]),
            note=each["note"],
        )
        if days := each.get("starts_in_days"):
            text = text_of(edit)
            day = (desk.reference + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
            save_edit(
                actor, edit.key, base=text, mine=replace(text, effective_from=day), session=desk.session
            )


def decide_suggestions(desk: Desk, words: Mapping[str, Any]) -> None:
    """A manager's note is added, and the least important suggestion is turned down."""
    least = desk.session.exec(
        select(Suggestion)
        .where(Suggestion.state == "open")
        .order_by(col(Suggestion.affected), col(Suggestion.id).desc())
        .limit(1)
    ).first()
    if least is not None:
        rejected = words["rejected"]
        reject_suggestion(
            desk.actor(rejected["person"]),
            least.key,
            rejected["reason"],
            revision=least.revision,
            session=desk.session,
        )
    note = words["note"]
    write_note(desk.actor(note["person"]), note["title"], note["text"], session=desk.session, locale="en")
