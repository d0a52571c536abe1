"""What a database is told about writing to its disk."""

import pytest
from django.db import connection

from tests.durability.served import ON_SQLITE

pytestmark = pytest.mark.database


def said(query: str) -> object:
    """The one value that a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    assert row
    return row[0]


@pytest.mark.django_db
@pytest.mark.skipif(not ON_SQLITE, reason="SQLite's own settings")
def test_sqlite_waits_for_the_disk_at_each_commit() -> None:
    assert (said("PRAGMA journal_mode"), said("PRAGMA synchronous")) == ("wal", 2)


@pytest.mark.django_db
@pytest.mark.skipif(ON_SQLITE, reason="PostgreSQL's own settings")
def test_postgresql_waits_for_the_disk_and_notices_a_host_that_is_gone() -> None:
    assert said("SHOW synchronous_commit") == "on"
    connection.ensure_connection()
    parameters = connection.connection.info.get_parameters()
    assert parameters["tcp_user_timeout"] == "30000"
    assert parameters["keepalives_idle"] == "10"
