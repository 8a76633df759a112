"""What somebody wants to change, put together and frozen."""

from core.releases.proposing.keeping import change_of_edit, remove_change, update_proposal, withdraw
from core.releases.proposing.models import preview_model
from core.releases.proposing.proposing import propose_archive, propose_change, propose_edit

__all__ = [
    "change_of_edit",
    "preview_model",
    "propose_archive",
    "propose_change",
    "propose_edit",
    "remove_change",
    "update_proposal",
    "withdraw",
]
