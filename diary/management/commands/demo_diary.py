"""Fill one person's diary with an invented story."""

import datetime as dt
import secrets
import uuid
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError
from django.db import transaction

from diary.demo import STORIES, ZONE, DemoDiary, invent
from diary.models import Day, Diarist, Episode, Medicine, SignCheck
from diary.recording import writing

# Stands in the account's last name with the diary's revision: nobody wrote in it while that is still the same.
MADE_BY = "invented by demo_diary"
EARLIEST_UNTIL, LATEST_UNTIL = dt.date(1915, 1, 1), dt.date(2999, 12, 31)
WELCOMED_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Command(BaseCommand):
    """`manage.py demo_diary --user demo --seed 1 --until 2026-11-23`: the same diary each time."""

    help = "Fills a diary with an invented story, for trying out. Never touches a diary that a person wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose diary, which story, and its last day."""
        parser.add_argument("--user", required=True, help="an account; it is made where there is none")
        parser.add_argument("--seed", type=int, required=True, help="another number tells the story another way")
        parser.add_argument("--until", type=dt.date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--story", choices=sorted(STORIES), default="benign")
        parser.add_argument("--password", help="for an account that is made; otherwise one is made up and printed")
        parser.add_argument(
            "--replace", action="store_true", help="replace an invented diary though somebody wrote in it since"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account where it is missing and write the rows."""
        until: dt.date = options["until"]
        if not EARLIEST_UNTIL <= until <= LATEST_UNTIL:
            raise CommandError(f"The last day has to be from {EARLIEST_UNTIL} to {LATEST_UNTIL}.")
        diarist = self.diarist(options["user"], options["password"])
        self.refuse_to_destroy(diarist, replace=options["replace"])
        story = invent(options["story"], seed=options["seed"], until=until)
        with writing(diarist):
            self.clear(diarist)
            self.write(diarist, story, options["user"])
        self.mark(diarist)
        self.stdout.write(f"{len(story.episodes)} episodes and {len(story.days)} days for {options['user']}")

    def diarist(self, name: str, password: str | None) -> Diarist:
        """The diary of the account `name`, made with a password where there is none."""
        user = User.objects.filter(username=name).first()
        if user is None:
            made_up = secrets.token_urlsafe(12)
            user = User.objects.create_user(name, password=password or made_up, last_name=MADE_BY)
            if not password:
                self.stdout.write(f"Sign in as {name} with the password {made_up}")
        return Diarist.objects.get_or_create(
            user=user,
            defaults={"time_zone": ZONE, "follows_device": False, "welcomed_at": WELCOMED_AT, "country": "DE"},
        )[0]

    def refuse_to_destroy(self, diarist: Diarist, *, replace: bool) -> None:
        """Stop where something would be lost that this command did not write itself."""
        if not self.has_rows(diarist):
            return
        user = diarist.user
        if not user.last_name.startswith(MADE_BY):
            raise CommandError(
                f"The diary of {user.username} is not empty: a person wrote it. Nothing was changed."
            )
        if not replace and user.last_name != self.mark_of(diarist):
            raise CommandError(
                f"Somebody wrote in the invented diary of {user.username} since. Nothing was changed; "
                "--replace throws that away."
            )

    def has_rows(self, diarist: Diarist) -> bool:
        """Whether anything was written down."""
        return any(
            rows.exists() for rows in (diarist.episodes, diarist.days, diarist.sign_checks, diarist.medicines)
        )

    def clear(self, diarist: Diarist) -> None:
        """Remove an earlier story."""
        for rows in (diarist.episodes, diarist.days, diarist.sign_checks, diarist.medicines):
            rows.all().delete()

    def write(self, diarist: Diarist, story: DemoDiary, name: str) -> None:
        """Store all rows at once; ids differ from person to person, so that two can have the same story."""

        def made(row: dict[str, Any]) -> dict[str, Any]:
            return row | {"id": uuid.uuid5(row["id"], name), "diarist": diarist}

        Episode.objects.bulk_create([Episode(**made(row)) for row in story.episodes], batch_size=2000)
        Day.objects.bulk_create([Day(**made(row)) for row in story.days], batch_size=2000)
        SignCheck.objects.bulk_create([SignCheck(**made(row)) for row in story.checks], batch_size=2000)
        Medicine.objects.bulk_create([Medicine(**made(row)) for row in story.medicines])

    def mark(self, diarist: Diarist) -> None:
        """Remember the revision at which the diary is only invented."""
        diarist.refresh_from_db(fields=["revision"])
        if diarist.user.last_name.startswith(MADE_BY):
            User.objects.filter(pk=diarist.pk).update(last_name=self.mark_of(diarist))

    def mark_of(self, diarist: Diarist) -> str:
        """What the account's last name says of the diary as it is now."""
        return f"{MADE_BY}, revision {diarist.revision}"
