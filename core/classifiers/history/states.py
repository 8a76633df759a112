"""The states of a backtest."""

PLANNED, RUNNING, STOPPING, STOPPED = "planned", "running", "stopping", "stopped"
FINISHED, FAILED = "finished", "failed"

ACTIVE = (PLANNED, RUNNING, STOPPING)
"""Somebody works on it, or soon will."""
RESUMABLE = (STOPPED, FAILED)
