"""`manage.py serve` with real processes: it starts from nothing, serves, and leaves nothing behind."""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROC = Path("/proc")
# A busy machine is no fault of the code.
PATIENCE_SECONDS = 120
# What the machine that the tests run on may have set for its own copy.
OWN = {"DATABASE_URL", "CACHE_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "TRUSTED_PROXY_COUNT", "DEBUG"}

pytestmark = pytest.mark.skipif(not PROC.is_dir(), reason="looks at processes as Linux shows them")


@dataclass
class Server:
    """A running `manage.py serve` and where it listens."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str) -> tuple[str, Message]:
        """Body and headers of a page."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        request.add_header("Accept-Encoding", "br" if path.startswith("/static/") else "identity")
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return answer.read().decode("utf-8", "replace"), answer.headers

    def wait(self) -> None:
        """Until it says where to open it."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line == f"Open http://localhost:{self.port}   (Ctrl+C stops it)\n"

    def end(self) -> int:
        """The exit code, which has to come by itself."""
        return self.process.wait(timeout=PATIENCE_SECONDS)


Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first server collects, the others find it done."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def serve(tmp_path: Path, static_root: Path) -> Generator[Serve]:
    """Starts servers in a data folder of their own, from a folder that is not the project's."""
    servers: list[Server] = []

    def make(*options: str, port: int | None = None, **more: str) -> Server:
        port = port or free_port()
        environment = {name: value for name, value in os.environ.items() if name not in OWN}
        environment |= {"DIARY_DATA_DIR": str(tmp_path / "data"), "STATIC_ROOT": str(static_root)} | more
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port), *options]
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        servers.append(Server(process, port))
        return servers[-1]

    yield make
    for server in servers:
        for pid in {server.process.pid, *descendants(server.process.pid)}:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        server.process.communicate()


def free_port() -> int:
    """A port that nothing listens on; the system, asked for any, gives nobody else one below 32768."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def facts(pid: int) -> tuple[str, int]:
    """State and parent of a process."""
    state, parent = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
    return state, int(parent)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be counted does not."""
    try:
        return facts(pid)[0] not in "ZX"
    except OSError:
        return False


def descendants(pid: int) -> dict[int, str]:
    """The living processes below `pid`, with their names and command lines."""
    found: dict[int, str] = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal() and is_alive(int(folder.name)):
            try:
                parent = facts(int(folder.name))[1]
                line = (folder / "comm").read_text(encoding="utf-8")
                line += (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if parent == pid:
                found |= {int(folder.name): line} | descendants(int(folder.name))
    return found


def family(pid: int) -> dict[int, str]:
    """The processes below one that serves: the web server listens before it has begun its own child."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(below := descendants(pid)) < 3 or not all(map(is_named, below.values())):
        assert time.monotonic() < deadline, below
        time.sleep(0.05)
    return below


def is_named(line: str) -> bool:
    """Whether a child has said already what it is."""
    return line.startswith(("granian\n", "db_worker\n"))


def names(below: dict[int, str]) -> list[str]:
    """What they call themselves; the command line, that of their parent, names all of them."""
    return sorted(line.partition("\n")[0] for line in below.values())


def all_end(pids: dict[int, str]) -> bool:
    """Whether all of these processes end by themselves."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(is_alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def private_mb(pid: int) -> float:
    """Megabytes of a process that it shares with none."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024 / 1e6


def test_it_starts_from_nothing_serves_and_stops(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    server.wait()
    below = family(server.process.pid)
    assert names(below) == ["db_worker", "granian", "granian"]

    assert server.get("/healthz")[0] == "ok"
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "diary.sqlite3").is_file()

    page = server.get("/accounts/login/")[0]
    styles = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert styles
    headers = server.get(styles[0])[1]
    assert headers["Content-Encoding"] == "br"
    assert headers["Cache-Control"] == "max-age=315360000, public, immutable"

    server.process.send_signal(signal.SIGTERM)
    assert server.end() == 0
    assert all_end(below)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_web_server_and_worker_are_copies_of_one_process(serve: Serve) -> None:
    server = serve()
    server.wait()
    below = family(server.process.pid)
    assert names(below) == ["db_worker", "granian", "granian"]
    (made_by,) = {line.partition("\n")[2] for line in below.values()}
    assert "diary.management.watching" in made_by
    # Loaded twice more, each would have 70 MB that no other process has.
    assert all(private_mb(pid) < 40 for pid in below), {pid: private_mb(pid) for pid in below}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_who_only_watches_has_no_app(serve: Serve) -> None:
    server = serve()
    server.wait()
    pids = [server.process.pid, *family(server.process.pid)]
    loaded = [b"_sqlite3" in (PROC / str(pid) / "maps").read_bytes() for pid in pids]
    assert loaded == [False, True, True, True]
    assert private_mb(server.process.pid) < 12


def test_the_files_beside_the_database_stay_while_nobody_visits(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    server.wait()
    shared = tmp_path / "data" / "diary.sqlite3-shm"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not shared.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # The worker asks for work each second, with a connection that it closes.
    files = set()
    for _ in range(250):
        files.add(shared.stat().st_ino)
        time.sleep(0.01)
    assert len(files) == 1


def test_no_address_is_written_down(serve: Serve) -> None:
    # As if whoever runs it had asked the web server for a list of all visits.
    server = serve("--no-worker", GRANIAN_LOG_ACCESS_ENABLED="true", LOG_LEVEL="debug")
    server.wait()
    for path in ("/s/canary-token/", "/accounts/password/reset/key/1-canary/", "/reminders/off/canary/"):
        with contextlib.suppress(urllib.error.HTTPError):
            server.get(path)
    server.process.send_signal(signal.SIGTERM)
    said, errors = server.process.communicate(timeout=PATIENCE_SECONDS)
    assert "canary" not in said + errors


@pytest.mark.parametrize(
    ("victim", "said"), [("granian", "The web server"), ("db_worker", "The background worker")]
)
def test_when_one_child_ends_so_does_all(serve: Serve, victim: str, said: str) -> None:
    server = serve()
    server.wait()
    below = family(server.process.pid)
    os.kill(next(pid for pid, line in below.items() if line.startswith(f"{victim}\n")), signal.SIGKILL)
    assert server.end() == 1
    assert all_end(below)
    assert server.process.stderr
    assert f"{said} ended with code -9; stopping." in server.process.stderr.read()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_no_orphan_stays_when_it_is_killed_outright(serve: Serve) -> None:
    server = serve()
    server.wait()
    below = family(server.process.pid)
    server.process.kill()
    server.end()
    assert all_end(below)


def test_without_worker_only_the_web_server_runs(serve: Serve) -> None:
    server = serve("--no-worker")
    server.wait()
    assert set(names(descendants(server.process.pid))) == {"granian"}
    server.process.send_signal(signal.SIGINT)
    assert server.end() == 0


def test_a_port_in_use_is_named_with_what_to_do(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = serve(port=taken.getsockname()[1])
        _, errors = server.process.communicate(timeout=PATIENCE_SECONDS)
    assert server.process.returncode != 0
    assert "Address already in use" in errors
    assert "make run PORT=8001" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DIARY_DATA_DIR", "/proc/nowhere", "DIARY_DATA_DIR"),
        ("SIGNUP_OPEN", "perhaps", "Set SIGNUP_OPEN to true or to false."),
        ("SITE_URL", "https://diary.example.org", "Set TRUSTED_PROXY_COUNT"),
    ],
)
def test_a_wrong_setting_is_said_instead_of_served(serve: Serve, variable: str, value: str, said: str) -> None:
    server = serve(**{variable: value})
    _, errors = server.process.communicate(timeout=PATIENCE_SECONDS)
    assert server.process.returncode != 0
    assert said in errors
    assert "Traceback" not in errors
