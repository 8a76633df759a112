"""What a release takes of a working copy: its text frozen as JSON, and that text made live.

Nothing here checks a permission: the release has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.knowledge.editing.text import EditText, new_external_id, text_of
from core.knowledge.lifecycle.translations import follow_when_new
from core.knowledge.publishing import HOME_SOURCE, check_dates, put_live
from core.knowledge.records import checked
from core.knowledge.standing import Who
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion

_CARE = ("owner_id", "review_on")


def freeze_edit(edit: ArticleEdit, *, session: Session) -> dict[str, Any]:
    """Everything :func:`put_frozen` needs, as JSON that stays the same while people go on typing.

    Raises:
        InvalidInput: the text cannot be published yet: no title, no text, an end before its start.
        Conflict: there are conflicts nobody has settled.
    """
    if edit.aside:
        raise Conflict(
            "Two people changed the same passage, and the words of one lie aside. Choose what is to stand "
            "there, then propose."
        )
    if not edit.title.strip():
        raise InvalidInput("The article has no title yet. Give it one, then propose it.")
    if not edit.body.strip():
        raise InvalidInput("The article has no text. Write it, then propose; or propose to archive it.")
    article = session.get(Article, edit.article_id) if edit.article_id is not None else None
    text = text_of(edit)
    text = replace(text, title=" ".join(text.title.split()))
    check_dates(text.effective_from, text.effective_until)
    external_id = article.external_id if article is not None else new_external_id(edit.title, edit.key)
    checked(text.record(external_id))
    return {
        **text.to_json(),
        "source": article.source if article is not None else HOME_SOURCE,
        "external_id": external_id,
        "status": article.status if article is not None else "",
        "edit_id": edit.key,
        "basis_version_id": edit.basis_version_id,
        # Owner and review date count at once when somebody sets them: only what the edit changed is released.
        "care": [name for name in _CARE if article is None or getattr(article, name) != getattr(edit, name)],
        "origin": dict(edit.origin),
        "author_id": edit.updated_by_id,
    }


def put_frozen(
    person: Who, content: Mapping[str, Any], *, session: Session, at_once: bool = False
) -> ArticleVersion:
    """Make a frozen text live: the same text gives the same version wherever it is applied.

    The working copy is closed when it still says what was frozen; what somebody typed since keeps it open,
    on top of the new version. The author of the version is who wrote it, not who releases it.

    Args:
        at_once: its dates do not count: for trying it.

    Raises:
        Conflict: the article has another version by now than the text was made from.
        InvalidInput: its end has passed.
        NotFound: the working copy is gone.
    """
    session.flush()
    edit = session.get(ArticleEdit, content["edit_id"], populate_existing=True)
    if edit is None:
        raise NotFound("The edit behind this change does not exist any more. Remove the change.")
    frozen = EditText.from_json({name: content[name] for name in EditText.__dataclass_fields__})
    version = put_live(
        person,
        frozen.record(content["external_id"]),
        session=session,
        source=content["source"],
        edit=edit,
        basis_version_id=content["basis_version_id"],
        origin=content["origin"],
        effective_from=None if at_once else frozen.effective_from,
        effective_until=None if at_once else frozen.effective_until,
        note=frozen.note,
        author_id=content["author_id"],
        care={name: content[name] for name in content["care"]},
    )
    article = session.get_one(Article, version.article_id)
    follow_when_new(article, session=session)
    _close(edit, article, version, frozen, session=session)
    return version


def _close(
    edit: ArticleEdit, article: Article, version: ArticleVersion, frozen: EditText, *, session: Session
) -> None:
    said = text_of(edit)
    said = replace(said, title=" ".join(said.title.split()))
    for name in _CARE:  # set on the article itself since then, which the working copy follows
        if getattr(said, name) == getattr(article, name):
            said = replace(said, **{name: getattr(frozen, name)})
    state = "released" if said == frozen else "open"
    after = (article.key, version.key, state)
    if (edit.article_id, edit.basis_version_id, edit.state) != after:
        edit.article_id, edit.basis_version_id, edit.state = after
        edit.revision += 1
        edit.updated_at = now()
        session.flush()
