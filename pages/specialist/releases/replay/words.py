"""How far a replay is and what it found, in plain words."""

from __future__ import annotations

from core.releases.tables import Replay
from pages.specialist.releases.words import VERDICTS, Color

STATES: dict[str, tuple[str, Color]] = {
    "waiting": ("Begins in a moment", "gray"),
    "running": ("Under way", "blue"),
    "finished": ("Finished", "green"),
    "failed": ("Broke off", "red"),
    "stopped": ("Stopped", "orange"),
}
STEPS = {
    "": "It begins in a moment",
    "choosing": "Choosing cases that touch what changed",
    "baseline": "Asking the build in force",
    "candidate": "Asking the build with the changes",
    "comparing": "Comparing",
}
ACTIVE = ("waiting", "running")


def row_words(replay: Replay | None) -> str:
    """For a line of a table: "Better, 2 cases changed", "Under way, 40 %"; empty without one."""
    if replay is None:
        return ""
    if replay.state == "finished":
        verdict = VERDICTS.get(str(replay.report.get("word", "")), "Finished")
        flips = int(replay.report.get("flips") or 0)
        return f"{verdict}, {flips:,} changed" if flips else verdict
    words = STATES[replay.state][0]
    if replay.state == "running" and replay.total:
        return f"{words}, {100 * replay.done / replay.total:.0f} %"
    return words
