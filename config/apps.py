"""Registers the checks of the settings, and what is done before the result of a task is stored."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires the project; it has no tables."""

    name = "config"

    def ready(self) -> None:
        """Register the numbered checks and the receiver."""
        from config import checks, failed_tasks  # noqa: F401, PLC0415  (they register on import)
