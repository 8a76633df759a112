"""A call that was checked against the rules and can be carried out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.actions.connectors.halyard.tables import Customer
from core.actions.declaration import Outcome, Preview


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would happen, and the way to make it happen in the same session.

    A preview and an execution prepare alike, so what was shown and what is done follow one rule.
    """

    preview: Preview
    carry_out: Callable[[], Outcome]


Effect = Callable[[Session, Customer, Mapping[str, Any], datetime], Prepared]
"""Checks a call as of a moment. Raises ActionRefused; changes nothing before ``carry_out``."""

Lookup = Callable[[Session, Customer, Mapping[str, Any], datetime], Outcome]


def digest(*facts: Any) -> str:
    """One short value for ``facts``: another one as soon as any of them is different."""
    canonical = json.dumps(facts, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
