"""What a replay asks: cases that touch what changes, the smoke suite, and a sample of conversations."""

from core.releases.replaying.choosing.cases import choose_cases
from core.releases.replaying.choosing.conversations import choose_conversations

__all__ = ["choose_cases", "choose_conversations"]
