"""Which changes exactly: what a replay tried, a reviewer approved and a release makes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from core.releases.tables import ProposalChange


def changes_digest(changes: Sequence[ProposalChange]) -> str:
    """SHA-256 over kind, target and content of the changes, in their order."""
    parts = [
        [each.kind, each.article_id, each.classifier_id, each.content]
        for each in sorted(changes, key=lambda change: change.position)
    ]
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
