"""Floor 1: the append-only, hash-chained record of who did what."""

from core.audit.chain import Verification, verify
from core.audit.record import list_actions, list_actors, list_entries, record
from core.audit.tables import AuditEntry, AuditHead

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Verification",
    "list_actions",
    "list_actors",
    "list_entries",
    "record",
    "verify",
]
