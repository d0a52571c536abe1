"""The site as granian serves it, with the empty page beside it."""

from django.conf import settings

settings.ROOT_URLCONF = "benchmarks.urls"

from config.wsgi import application  # noqa: E402  (the addresses come first)

__all__ = ["application"]
