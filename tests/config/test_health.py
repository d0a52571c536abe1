"""/healthz says whether this process can work, quickly, and nothing else."""

import subprocess
import sys
import time

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config import health


def test_it_is_well(client: Client, db: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, b"ok", "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.head("/healthz").status_code == 200


@pytest.mark.parametrize("app", ["diary", "account", "auth"])
def test_a_missing_migration_is_said(client: Client, db: None, app: str) -> None:
    MigrationRecorder(connection).migration_qs.filter(app=app).delete()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"not ok")


def test_a_database_that_was_never_set_up_is_said(client: Client, db: None) -> None:
    MigrationRecorder(connection).migration_qs.all().delete()
    assert client.get("/healthz").status_code == 503


def test_a_database_that_is_away_is_said_without_a_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(recorder: MigrationRecorder) -> None:
        raise OperationalError("connection to server at 10.0.0.5 failed for user diary")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", refuse)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"not ok")


def test_it_takes_no_form(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def test_it_is_quick(client: Client, db: None, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client.get("/healthz")
    with django_assert_max_num_queries(2):
        started = time.perf_counter()
        client.get("/healthz")
    assert time.perf_counter() - started < 0.1
    assert health.migrations.cache_info().hits


def test_it_knows_every_migration_without_loading_one() -> None:
    assert health.migrations() == MigrationLoader(None).disk_migrations.keys()
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; import django; django.setup(); "
        "from config.health import migrations; assert migrations(); "
        "print([name for name in sys.modules if '.migrations.0' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
