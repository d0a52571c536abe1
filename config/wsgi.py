"""The WSGI entry point."""

import contextlib
import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import Error, connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# No system check runs here, and a wrong value has been replaced by a default: a diary must not end up elsewhere.
if problems := settings.ENVIRONMENT.problems:
    raise ImproperlyConfigured(" ".join(f"{problem.message}. {problem.hint}" for problem in problems))
application = get_wsgi_application()

from config.setup import announce  # noqa: E402  (needs the apps)

with contextlib.suppress(Error):
    announce()
connections.close_all()
