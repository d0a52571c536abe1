"""The settings that everything is measured with: those of production, with all data in a folder of its own."""

import os
from pathlib import Path

# A setting of the machine must neither change what is measured nor lead to anybody's diary.
SETTINGS = (
    "ALLOWED_HOSTS",
    "CACHE_URL",
    "CELERY_BROKER_URL",
    "DATABASE_URL",
    "DEBUG",
    "SECRET_KEY",
    "SIGNUP_OPEN",
    "SITE_URL",
    "SMTP_HOST",
    "TASK_BACKEND",
    "TRUSTED_PROXY_COUNT",
)


def use(folder: Path) -> None:
    """The settings of production, with all data in `folder`."""
    for name in SETTINGS:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ |= {
        "DIARY_DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
    }
