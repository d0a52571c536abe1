"""Real worker processes on real services share one scan, and one of them is killed in the middle of its work."""

import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.utils import timezone

from diary.models import Diarist, Episode
from diary.moments import at_wall_clock
from tests.conftest import BERLIN
from triage.models import Assessment, Finding, ScanChunk, ScanNight

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

# Long enough to be caught in the middle of a chunk, on PostgreSQL with the help of a trigger that dawdles.
DIARISTS, CHUNK = 24, 6
DAYS = {"postgresql": 180, "sqlite": 730}
PATIENCE_SECONDS = 120
# What counts every time that something is stored, and who finished a chunk.
COUNTERS = {
    "postgresql": """
        CREATE TABLE counted (what text, who text);
        CREATE FUNCTION count_it() RETURNS trigger AS $$ BEGIN
            IF TG_TABLE_NAME = 'triage_scanchunk' THEN
                INSERT INTO counted VALUES ('chunk', OLD.claimed_by);
            ELSIF TG_TABLE_NAME = 'triage_finding' THEN
                INSERT INTO counted VALUES ('finding', NEW.diarist_id::text);
            ELSE
                INSERT INTO counted VALUES ('assessment', NEW.diarist_id::text);
                PERFORM pg_sleep(0.05);
            END IF;
            RETURN NULL;
        END $$ LANGUAGE plpgsql;
        CREATE TRIGGER count_a AFTER INSERT OR UPDATE ON triage_assessment FOR EACH ROW EXECUTE FUNCTION count_it();
        CREATE TRIGGER count_f AFTER INSERT OR UPDATE ON triage_finding FOR EACH ROW EXECUTE FUNCTION count_it();
        CREATE TRIGGER count_c AFTER DELETE ON triage_scanchunk FOR EACH ROW EXECUTE FUNCTION count_it();
    """,
    "sqlite": """
        CREATE TABLE counted (what text, who text);
        CREATE TRIGGER count_ai AFTER INSERT ON triage_assessment
            BEGIN INSERT INTO counted VALUES ('assessment', NEW.diarist_id); END;
        CREATE TRIGGER count_au AFTER UPDATE ON triage_assessment
            BEGIN INSERT INTO counted VALUES ('assessment', NEW.diarist_id); END;
        CREATE TRIGGER count_fi AFTER INSERT ON triage_finding
            BEGIN INSERT INTO counted VALUES ('finding', NEW.diarist_id); END;
        CREATE TRIGGER count_fu AFTER UPDATE ON triage_finding
            BEGIN INSERT INTO counted VALUES ('finding', NEW.diarist_id); END;
        CREATE TRIGGER count_c AFTER DELETE ON triage_scanchunk
            BEGIN INSERT INTO counted VALUES ('chunk', OLD.claimed_by); END;
    """,
}
AWAY = {
    "postgresql": "DROP FUNCTION count_it CASCADE; DROP TABLE counted;",
    "sqlite": "".join(f"DROP TRIGGER count_{name};" for name in ("ai", "au", "fi", "fu", "c"))
    + "DROP TABLE counted;",
}


def run_script(text: str) -> None:
    """Several statements at once."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.connection.executescript(text)
        else:
            cursor.execute(text)


@pytest.fixture
def counted(transactional_db: None) -> Iterator[Callable[[str], list[str]]]:
    """Whom each stored assessment, finding or finished chunk was of, as often as it was stored."""
    run_script(COUNTERS[connection.vendor])

    def names(what: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT who FROM counted WHERE what = %s", [what])
            return sorted(str(who) for (who,) in cursor.fetchall())

    yield names
    run_script(AWAY[connection.vendor])


@pytest.fixture
def diarists(transactional_db: None) -> list[int]:
    """The keys of people who each have twitched in one place for the last months."""
    users = User.objects.bulk_create(User(username=f"writer{number}") for number in range(DIARISTS))
    Diarist.objects.bulk_create(Diarist(user=user, time_zone=BERLIN) for user in users)
    today = timezone.localdate()
    rows = []
    for user in users:
        for back in range(1, DAYS[connection.vendor]):
            row = Episode(diarist_id=user.pk, location="calf", side="left", strength=2, duration_seconds=600)
            row.moment = at_wall_clock(today - dt.timedelta(days=back), dt.time(12), BERLIN)
            row.recorded_at = row.started_at
            rows.append(row)
    Episode.objects.bulk_create(rows)
    # The clock of a worker must not plan a scan of its own.
    ScanNight.objects.create(pk=1, planned_on=today + dt.timedelta(days=2))
    return [user.pk for user in users]


def database_url() -> str:
    """The database of the tests, for other processes."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = f":{quote(at['PASSWORD'])}" if at["PASSWORD"] else ""
    return f"postgres://{quote(at['USER'])}{password}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


@dataclass
class Crew:
    """Processes that work on the tasks of one backend."""

    folder: Path
    variables: dict[str, str]
    command: list[str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """That of the tests, with the settings of the crew."""
        ours = {"DATABASE_URL": database_url(), "DIARY_DATA_DIR": str(self.folder), "LOG_LEVEL": "warning"}
        return os.environ | ours | self.variables

    def hire(self) -> subprocess.Popen[bytes]:
        """Start one more worker, as the leader of a process group of its own."""
        log = (self.folder / f"worker{len(self.workers)}.log").open("wb")
        command = [part.format(number=len(self.workers)) for part in self.command]
        with log:
            worker = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def manage(self, *arguments: str) -> str:
        """What a command of `manage.py` prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment(), check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def said(self) -> str:
        """The logs of all workers, for a test that fails."""
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.log")))

    def dismiss(self) -> None:
        """End whatever still lives."""
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def broker(variable: str, name: str) -> str:
    """The address of a service that the environment names. Fails where it names one that is not there."""
    address = os.environ.get(variable, "")
    if not address:
        pytest.skip(f"{variable} names no {name}")
    at = urlsplit(address)
    try:
        socket.create_connection((at.hostname or "", at.port or 0), timeout=5).close()
    except OSError as error:
        pytest.fail(f"{variable} is {address}, but nothing answers there ({error}): start {name}, or unset it.")
    return address


CELERY = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--without-gossip", "--without-mingle"]
CELERY += ["--concurrency", "1", "--loglevel", "WARNING", "--hostname", "test{number}@%h"]
BACKENDS = ["database", pytest.param("redis", marks=pytest.mark.services)]
BACKENDS += [pytest.param("rabbitmq", marks=pytest.mark.services)]


@pytest.fixture(params=BACKENDS)
def crew(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crew]:
    """Nobody yet."""
    if request.param == "database":
        command = [sys.executable, "manage.py", "db_worker", "--queue-name", "*", "--interval", "0.1"]
        made = Crew(tmp_path, {"TASK_BACKEND": "database"}, [*command, "--no-startup-delay", "--no-reload"])
    else:
        name = {"redis": "Redis", "rabbitmq": "RabbitMQ"}[request.param]
        address = broker(f"TEST_{request.param.upper()}_URL", name)
        if connection.vendor == "sqlite":
            pytest.skip("workers of a broker share a PostgreSQL")
        made = Crew(tmp_path, {"TASK_BACKEND": "celery", "CELERY_BROKER_URL": address}, CELERY)
    yield made
    made.dismiss()


def wait_until(true: Callable[[], object], crew: Crew, what: str) -> None:
    """Wait for something that other processes do; says what they said where it does not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"{what} never came.\n{crew.said()}"
        time.sleep(0.01)


def held_by(worker: subprocess.Popen[bytes]) -> ScanChunk | None:
    """The chunk that a worker, or a child of it, has begun and not finished."""
    for chunk in ScanChunk.objects.exclude(claimed_by=""):
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(int(chunk.claimed_by.split(":")[1])) == worker.pid:
                return chunk
    return None


def stops_in_the_middle(worker: subprocess.Popen[bytes]) -> bool:
    """Whether it is in the middle of a chunk; if so it stands still from now on."""
    chunk = held_by(worker)
    if chunk is None or not done_of(chunk):
        return False
    os.killpg(worker.pid, signal.SIGSTOP)
    if held_by(worker) is not None and 0 < done_of(chunk) < CHUNK and others_can_write():
        return True
    os.killpg(worker.pid, signal.SIGCONT)
    return False


def any_stops(moving: list[subprocess.Popen[bytes]]) -> bool:
    """Whether one more stands still; it is taken out of `moving`."""
    for worker in moving:
        if stops_in_the_middle(worker):
            moving.remove(worker)
            return True
    return False


def others_can_write() -> bool:
    """Whether the one who stands still does not hold the lock of the whole database, as a writer of SQLite does."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=300")
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        except OperationalError:
            return False
        finally:
            cursor.execute("PRAGMA busy_timeout=20000")
    return True


def done_of(chunk: ScanChunk) -> int:
    """How many diarists of a chunk are assessed."""
    return Assessment.objects.filter(pk__gte=chunk.first_id, pk__lte=chunk.last_id).count()


def test_two_workers_share_a_scan_and_one_is_killed_in_the_middle(
    crew: Crew, diarists: list[int], counted: Callable[[str], list[str]]
) -> None:
    told = crew.manage("scan_histories", "--enqueue", "--chunk", str(CHUNK))
    assert told.strip() == f"{DIARISTS} queued in {DIARISTS // CHUNK} chunks"
    # Only now: they would be done before a command that takes its time has come back.
    doomed, other = crew.hire(), crew.hire()

    # Each stands still in the middle of a chunk until the other is there too; then one is killed.
    moving = [doomed, other]
    wait_until(lambda: any_stops(moving), crew, "the middle of a chunk")
    wait_until(lambda: any_stops(moving), crew, "the middle of a second chunk")
    assert ScanChunk.objects.exclude(claimed_by="").count() == 2
    os.killpg(doomed.pid, signal.SIGKILL)
    doomed.wait()
    os.killpg(other.pid, signal.SIGCONT)

    # The other one does the rest, but for the chunk that the dead one still holds.
    wait_until(lambda: ScanChunk.objects.count() == 1, crew, "the end of the other chunks")
    assert 0 < DIARISTS - Assessment.objects.count() < CHUNK

    # Some minutes later the clock of whoever is left finds it.
    ScanChunk.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
    look = "from django.utils import timezone; from triage.population import take_back; "
    crew.manage("shell", "--no-imports", "-c", f"{look}take_back(timezone.now())")
    wait_until(lambda: not ScanChunk.objects.exists(), crew, "the end")

    # Both did a part. Nothing is lost, and nothing is stored twice: not by the dead one and by its heir either.
    assert counted("assessment") == sorted(map(str, diarists))
    assert Finding.objects.count() >= DIARISTS
    assert len(counted("finding")) == Finding.objects.count()
    assert len(counted("chunk")) == DIARISTS // CHUNK
