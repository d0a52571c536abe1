"""System checks for the settings, numbered so that an answer can be found by its number.

config.E001-E009 come from `config/environment.py`, the others from how values go together.
"""

from collections.abc import Sequence
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from diary.push import is_installed, public_key


@register()
def environment_is_readable(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """One error for every variable that has a wrong value."""
    return [
        Error(problem.message, hint=problem.hint, id=f"config.E{problem.number:03}")
        for problem in settings.ENVIRONMENT.problems
    ]


@register(Tags.security)
def address_is_safe(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Health data must not travel in the clear, and https needs somebody who speaks it."""
    found: list[CheckMessage] = []
    host = settings.SITE_URL.hostname or ""
    if not settings.IS_HTTPS and host not in {"localhost", "127.0.0.1", "::1"}:
        hint = "Put a reverse proxy with a certificate in front and set SITE_URL to https://..."
        found.append(Warning("SITE_URL is reached without encryption.", hint=hint, id="config.W010"))
    if settings.IS_HTTPS and not settings.TRUSTED_PROXY_COUNT:
        hint = "Set TRUSTED_PROXY_COUNT to the number of reverse proxies in front, usually 1."
        found.append(Error("SITE_URL is https, but no proxy is trusted.", hint=hint, id="config.E011"))
    return found


@register(Tags.security)
def mail_has_a_sender(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Password mails that name a bare host as sender are thrown away by most mail servers."""
    if settings.SMTP_HOST and "." not in settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]:
        hint = "Set MAIL_FROM to an address that your mail server may send from."
        return [Error("MAIL_FROM is not an e-mail address.", hint=hint, id="config.E012")]
    return []


@register(Tags.caches)
def rate_limits_are_shared(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """A cache local to one process lets a password be guessed as often as there are workers."""
    if "locmem" in settings.CACHES["default"]["BACKEND"] or "dummy" in settings.CACHES["default"]["BACKEND"]:
        hint = "Unset CACHE_URL (the database is used) or set it to redis://..."
        return [Error("The cache is not shared between processes.", hint=hint, id="config.E013")]
    return []


@register(Tags.caches)
def the_cache_can_be_reached(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Redis needs a package that is not installed with the app, for most people have no use for it."""
    if "redis" in settings.CACHES["default"]["BACKEND"].lower() and find_spec("redis") is None:
        hint = "Install it (pip install redis), or unset CACHE_URL (the database is used)."
        return [Error("CACHE_URL names Redis, but the package redis is missing.", hint=hint, id="config.E014")]
    return []


@register()
def the_broker_can_be_reached(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Celery needs a broker, and packages that are not installed with the app; nothing else needs a broker."""
    address = settings.CELERY_BROKER_URL
    if settings.TASK_BACKEND != "celery":
        hint = "Set TASK_BACKEND to celery, or unset CELERY_BROKER_URL."
        unused = Warning("CELERY_BROKER_URL is set, but tasks don't go there.", hint=hint, id="config.W017")
        return [unused] if address else []
    if not address.startswith(("amqp://", "amqps://", "redis://", "rediss://")):
        hint = "Set CELERY_BROKER_URL to an address that begins with amqp:// (RabbitMQ) or redis://."
        return [Error("TASK_BACKEND is celery, but there is no broker.", hint=hint, id="config.E015")]
    needed = ["celery", "redis"] if address.startswith("redis") else ["celery"]
    if missing := [name for name in needed if find_spec(name) is None]:
        hint = "Install it: pip install --require-hashes -r requirements-celery.lock"
        return [Error(f"TASK_BACKEND is celery, but {missing[0]} is missing.", hint=hint, id="config.E016")]
    return []


@register()
def devices_can_be_reminded(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """A key for reminders on devices needs a package that is not installed with the app, and has to be one."""
    key = settings.WEB_PUSH_PRIVATE_KEY
    if not key:
        return []
    if not is_installed():
        hint = "Install it (pip install --require-hashes -r requirements-push.lock), or unset the key."
        return [Error("WEB_PUSH_PRIVATE_KEY is set, but pywebpush is missing.", hint=hint, id="config.E018")]
    if not public_key(key):
        hint = "Set WEB_PUSH_PRIVATE_KEY to what `manage.py web_push_key` prints, or unset it."
        return [Error("WEB_PUSH_PRIVATE_KEY is not a key.", hint=hint, id="config.E019")]
    return []
