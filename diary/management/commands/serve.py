"""Serve the diary: the web server and the background worker, as child processes of one command."""

import os
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError, connections

from diary.management.collecting import collect_static_files
from diary.management.watching import Address, become, reachable


class Command(BaseCommand):
    """`manage.py serve`: set up what is missing, then run until it is told to stop."""

    help = "Sets up the database and the static files, then serves the diary with its background worker."
    # Done by hand below: on SQLite some checks open the database, and a traceback would hide what is wrong.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and what to leave out."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1, help="web processes; PostgreSQL from 2 on")
        parser.add_argument("--no-setup", action="store_true", help="leave database and static files as they are")
        parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, start the processes, and stop them all as soon as one of them ends."""
        address = (options["host"], options["port"])
        refuse_taken(address)
        try:
            self.check()
            if not options["no_setup"]:
                self.set_up()
        except OperationalError as error:
            reason = str(error).strip()
            raise CommandError(f"No database: {reason}. Look at DATABASE_URL and DIARY_DATA_DIR.") from error
        let_go_of_database()
        become(self.commands(options), address, site_address(address), child_environment(address))

    def set_up(self) -> None:
        """Bring database, cache table and static files up to date."""
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        collect_static_files()

    def commands(self, options: Mapping[str, Any]) -> list[list[str]]:
        """The command lines of the children."""
        web = [sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application", "--no-ws"]
        web += ["--host", options["host"], "--port", str(options["port"]), "--log-level", "warning"]
        # Addresses hold days and the keys of share links: no list of them, whatever GRANIAN_LOG_... says.
        web += ["--workers", str(options["workers"]), "--blocking-threads", "4", "--no-access-log"]
        manage = str(settings.BASE_DIR / "manage.py")
        worker = [sys.executable, manage, "db_worker", "--queue-name", "*", "--no-reload", "--verbosity", "0"]
        if settings.TASK_BACKEND != "database":
            # The broker's own workers do the work; they have no clock.
            worker = [sys.executable, manage, "clock"]
        return [web] if options["no_worker"] else [web, worker]


def let_go_of_database() -> None:
    """This process only watches from now on; what it holds open would stay open for nothing."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def child_environment(address: Address) -> dict[str, str]:
    """Our environment, with the project importable from anywhere and the address that is really served."""
    path = os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "SITE_URL": site_address(address)}


def site_address(address: Address) -> str:
    """What to type into a browser: SITE_URL where it is set, else where we listen."""
    if os.environ.get("SITE_URL") or os.environ.get("SITE_URL_FILE"):
        return str(settings.SITE_URL.geturl())
    host, port = reachable(address)
    if host == "127.0.0.1":
        # Browsers refuse passkeys at an address made of numbers.
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def refuse_taken(address: Address) -> None:
    """A port that something else holds is said before anything is started."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        socket.create_server(address, family=family).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(
            f"Can't listen on {address[0]} port {address[1]}: {reason}. "
            "Choose another port: make run PORT=8001, or manage.py serve --port 8001."
        ) from error
