"""The cache in the database: as Django's, but it says where it can't be written."""

import pytest
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError

from config.cache import HonestDatabaseCache


@pytest.fixture
def kept(db: None) -> HonestDatabaseCache:
    """The one that counts tries."""
    found = caches["default"]
    assert isinstance(found, HonestDatabaseCache)
    return found


def test_a_key_is_added_once(kept: HonestDatabaseCache) -> None:
    assert (kept.add("tries", 1), kept.add("tries", 2), kept.get("tries")) == (True, False, 1)


def test_another_process_that_was_faster_is_no_fault(
    kept: HonestDatabaseCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DatabaseCache, "add", lambda *args: False)
    for _ in range(2):
        assert kept.add("tries", 1) is False
    assert kept.get("tries-once-more") is None


def test_what_can_not_be_written_is_raised(kept: HonestDatabaseCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: HonestDatabaseCache, key: str) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(DatabaseCache, "add", lambda *args: False)
    monkeypatch.setattr(HonestDatabaseCache, "write", refuse)
    with pytest.raises(OperationalError):
        kept.add("tries", 1)
