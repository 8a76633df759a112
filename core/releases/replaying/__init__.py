"""A proposal is tried before it goes live: baseline and candidate answer the same cases and conversations."""

from core.releases.replaying.carrying import dispatch_replays, work_on_replay
from core.releases.replaying.differing import ChangedAnswer, PassageRef, RetrievalChange
from core.releases.replaying.reading import ReplayView, read_replay
from core.releases.replaying.starting import start_replay, stop_replay

__all__ = [
    "ChangedAnswer",
    "PassageRef",
    "ReplayView",
    "RetrievalChange",
    "dispatch_replays",
    "read_replay",
    "start_replay",
    "stop_replay",
    "work_on_replay",
]
