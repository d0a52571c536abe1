"""Two people: alice owns what a test makes, charlie must not see it."""

import datetime as dt
import os

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import Settings

from config.setup import settled
from diary.models import Diarist
from diary.timeline_rows import forget
from triage.readings import readings

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse to query in it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A busy machine is no fault of the code.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

BERLIN = "Europe/Berlin"
NOW = dt.datetime(2026, 11, 23, 20, 40, tzinfo=dt.UTC)
# Of nobody: made for the tests by `manage.py web_push_key`.
PUSH_KEY = "FEIzJLKsitKbMtvOFSauG-jvYuk6vIRmUOoh4A8O7ww"


ASKS_A_DATABASE = {"db", "transactional_db", "live_server", "other_database"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """For a second run on another database."""
    parser.addoption("--database-only", action="store_true", help="leave out the tests that ask no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database says the same whichever one there is."""
    if config.getoption("--database-only"):
        left_out = [item for item in items if not asks_a_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if asks_a_database(item)]


def asks_a_database(item: pytest.Item) -> bool:
    """Whether a test uses the database of the tests, or says that it makes one of the same kind."""
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & ASKS_A_DATABASE) or any(
        map(item.get_closest_marker, ("django_db", "database", "services"))
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite as it is served, in a file: with threads, locks and connections that end."""
    default = django_settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _english() -> None:
    """A test that spoke German leaves it on in its thread; the next one begins in English again."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Another test's diary may have had the same key and revision."""
    forget()
    readings.forget()


@pytest.fixture(autouse=True)
def _plain_settings(settings: Settings) -> None:
    """Unhashed static files, a quick password hash and a key for reminders on devices, so that every test that looks
    at all pages sees them; everything else is as it runs."""
    settings.WEB_PUSH_PRIVATE_KEY = PUSH_KEY
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _settled() -> None:
    """There is an account somewhere, so the sign-in page does not lead on to the page for the first one."""
    settled.set()


def make_diarist(name: str) -> Diarist:
    """A diarist in Berlin who has seen the welcome pages."""
    user = User.objects.create_user(name, f"{name}@example.org", "correct horse battery")
    return Diarist.objects.create(
        user=user, time_zone=BERLIN, follows_device=False, language="en", welcomed_at=NOW
    )


@pytest.fixture
def alice(db: None) -> Diarist:
    """The one who writes."""
    return make_diarist("alice")


@pytest.fixture
def charlie(db: None) -> Diarist:
    """The stranger."""
    return make_diarist("charlie")


@pytest.fixture
def as_alice(client: Client, alice: Diarist) -> Client:
    """A browser in which alice is signed in."""
    client.force_login(alice.user, backend="config.accounts.AccountBackend")
    return client


@pytest.fixture
def as_charlie(charlie: Diarist) -> Client:
    """A browser in which charlie is signed in."""
    client = Client()
    client.force_login(charlie.user, backend="config.accounts.AccountBackend")
    return client
