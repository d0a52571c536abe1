"""Migrations: forward from nothing and from a filled database of each earlier state, one step back, and none unsafe."""

import datetime as dt
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg import sql

from tests.conftest import NOW

APPS = ("diary", "triage")
OTHER = "migrating"
DAY = dt.date(2026, 11, 20)
Node = tuple[str, str]
Rows = dict[tuple[str, Any], dict[str, Any]]

# What an unsafe migration was let through for. A new one needs its reason here, and usually a second release.
UNSAFE_BUT_ALLOWED: dict[Node, str] = {
    ("diary", "0005_imports"): "before the first release: no older copy was at work, no diary was large",
    ("diary", "0006_import_at_work"): "an index for the few imports of the last days",
    ("diary", "0007_token_digest"): "before the first release; a person has a handful of tokens",
    ("diary", "0009_reminders_on_devices"): "before the first release; a small table, a row a person at most",
    ("triage", "0005_token_hash"): "before the first release; a person has a handful of links",
}


def plan_of_ours() -> list[Node]:
    """The migrations of both apps in the order in which they are applied."""
    loader = MigrationLoader(None)
    seen: list[Node] = []
    for target in [node for node in loader.graph.leaf_nodes() if node[0] in APPS]:
        seen += [node for node in loader.graph.forwards_plan(target) if node[0] in APPS and node not in seen]
    return seen


PLAN = plan_of_ours()
NEWEST = [node for node in MigrationLoader(None).graph.leaf_nodes() if node[0] in APPS]


@pytest.fixture
def other_database(tmp_path: Path, django_db_blocker: Any) -> Generator[str]:
    """An empty database beside that of the tests, of the same kind; the alias of its connection."""
    default = settings.DATABASES["default"]
    is_sqlite = default["ENGINE"].endswith("sqlite3")
    name = str(tmp_path / "other.sqlite3") if is_sqlite else f"diary_migrating_{uuid.uuid4().hex[:12]}"
    if not is_sqlite:
        administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    options = {key: value for key, value in default["OPTIONS"].items() if key != "pool"}
    connections.settings[OTHER] = connections.configure_settings(
        {"default": default, OTHER: {**default, "NAME": name, "OPTIONS": options, "TEST": {}}}
    )[OTHER]
    with django_db_blocker.unblock():
        yield OTHER
        connections[OTHER].close()
    del connections[OTHER]
    del connections.settings[OTHER]
    if not is_sqlite:
        administer(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def administer(statement: sql.Composed) -> None:
    """Something that only the server can do, outside of a transaction."""
    default = settings.DATABASES["default"]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    where = {name: default[key] for name, key in names.items() if default.get(key)}
    with closing(psycopg.connect(dbname="postgres", autocommit=True, **where)) as connection:
        connection.execute(statement)


def migrate(*targets: Node) -> Any:
    """Bring the other database to a state; the models as they are then."""
    executor = MigrationExecutor(connections[OTHER])
    executor.migrate(list(targets))
    return MigrationExecutor(connections[OTHER]).loader.project_state(list(targets)).apps


def fill(apps: Any, number: int) -> Rows:
    """A row in every table that there is, all of one new person; by table and key, with what was stored."""
    user = apps.get_model("auth", "User").objects.using(OTHER).create(username=f"person{number}")
    made: Rows = {}
    rows: dict[str, models.Model] = {"user": user}
    known = {model._meta.model_name: model for model in ours(apps)}
    for name, values in values_of(number):
        if name not in known:
            continue
        model = known[name]
        has = {field.name for field in model._meta.get_fields()}
        own = {
            key: rows[value.of] if isinstance(value, Of) else value for key, value in values.items() if key in has
        }
        row = model(**own)
        row.save(using=OTHER, force_insert=True)
        rows[name] = row
        made[model._meta.label, row.pk] = own
    assert {label.partition(".")[2].lower() for label, _ in made} == set(known), (
        "a table without a row in this test"
    )
    return made


def ours(apps: Any) -> list[Any]:
    """The models of both apps in one state."""
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


class Of:
    """Stands for a row that was made before."""

    def __init__(self, of: str) -> None:
        self.of = of


def values_of(number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is written in each table, those first that others need; what a state does not know yet is left out."""
    me, place = {"diarist": Of("diarist")}, {"location": "calf", "side": "left"}
    from_file = {"source_id": f"s{number}", "extra": '{"mood": 3}', "came_with": Of("import")}
    yield "diarist", {"user": Of("user"), "name": f"Anna {number}", "time_zone": "Europe/Berlin", "revision": 7}
    yield "import", me | {"kind": "json", "status": "stored", "file_name": "a.json", "created_at": NOW}
    yield "importchunk", {"of": Of("import"), "number": 0, "data": b"{}"}
    yield "importedday", {"of": Of("import"), "date": DAY, "values": {"stress": 2}}
    moment = {"started_at": NOW, "local_date": DAY, "time_zone": "Europe/Berlin", "utc_offset_minutes": 60}
    details = {
        "duration_seconds": 90,
        "strength": 3,
        "how_often": 2,
        "at_rest": True,
        "note": "ö <b>",
        "version": 4,
    }
    yield "episode", me | place | from_file | moment | details | {"recorded_at": NOW}
    yield (
        "day",
        me | {"date": DAY, "stress": 0, "water_ml": 500, "heat": False, "note": "hot", "extra": '{"a": 1}'},
    )
    yield "signcheck", me | from_file | {"date": DAY, "sign": "write", "answer": "yes", "recorded_at": NOW}
    yield "medicine", me | from_file | {"name": "Magnesium", "started_on": DAY}
    token = {
        "name": "a button",
        "may_log": True,
        "digest": f"{number:02}" * 32,
        "start": "mtd_abc",
        "made_at": NOW,
    }
    yield "accesstoken", me | token
    yield "receipt", me | {"id": uuid.UUID(int=number), "received_at": NOW}
    yield "reminder", me | {"by_mail": True, "next_at": NOW, "last_on": DAY}
    browser = {"endpoint": f"https://example.org/{number}", "p256dh": "B", "auth": "a", "session_key": "s"}
    yield "pushdevice", me | browser | {"user_agent": "Firefox", "made_at": NOW}
    yield "assessment", me | {"revision": 7, "today": DAY, "rules_version": "1", "level": "calm", "made_at": NOW}
    dates = {"since": DAY, "opened_on": DAY, "changed_on": DAY, "acknowledged_on": DAY}
    finding = {"key": "persistence calf left", "rule": "persistence", "kind": "flag", "level": "talk"}
    yield "finding", me | place | finding | dates | {"digest": "d" * 64, "rules_version": "1"}
    yield "acknowledgement", me | {"key": finding["key"], "kind": "flag", "on": DAY}
    yield "appointment", me | {"date": DAY, "note": "come again"}
    yield "doctortexts", me | {"born_on": dt.date(1980, 2, 29), "questions": "Why?", "history": "none"}
    times = {"made_at": NOW, "expires_at": NOW + dt.timedelta(days=14)}
    yield "sharelink", me | times | {"token_hash": f"h{number}", "choice": {"parts": ["name"]}}
    yield "shareopening", {"link": Of("sharelink"), "at": NOW}
    yield "scanchunk", {"first_id": 1, "last_id": 100 + number, "queued_at": NOW, "claimed_by": "a worker"}
    yield "scannight", {"planned_on": DAY}


def differences(apps: Any, rows: Rows) -> list[str]:
    """What of `rows` the database no longer says, as far as its tables and columns are there."""
    found = []
    known = {model._meta.label: model for model in ours(apps)}
    for (label, pk), values in rows.items():
        if label not in known:
            continue
        row = known[label].objects.using(OTHER).filter(pk=pk).first()
        if row is None:
            found.append(f"{label} is gone")
            continue
        for name, value in values.items():
            if name not in {field.name for field in row._meta.get_fields()}:
                continue
            expected = value.pk if isinstance(value, models.Model) else value
            now = getattr(row, row._meta.get_field(name).attname)
            if (bytes(now) if isinstance(now, memoryview) else now) != expected:
                found.append(f"{label}.{name} was {expected!r} and is {now!r}")
    return found


def test_filled_at_each_earlier_state_then_newest_then_a_step_back(other_database: str) -> None:
    rows: Rows = {}
    for number, node in enumerate(PLAN):
        before = dict(PLAN[: number + 1])
        apps = migrate(*before.items())
        assert differences(apps, rows) == [], f"after {node}"
        rows |= fill(apps, number)
    for app, name in NEWEST:
        older = [node for node in PLAN if node[0] == app and node != (app, name)]
        apps = migrate(older[-1])
        assert differences(apps, rows) == [], f"after {app} went a step back"
        apps = migrate(*NEWEST)
        kept = {key: values for key, values in rows.items() if not is_new_in(key[0], (app, name))}
        kept = {key: without(values, key[0], (app, name)) for key, values in kept.items()}
        assert differences(apps, kept) == [], f"after {app} came forward again"
        rows = kept | fill(apps, len(PLAN) + NEWEST.index((app, name)))


def test_back_to_reminders_by_mail_alone_no_moment_stays_without_a_mail(other_database: str) -> None:
    apps = migrate(("diary", "0009_reminders_on_devices"))
    rows = fill(apps, 0)
    [pk] = [pk for label, pk in rows if label == "diary.Reminder"]
    apps.get_model("diary", "Reminder").objects.using(OTHER).update(by_mail=False)
    before = migrate(("diary", "0008_old_days_revision")).get_model("diary", "Reminder").objects.using(OTHER)
    assert (before.get(pk=pk).by_mail, before.get(pk=pk).next_at, before.get(pk=pk).last_on) == (False, None, DAY)


def is_new_in(label: str, node: Node) -> bool:
    """Whether that migration, or one that needs it, made the table; a step back takes it away."""
    return any(
        isinstance(operation, migrations.CreateModel) and f"{made[0]}.{operation.name}" == label
        for made in undone_with(node)
        for operation in operations_of(made)
    )


def without(values: dict[str, Any], label: str, node: Node) -> dict[str, Any]:
    """The values but for those in columns that a step back takes away."""
    gone = {
        operation.name
        for made in undone_with(node)
        for operation in operations_of(made)
        if isinstance(operation, migrations.AddField)
        and f"{made[0]}.{operation.model_name}".lower() == label.lower()
    }
    return {name: value for name, value in values.items() if name not in gone}


def undone_with(node: Node) -> list[Node]:
    """That migration and those of ours that go with it when it is taken back."""
    return [made for made in MigrationLoader(None).graph.backwards_plan(node) if made[0] in APPS]


def operations_of(node: Node) -> Sequence[Operation]:
    """What a migration does."""
    return MigrationLoader(None).disk_migrations[node].operations


def test_from_nothing_to_the_newest_and_back_to_nothing(other_database: str) -> None:
    apps = migrate(*NEWEST)
    assert differences(apps, fill(apps, 0)) == []
    MigrationExecutor(connections[OTHER]).migrate([(app, None) for app in APPS])
    assert [name for name in connections[OTHER].introspection.table_names() if name.startswith(APPS)] == []


# --- none that would hurt a copy that is at work ------------------------------------------------------------------


def unsafe(node: Node, operations: Sequence[Operation], state: ProjectState) -> list[str]:
    """What in a migration breaks servers of the release before, locks a table of people's rows, or has no way back."""
    app, found, new = node[0], [], set[str]()
    for operation in operations:
        before = state.clone()
        operation.state_forwards(app, state)
        if isinstance(operation, migrations.CreateModel):
            new.add(operation.name_lower)
            continue
        table = getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", "")
        if table not in new:
            found += hurts(app, operation, before, state)
    return found


def hurts(app: str, operation: Operation, before: ProjectState, after: ProjectState) -> list[str]:
    """The same of one operation on a table that was there before."""
    trouble = ""
    match operation:
        case _ if not operation.reversible:
            trouble = "no way back"
        case migrations.AddField() if must_be_given(operation.field):
            trouble = "servers of the release before don't know it and can't insert; give it a db_default"
        case migrations.AlterField() if must_be_given(operation.field):
            old = before.models[app, operation.model_name_lower].fields[operation.name]
            trouble = "servers of the release before leave it empty" if old.null else ""
        case (
            migrations.RemoveField()
            | migrations.RenameField()
            | migrations.DeleteModel()
            | migrations.RenameModel()
        ):
            trouble = "servers of the release before still ask for it"
        case migrations.AddIndex() | migrations.AddConstraint():
            trouble = "nobody can write in the table while PostgreSQL reads it through"
        case migrations.SeparateDatabaseAndState():
            inner = operation.database_operations
            return [words for one in inner for words in hurts(app, one, before.clone(), after)]
    return [f"{operation.describe()}: {trouble}"] if trouble else []


def must_be_given(field: models.Field[Any, Any]) -> bool:
    """Whether an insert that does not name the column fails."""
    return not (field.null or field.has_db_default() or field.many_to_many)


@pytest.mark.parametrize("node", PLAN, ids=".".join)
def test_no_migration_hurts_a_copy_that_is_at_work(node: Node) -> None:
    loader = MigrationLoader(None)
    state = loader.project_state(node, at_end=False)
    found = unsafe(node, operations_of(node), state)
    if node in UNSAFE_BUT_ALLOWED:
        assert found, "it is safe: take it off the list"
    else:
        assert found == []


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (migrations.AddField("episode", "mood", models.IntegerField(default=0)), "db_default"),
        (migrations.AlterField("episode", "source_id", models.CharField(max_length=9)), "leave it empty"),
        (migrations.RemoveField("episode", "note"), "still ask for it"),
        (migrations.RenameField("episode", "note", "text"), "still ask for it"),
        (migrations.DeleteModel("Reminder"), "still ask for it"),
        (migrations.RunPython(lambda apps, editor: None), "no way back"),
        (migrations.RunSQL("SELECT 1"), "no way back"),
        (migrations.AddIndex("episode", models.Index(fields=["note"], name="by_note")), "nobody can write"),
        (migrations.AddField("episode", "mood", models.IntegerField(null=True)), ""),
        (migrations.AddField("episode", "mood", models.IntegerField(db_default=0)), ""),
        (migrations.RunPython(lambda apps, editor: None, migrations.RunPython.noop), ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else "",
)
def test_the_check_finds_each_kind(operation: Operation, words: str) -> None:
    state = MigrationLoader(None).project_state(NEWEST)
    found = unsafe(("diary", "next"), [operation], state)
    assert bool(found) == bool(words)
    assert all(words in it for it in found)


def test_a_new_table_may_come_with_all_that_it_needs() -> None:
    state = MigrationLoader(None).project_state(NEWEST)
    operations: list[Operation] = [
        migrations.CreateModel("Mood", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("mood", "value", models.IntegerField()),
        migrations.AddIndex("mood", models.Index(fields=["value"], name="mood_by_value")),
    ]
    assert unsafe(("diary", "next"), operations, state) == []
