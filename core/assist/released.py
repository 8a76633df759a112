"""Instructions and the model that were released: they take the place of the code's and the settings'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.assist.tables import LiveSetting
from core.settings import Settings

INSTRUCTIONS, MODEL = "instructions", "model"
"""Names of live settings."""
MODEL_PARTS = {
    "provider": "model_provider",
    "name": "model_name",
    "base_url": "model_base_url",
    "api": "model_api",
}
"""What a released model says, and the setting it takes the place of."""


@dataclass(frozen=True, slots=True)
class Released:
    """What is released now. ``instructions`` is empty, ``model`` without parts, where nothing is."""

    instructions: str = ""
    model: Mapping[str, str] = field(default_factory=dict)

    def settings(self, settings: Settings) -> Settings:
        """The settings with the released model; the same object when none is released."""
        if not self.model:
            return settings
        return settings.model_copy(update={MODEL_PARTS[name]: value for name, value in self.model.items()})


def read_released(*, session: Session) -> Released:
    """What is released at this moment: one small query, so that processes need not be told."""
    newest = select(func.max(col(LiveSetting.id))).group_by(col(LiveSetting.name))
    found = session.execute(
        select(col(LiveSetting.name), col(LiveSetting.content)).where(col(LiveSetting.id).in_(newest))
    )
    content: dict[str, Mapping[str, Any]] = {row[0]: row[1] for row in found}
    model = content.get(MODEL) or {}
    return Released(
        str((content.get(INSTRUCTIONS) or {}).get("text") or ""),
        {name: str(value) for name, value in model.items() if name in MODEL_PARTS},
    )


def put_setting(
    name: str, content: Mapping[str, Any], *, session: Session, person_id: int | None
) -> tuple[LiveSetting, dict[str, Any]]:
    """Let a setting be in force from this transaction's end on. Checks no permission.

    Returns:
        The new row, and the content that was in force before; empty where there was none.
    """
    before = session.execute(
        select(col(LiveSetting.content))
        .where(col(LiveSetting.name) == name)
        .order_by(col(LiveSetting.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    row = LiveSetting(name=name, content=dict(content), person_id=person_id)
    session.add(row)
    session.flush()
    return row, dict(before or {})
