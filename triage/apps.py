"""What the pattern of a history means."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """The rules and the command that replays diary files against them."""

    name = "triage"
    verbose_name = "Triage"

    def ready(self) -> None:
        """Listen for what is deleted for good, and add to the diary file what triage keeps."""
        from triage import erasing, sections  # noqa: F401, PLC0415  (they need the models, which are loaded by now)
