"""The cache in the database, which counts tries: it says so where it can't be written."""

import datetime as dt
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.utils import timezone


class HonestDatabaseCache(DatabaseCache):
    """Django's keeps quiet where a row can't be stored, and who counts tries with it then counts one too many.

    On a full disk everybody who signs in would be told to have tried too often.
    """

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """As Django has it. Raises the database's error where nobody has the key and it can't be stored."""
        stored = bool(super().add(key, value, timeout, version))
        if not stored and self.get(key, version=version) is None:
            self.write(self.make_and_validate_key(f"{key}-once-more", version=version))
        return stored

    def write(self, key: str) -> None:
        """A row that is over at once. Raises what goes wrong; another process that was only faster does not."""
        connection = connections[router.db_for_write(self.cache_model_class)]
        over = connection.ops.adapt_datetimefield_value(timezone.now() - dt.timedelta(seconds=1))
        table = connection.ops.quote_name(self.cache_model_class._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE cache_key = %s", [key])  # noqa: S608  (a name of ours)
            cursor.execute(f"INSERT INTO {table} VALUES (%s, %s, %s)", [key, "", over])  # noqa: S608
