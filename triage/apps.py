"""What the pattern of a history means."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """The rules and the command that replays diary files against them."""

    name = "triage"
    verbose_name = "Triage"
