"""The instructions of the agent, or the model that writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from core.assist import INSTRUCTIONS as OURS
from core.assist import LiveSetting, put_setting
from core.errors import Conflict
from core.identity import Actor
from core.releases.kinds.kind import Change, Texts, Undo, kind

INSTRUCTIONS, MODEL = "instructions", "model"
_TITLES = {INSTRUCTIONS: "Instructions of the AI", MODEL: "Model that writes drafts"}
PROVIDERS = {
    "offline": "no model service (sentences of cited passages)",
    "openai": "OpenAI",
    "compatible": "a server that speaks OpenAI's protocol",
}
_APIS = {"responses": "responses", "chat_completions": "chat completions"}


@kind(INSTRUCTIONS, MODEL)
class SettingChange:
    """``content``: ``{value, replaces}``; an empty value: what the code and the operator's settings say."""

    def lock(self, changes: Sequence[Change], *, session: Session) -> None:
        """See :class:`Kind`. The lock of the releases is enough: nobody else writes these."""

    def overtaken(self, change: Change, *, session: Session) -> str:
        """See :class:`Kind`."""
        if setting_in_force(change.kind, session=session) == change.content["replaces"]:
            return ""
        what = _TITLES[change.kind].lower()
        return f"Others have been released since this was proposed ({what}). Propose the change again."

    def describe(self, change: Change, *, session: Session) -> Texts:  # noqa: ARG002 - everything is frozen
        """See :class:`Kind`."""
        title = _TITLES[change.kind]
        before, after = (setting_words(change.kind, change.content[name]) for name in ("replaces", "value"))
        return Texts(title, change.summary, before, after, title, title)

    def make(self, person: Actor, change: Change, *, session: Session, at_once: bool) -> Undo:  # noqa: ARG002
        """See :class:`Kind`."""
        problem = self.overtaken(change, session=session)
        if problem:
            raise Conflict(problem)
        return _put(person, change.kind, change.content["value"], change.summary, session=session)

    def undo(self, person: Actor, made: Undo, *, session: Session) -> Undo:
        """See :class:`Kind`."""
        if self.changed_since(made, session=session):
            raise Conflict(f"{made.title}: others have been released since, so nothing was taken back.")
        return _put(person, made.kind, made.before, "those from before", session=session)

    def changed_since(self, made: Undo, *, session: Session) -> bool:
        """See :class:`Kind`."""
        return setting_in_force(made.kind, session=session) != made.after


def setting_in_force(name: str, *, session: Session) -> dict[str, Any]:
    """The released content of a setting; empty where the code or the operator decides."""
    newest = select(LiveSetting.content).where(LiveSetting.name == name)
    return dict(session.exec(newest.order_by(col(LiveSetting.id).desc()).limit(1)).first() or {})


def _put(person: Actor, name: str, content: Mapping[str, Any], words: str, *, session: Session) -> Undo:
    row, before = put_setting(name, content, session=session, person_id=person.person_id)
    return Undo(
        kind=name, title=_TITLES[name], words=words, before=before, after=dict(content), setting_id=row.key
    )


def setting_words(name: str, content: Mapping[str, Any]) -> str:
    """The content of a setting as people read it."""
    if name == INSTRUCTIONS:
        return str(content.get("text") or OURS)
    if not content:
        return "What the operator has set."
    provider = str(content.get("provider", ""))
    said = {
        "Written by": PROVIDERS.get(provider, provider),
        "Model": content.get("name"),
        "Address": content.get("base_url"),
        "API": _APIS.get(str(content.get("api"))) if provider != "offline" else "",
    }
    return "\n".join(f"{part}: {value}" for part, value in said.items() if value)
