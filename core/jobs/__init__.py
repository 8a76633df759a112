"""Floor 1: background work. A worker is a supervised thread that looks after registered duties."""

from core.jobs.worker import Duty, DutyStatus, Worker

__all__ = ["Duty", "DutyStatus", "Worker"]
