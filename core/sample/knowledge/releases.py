"""Two releases of the past: the knowledge fix, and one that a manager let through and took back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import yaml

from core.assist import Build
from core.evals import RELEASES, NewMarker, import_markers
from core.knowledge import ArticleRecord, ArticleVersion, article_state, new_edit, put_live, restore_version
from core.releases import (
    Proposal,
    Release,
    Undo,
    apply_changes,
    changes_of,
    gate_of,
    propose_edit,
    review,
    undo_changes,
)
from core.sample.history import sample_build
from core.sample.knowledge.desk import Desk, changed
from core.sample.material import FOLDER

_WATCHED = timedelta(days=7)
_THOUGHT = timedelta(hours=5)
_OLD = timedelta(days=200)


def write_fix(desk: Desk, words: Mapping[str, Any], builds: tuple[Build, Build]) -> None:
    """The release between the two builds of the sample. It has the marker of the build already."""
    before, after = builds
    author, reviewer = desk.actor("tomasz"), desk.actor("lucia")
    said = yaml.safe_load((FOLDER / "before_fix.yaml").read_text("utf-8"))
    current = {name: desk.live(name) for name in words["articles"]}
    proposal: Proposal | None = None
    edits, old = [], {}
    for name, version in current.items():
        body = version.body
        for now_said, then_said in said[name]:
            body = body.replace(now_said, then_said)
        old[name] = put_live(
            reviewer, _record(desk, name, version, body), session=desk.session, source=desk.source
        )
        edit = new_edit(
            author,
            session=desk.session,
            article_id=version.article_id,
            body=version.body,
            note=words["note"],
        )
        edits.append(edit)
        proposal = propose_edit(
            author,
            edit.key,
            title=words["title"],
            why=words["why"],
            session=desk.session,
            proposal_id=proposal.key if proposal else None,
        )
    assert proposal is not None  # noqa: S101 - there are articles to correct
    review(reviewer, proposal.key, approve=True, note=words["approval"], revision=None, session=desk.session)
    made = []
    for name, version in current.items():
        state = article_state(version.article_id, session=desk.session)
        restore_version(author, version.article_id, version.key, session=desk.session)
        _renumber(desk, old[name], version, after.created_at)
        now_is = article_state(version.article_id, session=desk.session)
        made.append(
            Undo(
                kind="article",
                title=version.title,
                words=f"version {version.number}",
                before=state,
                after={**now_is, "version_id": version.key},
                article_id=version.article_id,
            )
        )
    for edit in edits:
        edit.state = "released"
        desk.session.add(edit)
    release = _release(before, after, made, author.person_id, after.created_at, title=words["title"])
    release.proposal_id = proposal.key
    release.watch_state, release.watch_until = "steady", after.created_at + _WATCHED
    desk.session.add(release)
    _close(desk, proposal, after.created_at)
    translation = desk.article("backups-overview-de")
    translation.source_version_id = old["backups-overview"].key  # nobody has compared them since
    desk.session.add(translation)
    desk.session.flush()


def write_rollback(desk: Desk, words: Mapping[str, Any], build: Build) -> None:
    """A release without a replay, by a manager's override, and its rollback some hours later."""
    at = desk.reference - timedelta(days=words["days_ago"])
    author, reviewer, manager = desk.actor("lucia"), desk.actor("tomasz"), desk.actor("ingrid")
    article = desk.article(words["article"])
    edit = new_edit(
        author,
        session=desk.session,
        article_id=article.key,
        body=changed(desk.live(words["article"]).body, words["change"]),
        note=words["note"],
    )
    proposal = propose_edit(author, edit.key, title=words["title"], why=words["why"], session=desk.session)
    review(reviewer, proposal.key, approve=True, note=words["approval"], revision=None, session=desk.session)
    changes = changes_of(proposal.key, session=desk.session)
    gate = gate_of(proposal, changes, build_id=build.id, session=desk.session)
    proposal.override_by_id, proposal.override_reason = manager.person_id, words["override"]
    proposal.override_at, proposal.override_digest = at, proposal.reviewed_digest
    proposal.overridden = [{"name": rule.name, "words": rule.words} for rule in gate.to_override]
    gate = gate_of(proposal, changes, build_id=build.id, session=desk.session)
    made = apply_changes(manager, changes, session=desk.session)
    other = sample_build(
        {"knowledge": f"{build.contents['knowledge']}, and shorter times for refunds"},
        at=at,
        reference=desk.reference,
    )
    desk.session.add(other)
    release = _release(build, other, made, manager.person_id, at, title=words["title"])
    release.proposal_id = proposal.key
    release.override_by_id, release.override_reason = manager.person_id, words["override"]
    release.gate = [{"name": each.name, "state": each.state, "words": each.words} for each in gate.rules]
    release.watch = {"closed_because": "rolled back"}
    desk.session.add(release)
    desk.session.flush()
    _close(desk, proposal, at)
    later = at + timedelta(hours=words["hours"])
    undone = undo_changes(manager, made, session=desk.session)
    rollback = _release(other, build, undone, manager.person_id, later, title=f"Rollback: {release.title}")
    rollback.kind, rollback.rolls_back_id, rollback.note = "rollback", release.key, words["rollback"]
    desk.session.add(rollback)
    for each in made:
        version = desk.session.get_one(ArticleVersion, each.after["version_id"])
        version.created_at = at
        desk.session.add(version)
    desk.session.flush()
    markers = [
        NewMarker(
            "release",
            each.title,
            each.created_at,
            str(each.key),
            detail=f"{deed} by {manager.name}.",
            build_id=each.after_build,
        )
        for each, deed in ((release, "Released"), (rollback, "Rolled back"))
    ]
    import_markers(RELEASES, markers, session=desk.session)


def _record(desk: Desk, name: str, version: ArticleVersion, body: str) -> ArticleRecord:
    article = desk.article(name)
    return ArticleRecord(
        external_id=name,
        title=version.title,
        body=body,
        audience=version.audience,
        locale=version.locale,
        tags=tuple(article.tags),
        translation_of=article.translation_of,
    )


def _renumber(desk: Desk, old: ArticleVersion, new: ArticleVersion, at: datetime) -> None:
    """The text of before was stored last, and is the older one."""
    first, second = new.number, old.number
    for version, number in ((new, 0), (old, first), (new, second)):  # one after the other: they are unique
        version.number = number
        desk.session.add(version)
        desk.session.flush()
    old.created_at, new.created_at = desk.reference - _OLD, at


def _release(
    before: Build, after: Build, made: Sequence[Undo], person_id: int | None, at: datetime, *, title: str
) -> Release:
    return Release(
        title=title,
        before_build=before.id,
        after_build=after.id,
        before_knowledge=before.contents["knowledge"],
        after_knowledge=after.contents["knowledge"],
        changes=[each.as_json() for each in made],
        person_id=person_id,
        created_at=at,
    )


def _close(desk: Desk, proposal: Proposal, at: datetime) -> None:
    proposal.state = "released"
    proposal.revision += 1
    proposal.created_at, proposal.reviewed_at = at - _THOUGHT, at - _THOUGHT / 5
    proposal.updated_at = at
    desk.session.add(proposal)
