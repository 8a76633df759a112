"""Floor 1: background work. Duties are small and repeat; durable jobs are long and survive a crash."""

from core.jobs.declared import Interrupted, Job, job
from core.jobs.durable import DurableJobs, JobState
from core.jobs.worker import Duty, DutyStatus, Worker

__all__ = [
    "DurableJobs",
    "Duty",
    "DutyStatus",
    "Interrupted",
    "Job",
    "JobState",
    "Worker",
    "job",
]
