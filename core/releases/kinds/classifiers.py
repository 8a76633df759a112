"""Another version of a classifier judges, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from core import classifiers as room
from core.classifiers.tables import Classifier, ClassifierVersion
from core.errors import Conflict, NotFound
from core.evals import RELEASED_WITH
from core.identity import Actor
from core.releases.kinds.kind import Change, Texts, Undo, kind

CLASSIFIER = "classifier"


@kind(CLASSIFIER)
class ClassifierChange:
    """See the module."""

    def lock(self, changes: Sequence[Change], *, session: Session) -> None:
        """See :class:`Kind`."""
        wanted = sorted({each.classifier_id for each in changes if each.classifier_id is not None})
        for key in wanted:
            session.execute(select(Classifier.id).where(Classifier.id == key).with_for_update())

    def overtaken(self, change: Change, *, session: Session) -> str:
        """See :class:`Kind`."""
        found = _classifier(change.classifier_id, session=session)
        if found.archived_at is not None:
            return f"“{found.title}” is archived. Restore it first, or remove the change."
        if found.live_version_id != change.content.get("replaces"):
            return (
                f"Another version of “{found.title}” has gone live since this was proposed. "
                "Remove the change and propose it again."
            )
        return ""

    def describe(self, change: Change, *, session: Session) -> Texts:
        """See :class:`Kind`."""
        found = _classifier(change.classifier_id, session=session)
        before = _said(change.content.get("replaces"), session=session)
        after = _said(change.content.get("version_id"), session=session)
        return Texts(found.title, change.summary, before, after, found.title, found.title)

    def make(self, person: Actor, change: Change, *, session: Session, at_once: bool) -> Undo:  # noqa: ARG002
        """See :class:`Kind`."""
        problem = self.overtaken(change, session=session)
        if problem:
            raise Conflict(problem)
        version_id = change.content.get("version_id")
        return _put(person, change.classifier_id, version_id, change.summary, session=session)

    def undo(self, person: Actor, made: Undo, *, session: Session) -> Undo:
        """See :class:`Kind`."""
        if self.changed_since(made, session=session):
            raise Conflict(f"Another version of “{made.title}” has gone live since: nothing was taken back.")
        reason = f"Taken back: {made.words}."
        return _put(person, made.classifier_id, made.before.get("version_id"), reason, session=session)

    def changed_since(self, made: Undo, *, session: Session) -> bool:
        """See :class:`Kind`."""
        found = _classifier(made.classifier_id, session=session)
        return bool(found.live_version_id != made.after.get("version_id"))


def _put(
    person: Actor, classifier_id: int | None, version_id: int | None, reason: str, *, session: Session
) -> Undo:
    found = _classifier(classifier_id, session=session)
    before = found.live_version_id
    # whoever releases was asked what a release asks of them; that it is a classifier asks no more
    allowed = replace(person, trusted=True)
    if version_id is None:
        room.withdraw(allowed, found.key, session=session, stage="live", reason=reason)
        words = "withdrawn"
    else:
        version = session.get_one(ClassifierVersion, version_id)
        evidence = {**room.evidence_of(version), RELEASED_WITH: "proposal"}
        room.ship(
            allowed,
            found.key,
            version_id,
            session=session,
            stage="live",
            reason=reason,
            evidence=evidence,
            instead_of=before,
        )
        words = f"version {version.version}"
    return Undo(
        kind=CLASSIFIER,
        title=found.title,
        words=words,
        before={"version_id": before},
        after={"version_id": version_id},
        classifier_id=found.key,
    )


def _classifier(classifier_id: int | None, *, session: Session) -> Classifier:
    found = session.get(Classifier, classifier_id or 0, populate_existing=True)
    if found is None:
        raise NotFound("There is no such classifier any more. Remove the change.")
    return found


def _said(version_id: Any, *, session: Session) -> str:
    """A version in a few lines, to be compared with another."""
    version = session.get(ClassifierVersion, version_id) if version_id else None
    if version is None:
        return "No version is live."
    lines = [f"Version {version.version}. {_measured(version)}"]
    if version.example_count:
        lines.append(f"It learnt from {version.example_count:,} examples.")
    if version.note:
        lines.append(version.note)
    if version.hold_back:
        lines.append(f"The AI drafts nothing upon: {', '.join(version.hold_back)}.")
    if version.kind != "check":  # which weighs nothing, so no threshold decides whether it answers
        lines += [
            f"It answers from a {name} of {float(value):.2f} on."
            for name, value in sorted(version.threshold.items())
            if value
        ]
    lines += [
        f"{name.replace('_', ' ').capitalize()}: {_value(name, value)}"
        for name, value in sorted(version.settings.items())
        if value not in (None, "", [], {})
    ]
    return "\n\n".join(lines)


def _measured(version: ClassifierVersion) -> str:
    """How often it is right, as the Classifiers page says it."""
    evidence = room.evidence_of(version)
    rate = room.evidence_rate(evidence, "right_when_answering") or room.evidence_rate(evidence, "accuracy")
    if rate is None or evidence["warning"]:
        return room.NOT_ENOUGH
    low, high = 100 * rate.low, 100 * rate.high
    return f"{100 * rate.estimate:.0f} % right when it answers ({low:.0f} to {high:.0f}), n {rate.n:,}."


def _value(name: str, value: Any) -> str:
    if name == "check":
        return str(value).replace("_", " ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in sorted(value.items()))
    return str(value)


def live_number(classifier: Classifier, *, session: Session) -> int | None:
    """Number of the version that is live."""
    return session.exec(
        select(ClassifierVersion.version).where(col(ClassifierVersion.id) == classifier.live_version_id)
    ).first()
