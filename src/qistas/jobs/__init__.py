"""Background work. A station defers a job by name inside its own transaction; a worker finds the function by that name."""

from .defer import defer
from .giving_up import GivenUp, given_up, lost
from .register import Job, JobContext, job, registered_jobs, schedule

__all__ = ["GivenUp", "Job", "JobContext", "defer", "given_up", "job", "lost", "registered_jobs", "schedule"]
