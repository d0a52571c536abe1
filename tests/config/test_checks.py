"""Every numbered check fires for its mistake, and says what to set."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import PUSH_KEY

PRODUCTION = {
    "SITE_URL": "https://diary.example.org",
    "TRUSTED_PROXY_COUNT": "1",
    "SMTP_HOST": "mail.example.org",
    "SECRET_KEY": "for-checks-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
}
# What somebody set, the number that answers it, and the variable that has to be set otherwise.
MISTAKES = [
    ({"SECRET_KEY_FILE": "/nowhere/key"}, "E001", "readable file"),
    ({"SIGNUP_OPEN": "maybe"}, "E002", "Set SIGNUP_OPEN to true or to false."),
    ({"DEBUG": "2"}, "E002", "Set DEBUG to true or to false."),
    ({"TRUSTED_PROXY_COUNT": "many"}, "E003", "Set TRUSTED_PROXY_COUNT to a number from 0 to 9."),
    ({"SMTP_PORT": "0"}, "E003", "Set SMTP_PORT to a number from 1 to 65535."),
    ({"SMTP_SECURITY": "ssl"}, "E004", "Set SMTP_SECURITY to one of: starttls, tls, none."),
    ({"LOG_LEVEL": "loud"}, "E004", "Set LOG_LEVEL to one of: debug, info, warning, error."),
    ({"SITE_URL": "diary.example.org"}, "E005", "Set SITE_URL to e.g. https://diary.example.org."),
    ({"SECRET_KEY": "too short"}, "E006", "at least 50 random characters"),
    ({"SECRET_KEY": "", "DIARY_DATA_DIR": "/proc/nowhere"}, "E007", "DIARY_DATA_DIR"),
    ({"DATABASE_URL": "mysql://localhost/diary"}, "E008", "Set DATABASE_URL to an address that begins with"),
    ({"CACHE_URL": "redis"}, "E008", "Set CACHE_URL to an address that begins with"),
    ({"DIARY_DATA_DIR": "/proc/nowhere"}, "E009", "Set DIARY_DATA_DIR to a folder that can be written to."),
    ({"SITE_URL": "http://diary.example.org"}, "W010", "set SITE_URL to https://"),
    ({"TRUSTED_PROXY_COUNT": "0"}, "E011", "Set TRUSTED_PROXY_COUNT"),
    ({"MAIL_FROM": "diary@localhost"}, "E012", "Set MAIL_FROM"),
    ({"CACHE_URL": "locmemcache://"}, "E013", "Unset CACHE_URL"),
    ({"CACHE_URL": "redis://localhost/1"}, "E014", "Install it"),
    ({"TASK_BACKEND": "celery"}, "E015", "Set CELERY_BROKER_URL to an address that begins with amqp://"),
    ({"TASK_BACKEND": "celery", "CELERY_BROKER_URL": "sqs://x"}, "E015", "or redis://."),
    ({"TASK_BACKEND": "huey"}, "E004", "Set TASK_BACKEND to one of: database, celery."),
    ({"TASK_BACKEND": "celery", "CELERY_BROKER_URL": "amqp://localhost"}, "E016", "requirements-celery.lock"),
    ({"WEB_PUSH_PRIVATE_KEY": PUSH_KEY}, "E018", "requirements-push.lock"),
    ({"WEB_PUSH_PRIVATE_KEY": PUSH_KEY[:-1]}, "E019", "manage.py web_push_key"),
    ({"WEB_PUSH_PRIVATE_KEY": "A" * 43}, "E019", "manage.py web_push_key"),
    ({"CELERY_BROKER_URL": "amqp://localhost"}, "W017", "Set TASK_BACKEND to celery, or unset"),
]
# Packages that are installed for the tests only.
NOT_THERE = "import sys\nsys.modules.update({'redis': None, 'celery': None})\n"
NO_PUSH = "sys.modules['pywebpush'] = None\n"
OURS = {
    "TASK_BACKEND",
    "CELERY_BROKER_URL",
    "DATABASE_URL",
    "CACHE_URL",
    "SIGNUP_OPEN",
    "DEBUG",
    "MAIL_FROM",
    "LOG_LEVEL",
    "ALLOWED_HOSTS",
    "WEB_PUSH_PRIVATE_KEY",
    "WEB_PUSH_HOSTS",
}
OF_THE_TESTS = {"DJANGO_ALLOW_ASYNC_UNSAFE"}


def check(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` as somebody would run it, with these variables and no others of ours."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS | OF_THE_TESTS}
    environment = inherited | PRODUCTION | {"DIARY_DATA_DIR": str(tmp_path)} | variables
    command = [sys.executable, "manage.py", "check", "--fail-level", "WARNING", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False, timeout=240
    )


@pytest.mark.parametrize(("variables", "number", "hint"), MISTAKES, ids=[mistake[1] for mistake in MISTAKES])
def test_a_mistake_is_answered_with_its_number_and_what_to_set(
    tmp_path: Path, variables: dict[str, str], number: str, hint: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOT_THERE + (NO_PUSH if number == "E018" else ""))
    answer = check(tmp_path, PYTHONPATH=str(tmp_path), **variables)
    assert answer.returncode == 1
    assert f"(config.{number})" in answer.stderr
    said = answer.stderr.split(f"(config.{number})")[1]
    assert hint in said
    assert "Traceback" not in answer.stderr


def test_every_number_has_its_mistake() -> None:
    source = (settings.BASE_DIR / "config" / "checks.py").read_text()
    source += (settings.BASE_DIR / "config" / "environment.py").read_text()
    numbers = set(re.findall(r'id="config\.([EW]\d{3})"', source))
    numbers |= {f"E{int(number):03}" for number in re.findall(r"_problem\(\s*(\d+)", source)}
    assert numbers == {mistake[1] for mistake in MISTAKES}


def test_a_right_environment_passes_every_check_for_deployment(tmp_path: Path) -> None:
    answer = check(tmp_path, "--deploy")
    assert answer.returncode == 0, answer.stderr


def test_the_web_server_does_not_start_on_a_wrong_environment(tmp_path: Path) -> None:
    environment = {**os.environ, **PRODUCTION, "DIARY_DATA_DIR": str(tmp_path), "DATABASE_URL": "mysql://x/y"}
    command = [sys.executable, "-c", "import config.wsgi"]
    answer = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert answer.returncode == 1
    assert "Set DATABASE_URL to an address that begins with postgres://" in answer.stderr
