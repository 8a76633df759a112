"""What a change freezes: all that is needed to make it later, whatever happens to where it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args

from sqlmodel import Session

from core.assist import INSTRUCTIONS as OURS
from core.assist import MODEL_PARTS
from core.classifiers.tables import Classifier, ClassifierVersion
from core.errors import Conflict, InvalidInput, NotFound
from core.knowledge.tables import Article, ArticleEdit
from core.llm import check_served
from core.releases.kinds import INSTRUCTIONS
from core.releases.kinds.settings import setting_in_force
from core.settings import Settings, get_settings

MAX_INSTRUCTIONS = 100_000
HOME_SOURCE = "ratchet"
_NO_WORD = re.compile(r"[^a-z0-9]+")


def article_content(edit: ArticleEdit, article: Article | None) -> dict[str, Any]:
    """An edit as it is now.

    Raises:
        InvalidInput: it has no title or no text.
    """
    title = " ".join(edit.title.split())
    if not title:
        raise InvalidInput("The article has no title. Give it one, then propose.")
    if not edit.body.strip():
        raise InvalidInput("The article has no text. Write it, then propose; or propose to archive it.")
    return {
        "source": article.source if article is not None else HOME_SOURCE,
        "external_id": article.external_id if article is not None else _name(title, edit.key),
        "status": article.status if article is not None else "",
        "basis_version_id": edit.basis_version_id,
        "title": title,
        "body": edit.body,
        "audience": edit.audience,
        "locale": edit.locale,
        "tags": list(edit.tags),
        "translation_of": edit.translation_of,
        "owner_id": edit.owner_id,
        "review_on": _iso(edit.review_on),
        "effective_from": _iso(edit.effective_from),
        "effective_until": _iso(edit.effective_until),
        "note": edit.note,
        "origin": dict(edit.origin),
    }


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
    value = _instructions(content) if kind == INSTRUCTIONS else _model(content)
    replaces = setting_in_force(kind, session=session)
    if value == replaces:
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


def _model(content: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(content) - set(MODEL_PARTS))
    if unknown:
        raise InvalidInput(f"A model has no {', '.join(unknown)}: {', '.join(MODEL_PARTS)}.")
    parts = {name: str(value).strip() for name, value in content.items() if value is not None}
    if not any(parts.values()):
        return {}
    for name in ("provider", "api"):
        allowed = get_args(Settings.model_fields[MODEL_PARTS[name]].annotation)
        if name in parts and parts[name] not in allowed:
            raise InvalidInput(f"The {name} is one of {', '.join(allowed)}, not {parts[name]!r}.")
    if "provider" not in parts:
        raise InvalidInput("Say which provider the model is of.")
    parts = {"name": "", "base_url": "", **parts}
    if parts["provider"] != "offline":
        changed = {MODEL_PARTS[name]: value for name, value in parts.items()}
        check_served(get_settings().model_copy(update=changed))
    return parts


def _name(title: str, edit_id: int) -> str:
    """The id of a new article: readable, and of this edit alone."""
    words = _NO_WORD.sub("-", title.lower()).strip("-")[:80].strip("-")
    return f"{words}-{edit_id}" if words else f"article-{edit_id}"


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
