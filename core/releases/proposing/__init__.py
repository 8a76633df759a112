"""What somebody wants to change, put together and frozen."""

from core.releases.proposing.keeping import change_of_edit, remove_change, update_proposal, withdraw
from core.releases.proposing.proposing import propose_archive, propose_change, propose_edit

__all__ = [
    "change_of_edit",
    "propose_archive",
    "propose_change",
    "propose_edit",
    "remove_change",
    "update_proposal",
    "withdraw",
]
