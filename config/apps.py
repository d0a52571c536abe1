"""Registers the checks of the settings."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires the project; it has no tables."""

    name = "config"

    def ready(self) -> None:
        """Register the numbered checks."""
        from config import checks  # noqa: F401, PLC0415  (Django registers checks on import)
