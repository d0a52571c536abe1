"""Fill one person's diary with an invented story."""

import datetime as dt
import secrets
import uuid
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F

from diary.demo import STORIES, ZONE, DemoDiary, invent
from diary.models import Day, Diarist, Episode, Medicine, SignCheck

MADE_BY = "invented by demo_diary"


class Command(BaseCommand):
    """`manage.py demo_diary --user demo --seed 1 --until 2026-11-23`: the same diary each time."""

    help = "Fills a diary with an invented story, for trying out. Never touches a diary that a person wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose diary, which story, and its last day."""
        parser.add_argument("--user", required=True)
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--until", type=dt.date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--story", choices=sorted(STORIES), default="benign")
        parser.add_argument("--password", help="for an account that is made; otherwise one is made up and printed")
        parser.add_argument("--replace", action="store_true", help="replace what this command wrote before")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account where it is missing and write the rows."""
        diarist = self.diarist(options["user"], options["password"])
        if self.has_rows(diarist):
            if diarist.user.last_name != MADE_BY or not options["replace"]:
                reason = "--replace replaces a demo" if diarist.user.last_name == MADE_BY else "a person wrote it"
                raise CommandError(f"The diary of {options['user']} is not empty: {reason}. Nothing was changed.")
            self.clear(diarist)
        story = invent(options["story"], seed=options["seed"], until=options["until"])
        self.write(diarist, story, options["user"])
        self.stdout.write(f"{len(story.episodes)} episodes and {len(story.days)} days for {options['user']}")

    def diarist(self, name: str, password: str | None) -> Diarist:
        """The diary of the account `name`, made with a password where there is none."""
        user = User.objects.filter(username=name).first()
        if user is None:
            password = password or secrets.token_urlsafe(12)
            user = User.objects.create_user(name, password=password, last_name=MADE_BY)
            self.stdout.write(f"Sign in as {name} with the password {password}")
        first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        return Diarist.objects.get_or_create(
            user=user,
            defaults={"time_zone": ZONE, "follows_device": False, "welcomed_at": first, "country": "DE"},
        )[0]

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
        evening = dt.time(20, tzinfo=dt.UTC)
        SignCheck.objects.bulk_create(
            [SignCheck(**made(row), recorded_at=dt.datetime.combine(row["date"], evening)) for row in story.checks]
        )
        Medicine.objects.bulk_create([Medicine(**made(row)) for row in story.medicines])
        Diarist.objects.filter(pk=diarist.pk).update(revision=F("revision") + 1)
