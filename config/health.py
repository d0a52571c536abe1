"""Tells a load balancer whether this process can work, and nothing else."""

from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
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
    return newest_migrations() <= applied.keys()


@lru_cache(maxsize=1)
def newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app as this process knows them; reading them takes long, so only once."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
