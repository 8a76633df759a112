"""From the parameters a person chose to a frame."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from core.conversations import CHANNELS
from core.criteria import Criterion
from core.errors import InvalidInput
from core.labelling.frames import Frame
from core.labelling.strategy import Strategy

FILTERS = ("channel", "locale", "since", "until", "status", "unjudged")


def checked_parameters(strategy: Strategy, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as they are stored: plain JSON, empty ones left out.

    Raises:
        InvalidInput: one is unknown, missing or none of what may be chosen.
    """
    own = {parameter.name: parameter for parameter in strategy.parameters}
    unknown = [name for name in parameters if name not in own and name not in FILTERS]
    if unknown:
        known = ", ".join([*own, *FILTERS])
        raise InvalidInput(f"{strategy.label} has no setting {unknown[0]!r}; it knows {known}.")
    stored = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in parameters.items()
        if value not in (None, "")
    }
    for name, parameter in own.items():
        value = stored.get(name, parameter.default)
        if parameter.required and not str(value).strip():
            raise InvalidInput(f"{strategy.label}: fill in “{parameter.label}”.")
        if parameter.choices and value not in parameter.choices:
            allowed = ", ".join(parameter.choices)
            raise InvalidInput(f"{parameter.label} cannot be {value!r}; choose one of {allowed}.")
    return stored


def frame_of(criterion: Criterion, subject_type: str, strategy: Strategy, stored: Mapping[str, Any]) -> Frame:
    """The frame that parameters as :func:`checked_parameters` gave them describe.

    Raises:
        InvalidInput: the criterion is not asked about this, or a filter is none.
    """
    if subject_type not in criterion.subjects:
        asked = " or ".join(criterion.subjects)
        raise InvalidInput(f"“{criterion.question}” is asked about a {asked}, not a {subject_type}.")
    channel, status = str(stored.get("channel", "")), str(stored.get("status", ""))
    if channel and channel not in CHANNELS:
        raise InvalidInput(f"There is no channel {channel!r}; choose one of {', '.join(CHANNELS)}.")
    if status not in ("", "resolved"):
        raise InvalidInput("The status to choose by is “resolved”, or leave it empty for any.")
    since, until = _moment(stored, "since"), _moment(stored, "until")
    if since and until and since >= until:
        raise InvalidInput("The first day must lie before the last one.")
    unjudged = stored.get("unjudged", strategy.unjudged)
    if not isinstance(unjudged, bool):
        raise InvalidInput("Whether to leave out what was judged is answered by true or false.")
    return Frame(
        subject_type=subject_type,
        criterion_id=criterion.key,
        channel=channel,
        locale=str(stored.get("locale", "")),
        since=since,
        until=until,
        status=status,
        unjudged=unjudged,
    )


def _moment(stored: Mapping[str, Any], name: str) -> datetime | None:
    """An ISO date (its start, UTC) or instant."""
    value = stored.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidInput(f"{value!r} is not a date; write it like 2026-11-01.") from None
    if len(value) == len("2026-11-01"):
        moment = datetime.combine(moment.date(), time(), UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
