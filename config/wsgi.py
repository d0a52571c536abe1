"""The WSGI entry point."""

import contextlib
import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import Error, connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# No system check runs here, and a wrong value has been replaced by a default: a diary must not end up elsewhere.
if problems := settings.ENVIRONMENT.problems:
    raise ImproperlyConfigured(" ".join(f"{problem.message}. {problem.hint}" for problem in problems))

# The web server puts the environment into every request, and what a page needs the password for is kept in the
# session, request and all: there it would lie with the keys and passwords of this copy.
OF_A_REQUEST = {"REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH"} | {
    f"{whose}_{what}" for whose in ("SERVER", "REMOTE") for what in ("NAME", "PORT", "PROTOCOL", "ADDR", "HOST")
}
OURS = [name for name in os.environ if name not in OF_A_REQUEST and not name.startswith("HTTP_")]
answer = get_wsgi_application()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request, which does not hold the environment of this process."""
    for name in OURS:
        environ.pop(name, None)
    return answer(environ, start_response)


from config.setup import announce  # noqa: E402  (needs the apps)

with contextlib.suppress(Error):
    announce()
connections.close_all()
