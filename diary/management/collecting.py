"""Hash and compress the static files, but only when one of them has changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_static_files() -> None:
    """Collect, unless that was done with these very files."""
    mark = settings.STATIC_ROOT / ".collected"
    wanted = sources()
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(wanted, encoding="utf-8")


def sources() -> str:
    """A digest of name, size and time of every static file: it changes when one of them does."""
    files = sorted(storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    facts = [(file, (found := Path(file).stat()).st_size, found.st_mtime_ns) for file in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()
