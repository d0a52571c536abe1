"""What the pattern of a history means."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """The rules and the command that replays diary files against them."""

    name = "triage"
    verbose_name = "Triage"

    def ready(self) -> None:
        """Listen for what is deleted for good, add to the diary file what triage keeps, and look at the clock."""
        # They need the models, which are loaded by now.
        from triage import erasing, night, sections  # noqa: F401, PLC0415
