"""What is kept of a task that failed: where and of what kind, as in the log, never the words of its exception.

They would lie in the database for two weeks, and those of PostgreSQL hold the whole row with its note:
docs/decisions/0093-logs-without-words.md
"""

import sys
from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from django_tasks_db.models import DBTaskResult

from config.logs import said


@receiver(pre_save, sender=DBTaskResult)
def without_words(sender: object, instance: "DBTaskResult[..., Any]", **kwargs: object) -> None:
    """Tell the traceback in our way. The worker stores it while it handles the exception."""
    if instance.traceback:
        error = sys.exception()
        instance.traceback = "\n".join(said(error)) if error is not None else ""
