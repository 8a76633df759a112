"""The states and steps of a replay."""

WAITING, RUNNING, FINISHED, FAILED, STOPPED = "waiting", "running", "finished", "failed", "stopped"
OPEN = (WAITING, RUNNING)
"""Somebody works on it, or soon will."""

CHOOSING, BASELINE, CANDIDATE, COMPARING = "choosing", "baseline", "candidate", "comparing"

BEFORE, AFTER = "before", "after"
"""Sides of an answer to a conversation."""
