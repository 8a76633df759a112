"""What a change freezes: all that is needed to make it later, whatever happens to where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from core.assist import INSTRUCTIONS as OURS
from core.classifiers.tables import Classifier, ClassifierVersion
from core.errors import Conflict, InvalidInput, NotFound
from core.releases.kinds import INSTRUCTIONS, MODEL
from core.releases.kinds.settings import setting_in_force
from core.releases.proposing.models import model_content, same_model

MAX_INSTRUCTIONS = 100_000


def classifier_content(
    classifier_id: int | None, content: Mapping[str, Any], *, session: Session
) -> tuple[dict[str, Any], str]:
    """Another version of a classifier, and the title of the classifier.

    Raises:
        NotFound: there is no such classifier or version.
        Conflict: it is live already, or the classifier is archived.
    """
    found = session.get(Classifier, classifier_id or 0)
    if found is None:
        raise NotFound("There is no such classifier.")
    if found.archived_at is not None:
        raise Conflict(f"“{found.title}” is archived. Restore it first.")
    version_id = content.get("version_id")
    version = session.get(ClassifierVersion, version_id) if version_id is not None else None
    if version_id is not None and (version is None or version.classifier_id != found.key):
        raise NotFound(f"“{found.title}” has no such version. Reload the page to see those it has.")
    if version_id == found.live_version_id:
        words = "No version is live" if version_id is None else "This version is live already"
        raise Conflict(f"{words}, so there is nothing to propose.")
    return {
        "version_id": version_id,
        "number": version.version if version is not None else None,
        "replaces": found.live_version_id,
        "title": found.title,
    }, found.title


def setting_content(kind: str, content: Mapping[str, Any], *, session: Session) -> tuple[dict[str, Any], str]:
    """Instructions or a model, and what that is in words.

    Raises:
        InvalidInput: the content cannot be.
        Conflict: it is in force already.
    """
    value = _instructions(content) if kind == INSTRUCTIONS else model_content(content)
    replaces = setting_in_force(kind, session=session)
    if value == replaces or (kind == MODEL and value and same_model(value, replaces)):
        raise Conflict("That is in force already, so there is nothing to propose.")
    if kind == INSTRUCTIONS:
        summary = "Other instructions" if value else "The instructions of the code again"
    else:
        summary = (
            f"Model: {value.get('name') or value['provider']}" if value else "The operator's model again"
        )
    return {"value": value, "replaces": replaces}, summary


def _instructions(content: Mapping[str, Any]) -> dict[str, Any]:
    text = str(content.get("text") or "").replace("\0", "").replace("\r\n", "\n")
    if len(text) > MAX_INSTRUCTIONS:
        raise InvalidInput(
            f"The instructions have {len(text):,} characters, and {MAX_INSTRUCTIONS:,} is the most."
        )
    return {} if not text.strip() or text == OURS else {"text": text}
