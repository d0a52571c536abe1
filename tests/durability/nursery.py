"""A process that loads the diary once and then forks web servers, as often as it is told.

Loading takes longer than most servers of these tests live. What is forked is the server that `manage.py serve` starts,
with the same options. Talks in lines: says a JSON object first; for each port that it reads it says the id of a process
group.
"""

import json
import os
import signal
import sys
from typing import Any

import django
from django.conf import settings

USER = "writer"
TOKENS = 40


def main() -> None:
    """Prepare the database, say what a writer needs, fork until the input ends."""
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    options = settings.DATABASES["default"]["OPTIONS"]
    if "NURSERY_LOCK_SECONDS" in os.environ:
        options["timeout"] = float(os.environ["NURSERY_LOCK_SECONDS"])
    django.setup()
    say(prepare())
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who ends needs nobody to ask how
    for line in sys.stdin:
        child = os.fork()
        if not child:
            serve(int(line))
        # Here as well as in the child: who reads the id may kill the group before the child had its first turn.
        os.setpgid(child, child)
        say(child)


def say(what: object) -> None:
    """One line."""
    print(json.dumps(what), flush=True)  # noqa: T201  (the tests read it)


def prepare() -> dict[str, Any]:
    """An empty diary of somebody who is signed in, and tokens for programs: each may ask 120 times a minute."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from diary.models import AccessToken, Diarist  # noqa: PLC0415
    from diary.tokens import START_LENGTH, digest_of, new_secret  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    user = User.objects.create_user(USER)
    diarist = Diarist.objects.create(user=user, time_zone="UTC", follows_device=False, welcomed_at=timezone.now())
    secrets = [new_secret() for _ in range(TOKENS)]
    for secret in secrets:
        AccessToken.objects.create(
            diarist=diarist,
            name="a button",
            may_log=True,
            digest=digest_of(secret),
            start=secret[:START_LENGTH],
            made_at=timezone.now(),
        )
    browser = Client()
    browser.force_login(user, backend="config.accounts.AccountBackend")
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return {"session": session, "tokens": secrets, "account": diarist.mark}


def load() -> None:
    """Everything that a server reads at its start or at its first request, but no connection."""
    import granian.cli  # noqa: PLC0415
    from django.urls import get_resolver  # noqa: PLC0415

    import config.wsgi  # noqa: PLC0415
    from diary.management.commands.serve import let_go_of_database  # noqa: PLC0415

    assert granian.cli
    assert config.wsgi
    assert get_resolver().url_patterns
    let_go_of_database()


def serve(port: int) -> None:
    """Become the web server; never returns."""
    from granian.cli import entrypoint  # noqa: PLC0415

    from diary.management.commands.serve import Command  # noqa: PLC0415

    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what is said belongs to the nursery
    web = Command().commands({"host": "127.0.0.1", "port": port, "workers": 1, "no_worker": True})[0]
    sys.argv = ["granian", *web[3:]]
    entrypoint()  # type: ignore[no-untyped-call]
    os._exit(0)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
