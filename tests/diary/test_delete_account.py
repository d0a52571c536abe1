"""An account deleted with everything: no table keeps a row of the person, and SQLite's file no word."""

import contextlib
import datetime as dt
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from diary import erasing
from diary.models import Diarist, Episode, Reminder
from tests.conftest import NOW, make_diarist
from tests.diary.diaries import episode_at
from tests.diary.test_check import text_of
from tests.diary.test_delete_day import prove
from triage import scan
from triage.models import DoctorTexts

URL = "/data/delete/account/"
SURE = {"sure": "on"}
MARK = "zebra-crossing-on-a-sunday"
# Tables in which no row is about a person, each with the reason.
NOBODY = {
    "contenttypes.contenttype": "names of tables",
    "auth.permission": "names of rights",
    "auth.group": "names of groups; none is used here",
    "auth.group_permissions": "rights of groups",
    "triage.scanchunk": "ranges of numbers of many people, until they are looked at",
    "triage.scannight": "the day of the last scan",
}
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    cache.clear()


def every_model() -> dict[str, type[models.Model]]:
    """Every model of every app, those between two others included."""
    return {str(model._meta): model for model in apps.get_models(include_auto_created=True)}


def everything() -> Rows:
    """All rows of all tables."""
    return {name: list(model._base_manager.order_by("pk").values()) for name, model in every_model().items()}


def live(client: Client, owner: User) -> Diarist:
    """Zoe, who has a row in every table that knows people; she is signed in with `client`."""
    zoe = make_diarist("zoe")
    user = zoe.user
    client.post("/accounts/login/", {"login": "zoe", "password": "correct horse battery"})
    episode_at(zoe, "2026-11-20", note=MARK)
    zoe.days.create(date=dt.date(2026, 11, 20), note=MARK)
    zoe.sign_checks.create(date=dt.date(2026, 11, 20), sign="write", answer="no", recorded_at=NOW, note=MARK)
    zoe.medicines.create(name=MARK)
    zoe.access_tokens.create(name=MARK, may_read=True, digest=MARK, start="mtd_", made_at=NOW)
    scan.bring_up_to_date(zoe, dt.date(2026, 11, 23))
    zoe.findings.create(
        key=MARK,
        rule="persistence",
        kind="flag",
        level="talk",
        since=dt.date(2026, 11, 1),
        digest="x",
        rules_version="x",
        opened_on=dt.date(2026, 11, 20),
        changed_on=dt.date(2026, 11, 20),
    )
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    EmailConfirmation.objects.create(email_address=address, key=MARK, created=NOW)
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": MARK})
    kind = ContentType.objects.get_for_model(User)
    for actor, about in ((owner, user), (user, owner)):
        LogEntry.objects.create(
            user=actor, content_type=kind, object_id=str(about.pk), object_repr=str(about), action_flag=CHANGE
        )
    bring_in(zoe)
    on_the_doctors_page(zoe)
    zoe.receipts.create(id=uuid.uuid4(), received_at=NOW)
    Reminder.objects.create(diarist=zoe)
    zoe.push_devices.create(endpoint=f"https://{MARK}", session_key=MARK, user_agent=MARK, made_at=NOW)
    for path, args, kwargs in (
        ("gone.since.long", [], {"diarist_id": zoe.pk, "note": MARK}),
        ("diary.reminders.remind", [zoe.pk, "2026-11-20"], {}),
        ("diary.reminders.remind_devices", [zoe.pk, "2026-11-20"], {}),
        ("diary.importing.tasks.read", [str(zoe.imports.get().pk)], {}),
        ("gone.since.long", [str(zoe.imports.get().pk), MARK], {}),
    ):
        keep_task(path, args, kwargs)
    return zoe


def keep_task(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """A task that is done."""
    DBTaskResult.objects.create(
        args_kwargs={"args": args, "kwargs": kwargs},
        task_path=path,
        backend_name="default",
        run_after=NOW,
        return_value=kwargs.get("note"),
        exception_class_path="",
        traceback="",
    )


def bring_in(zoe: Diarist) -> None:
    """A file that was brought in, with a piece of it and what it set on a day."""
    of = zoe.imports.create(kind="json", status="stored", file_name=MARK, created_at=NOW, extra=MARK)
    of.chunks.create(number=0, data=MARK.encode())
    of.days.create(date=dt.date(2026, 11, 20), values={"note": MARK})


def on_the_doctors_page(zoe: Diarist) -> None:
    """An appointment, texts, and a link that was opened."""
    zoe.appointments.create(date=dt.date(2026, 11, 20), note=MARK)
    zoe.acknowledgements.create(key=MARK, kind="flag", on=dt.date(2026, 11, 20))
    DoctorTexts.objects.create(diarist=zoe, questions=MARK)
    link = zoe.share_links.create(
        token_hash=MARK, choice={}, label=MARK, made_at=NOW, expires_at=NOW + dt.timedelta(days=1)
    )
    link.openings.create(at=NOW)


def in_many_to_many(user: User) -> None:
    """Rights that only a row between two tables holds."""
    user.user_permissions.add(Permission.objects.get(codename="add_user"))
    user.groups.add(Group.objects.get(name="readers"))


class TestEverything:
    """Zoe deletes her account; Charlie and the owner have rows of their own."""

    @pytest.fixture
    def before(self, charlie: Diarist) -> Rows:
        """What there is without zoe: Charlie's tasks too."""
        keep_task("diary.reminders.remind", [charlie.pk, "2026-11-20"], {})
        keep_task("diary.importing.tasks.read", [str(uuid.uuid4())], {})
        episode_at(charlie, "2026-11-20", note="stays")
        Group.objects.create(name="readers")
        owner = User.objects.create_superuser("owner", "owner@example.org", "correct horse battery")
        Diarist.objects.create(user=owner)
        return everything()

    @pytest.fixture
    def zoe(self, before: Rows, client: Client) -> Diarist:
        """Somebody who is in every table."""
        zoe = live(client, User.objects.get(username="owner"))
        in_many_to_many(zoe.user)
        return zoe

    def test_the_test_has_a_row_of_hers_in_every_table(self, before: Rows, zoe: Diarist) -> None:
        grown = {name for name, rows in everything().items() if len(rows) > len(before[name])}
        assert set(before) - grown == set(NOBODY)

    def test_no_table_keeps_a_row(self, before: Rows, zoe: Diarist, client: Client) -> None:
        prove(client)
        answer = client.post(URL, SURE)
        assert answer.headers["Location"] == "/accounts/login/"
        after = everything()
        sessions = Session.objects.in_bulk([row["session_key"] for row in after.pop("sessions.session")])
        assert [set(session.get_decoded()) for session in sessions.values()] == [{"_messages"}]
        assert after == {name: rows for name, rows in before.items() if name != "sessions.session"}

    def test_no_cell_of_any_table_of_the_database_names_her(self, zoe: Diarist, client: Client) -> None:
        assert {"auth_user", "diary_episode", DBTaskResult._meta.db_table} <= set(tables_that_say(MARK, "zoe"))
        prove(client)
        client.post(URL, SURE)
        assert tables_that_say(MARK, "zoe") == []

    def test_the_owner_who_deletes_it_in_the_admin_leaves_no_row_either(
        self, before: Rows, zoe: Diarist, client: Client
    ) -> None:
        owner = User.objects.get(username="owner")
        admin = Client()
        admin.force_login(owner, backend="config.accounts.AccountBackend")
        prove(admin)
        answer = admin.post(f"/admin/auth/user/{zoe.pk}/delete/", {"post": "yes"})
        assert answer.status_code == 302
        assert tables_that_say(MARK, "zoe") == []
        assert everything()["diary.diarist"] == before["diary.diarist"]
        assert everything()["admin.logentry"] == before["admin.logentry"]

    def test_many_at_once_in_the_admin(self, before: Rows, zoe: Diarist, client: Client) -> None:
        admin = Client()
        admin.force_login(User.objects.get(username="owner"), backend="config.accounts.AccountBackend")
        prove(admin)
        form = {"action": "delete_selected", "_selected_action": [zoe.pk], "post": "yes"}
        admin.post("/admin/auth/user/", form)
        assert everything()["auth.user"][0]["username"] == "charlie"
        assert everything()[str(DBTaskResult._meta)] == before[str(DBTaskResult._meta)]
        assert "zoe" not in {row["username"] for row in everything()["auth.user"]}

    def test_all_her_devices_are_signed_out(self, zoe: Diarist, client: Client) -> None:
        phone = Client()
        phone.force_login(zoe.user, backend="config.accounts.AccountBackend")
        prove(client)
        client.post(URL, SURE)
        assert phone.get("/").headers["Location"].startswith("/accounts/login/")
        assert client.get("/").headers["Location"].startswith("/accounts/login/")


def tables_that_say(*words: str) -> list[str]:
    """The tables of the database, known to Django or not, with one of the words in a cell."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  (our own tables)
            if any(word in str(cell) for row in cursor.fetchall() for cell in row for word in words):
                found.append(table)
    return found


def test_a_table_that_points_to_files_is_thought_of() -> None:
    # A row that goes leaves its file behind: whoever adds one deletes it on `diary.erasing.erased`.
    with_files = {
        name
        for name, model in every_model().items()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    }
    assert with_files == set()


class TestThePage:
    @pytest.fixture(autouse=True)
    def _now(self) -> Iterator[None]:
        with time_machine.travel(NOW, tick=False):
            yield

    @pytest.fixture
    def proven(self, as_alice: Client, alice: Diarist) -> Client:
        """Alice, who typed her password just now."""
        episode_at(alice, "2026-11-20")
        episode_at(alice, "2026-11-21")
        alice.medicines.create(name="Magnesium")
        prove(as_alice)
        return as_alice

    def test_it_counts_what_goes(self, proven: Client) -> None:
        page = text_of(proven.get(URL))
        assert "2 entries with a twitch" in page
        assert "0 days with context or a mark" in page
        assert "1 medicine" in page

    def test_without_the_tick_nothing_goes(self, proven: Client, alice: Diarist) -> None:
        answer = proven.post(URL)
        assert answer.status_code == 422
        assert "Tick this if you really want to delete everything." in text_of(answer)
        assert alice.episodes.count() == 2

    def test_the_sign_in_page_says_that_it_is_done(self, proven: Client) -> None:
        page = text_of(proven.post(URL, SURE, follow=True))
        assert "Your account and your diary are deleted." in page
        assert not User.objects.exists()

    def test_who_has_not_proven_it_is_asked_for_the_password(self, as_charlie: Client) -> None:
        assert as_charlie.post(URL, SURE).headers["Location"].startswith("/accounts/reauthenticate/")
        assert User.objects.filter(username="charlie").exists()

    def test_the_tick_counts_once_the_password_is_right(self, as_charlie: Client) -> None:
        as_charlie.post(URL, SURE)
        prove(as_charlie, next=URL)
        assert not User.objects.filter(username="charlie").exists()

    def test_the_only_owner_is_told_who_is_left_without_one(self, proven: Client, charlie: Diarist) -> None:
        told = "You are the only one who manages the accounts here."
        assert told not in text_of(proven.get(URL))
        User.objects.filter(username="alice").update(is_superuser=True)
        assert told in text_of(proven.get(URL))
        User.objects.filter(username="charlie").update(is_superuser=True)
        assert told not in text_of(proven.get(URL))

    def test_others_are_told_that_everything_goes(self, proven: Client, alice: Diarist) -> None:
        heard: list[tuple[object, ...]] = []

        def hear(sender: object, diarist: Diarist, date: object, place: object, **kwargs: object) -> None:
            heard.append((diarist.pk, date, place))

        erasing.erased.connect(hear)
        proven.post(URL, SURE)
        erasing.erased.disconnect(hear)
        assert heard == [(alice.pk, None, None)]


@pytest.mark.django_db(transaction=True)
def test_who_writes_meanwhile_waits_and_leaves_nothing() -> None:
    ann = make_diarist("ann")
    still_waits: list[bool] = []

    def write() -> None:
        with contextlib.closing(connection), contextlib.suppress(IntegrityError):
            episode_at(ann, "2026-11-20")

    def meanwhile(sender: object, **kwargs: object) -> None:
        writer.start()
        writer.join(timeout=1)
        still_waits.append(writer.is_alive())

    writer = threading.Thread(target=write)
    erasing.erased.connect(meanwhile)
    erasing.erase_account(ann.user)
    erasing.erased.disconnect(meanwhile)
    writer.join()
    assert still_waits == [True]
    assert not Episode.objects.exists()


@pytest.mark.skipif(
    not django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="looks into SQLite's file"
)
@pytest.mark.django_db(transaction=True)
class TestTheFile:
    """What was deleted can't be read in the file of the database or beside it."""

    def on_disk(self) -> int:
        """How often the mark is in the database's files."""
        file = Path(connection.settings_dict["NAME"])
        beside = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
        assert file in beside
        return sum(path.read_bytes().count(MARK.encode()) for path in beside)

    def fill(self) -> Diarist:
        """A diary of some pages, with long notes that are changed too."""
        ann = make_diarist("ann")
        for number in range(60):
            episode = episode_at(
                ann, "2026-11-20", f"{number // 6:02}:{number % 6}0", note=f"{MARK} {number} " * 20
            )
            episode.note = f"{MARK} changed {number} " * 30
            episode.save()
        return ann

    def test_after_the_account(self) -> None:
        ann = self.fill()
        assert self.on_disk() > 60
        erasing.erase_account(ann.user)
        assert self.on_disk() == 0

    def test_after_the_account_in_a_transaction_of_the_admin(self) -> None:
        ann = self.fill()
        with transaction.atomic():
            erasing.erase_account(ann.user)
        assert self.on_disk() == 0

    def test_after_a_day_and_a_spot(self) -> None:
        ann = self.fill()
        erasing.erase_day(ann, dt.date(2026, 11, 20))
        assert self.on_disk() == 0
        self.fill_spot(ann)
        assert self.on_disk() > 0
        erasing.erase_spot(ann, "calf", "left")
        assert self.on_disk() == 0

    def fill_spot(self, ann: Diarist) -> None:
        """One entry at her left calf."""
        episode_at(ann, f"{timezone.now():%Y-%m-%d}", note=MARK)
