"""Tells a load balancer whether this process can work, and nothing else."""

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import module_has_submodule
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """`ok` with 200 when the database answers and is migrated, `not ok` with 503 otherwise."""
    try:
        healthy = is_migrated()
    except Error:
        healthy = False
    return HttpResponse("ok" if healthy else "not ok", content_type="text/plain", status=200 if healthy else 503)


def is_migrated() -> bool:
    """Whether every migration has been applied. Raises a database error when the database is away."""
    applied = MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
    return migrations() <= applied.keys()


@lru_cache(maxsize=1)
def migrations() -> frozenset[tuple[str, str]]:
    """App and name of every migration that there is, by the names of their files: none is loaded for it."""
    found: set[tuple[str, str]] = set()
    for app in apps.get_app_configs():
        package, _ = MigrationLoader.migrations_module(app.label)
        if package and module_has_submodule(app.module, "migrations"):
            names = [module.name for module in iter_modules(import_module(package).__path__) if not module.ispkg]
            found.update((app.label, name) for name in names if name[0] not in "_~")
    return frozenset(found)
