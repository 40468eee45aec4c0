"""Background work. A station defers a job by name inside its own transaction; a worker finds the function by that name."""

from .defer import defer
from .register import Job, JobContext, job, registered_jobs, schedule

__all__ = ["Job", "JobContext", "defer", "job", "registered_jobs", "schedule"]
