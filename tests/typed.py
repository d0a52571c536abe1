"""Every field that a person can type words into, and a diary in which each of them holds given words."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import models

from diary.models import AccessToken, Day, Diarist, Episode, Import, Medicine, PushDevice, SignCheck
from diary.moments import moment
from diary.tokens import digest_of
from tests.conftest import BERLIN
from tests.diary.transfers import stored, twitch, uploaded, written_file
from triage.models import Acknowledgement, Appointment, DoctorTexts, Finding, ShareLink
from triage.sharing import hash_of
from triage.summary.choice import PARTS

# Columns that hold words as somebody typed, said or brought them in.
TYPED = {
    "auth.User.email",
    "account.EmailAddress.email",
    "mfa.Authenticator.data",
    "usersessions.UserSession.user_agent",
    "diary.Diarist.name",
    "diary.Episode.note",
    "diary.Episode.extra",
    "diary.Episode.source_id",
    "diary.Day.note",
    "diary.Day.extra",
    "diary.SignCheck.note",
    "diary.SignCheck.extra",
    "diary.SignCheck.source_id",
    "diary.Medicine.name",
    "diary.Medicine.extra",
    "diary.Medicine.source_id",
    "diary.AccessToken.name",
    "diary.PushDevice.user_agent",
    "diary.Import.file_name",
    "diary.Import.preview",
    "diary.Import.answers",
    "diary.Import.extra",
    "triage.Appointment.note",
    "triage.DoctorTexts.questions",
    "triage.DoctorTexts.history",
    "triage.ShareLink.label",
}
CODE = "one of a list that a constraint or a form holds"
OURS = "made by the app from other columns"
HASH = "a hash or a random key"
UNSEEN = "shown nowhere"
# All other columns of text, and why nothing can be typed into them.
NOT_TYPED = {
    "auth.User.username": "letters, digits and @.+-_ only, by the validator of the form",
    "auth.User.password": HASH,
    "auth.User.first_name": "no form asks for it",
    "auth.User.last_name": "no form asks for it",
    "auth.Group.name": "no form asks for it",
    "auth.Permission.name": OURS,
    "auth.Permission.codename": OURS,
    "contenttypes.ContentType.app_label": OURS,
    "contenttypes.ContentType.model": OURS,
    "admin.LogEntry.object_id": OURS,
    "admin.LogEntry.object_repr": "a user name",
    "admin.LogEntry.change_message": OURS,
    "sessions.Session.session_key": HASH,
    "sessions.Session.session_data": UNSEEN,
    "account.EmailConfirmation.key": HASH,
    "mfa.Authenticator.type": CODE,
    "usersessions.UserSession.session_key": HASH,
    "usersessions.UserSession.data": UNSEEN,
    "diary.Diarist.time_zone": CODE,
    "diary.Diarist.language": CODE,
    "diary.Diarist.country": CODE,
    "diary.Diarist.volume_unit": CODE,
    "diary.Import.kind": CODE,
    "diary.Import.status": CODE,
    "diary.Import.settings_before": UNSEEN,
    "diary.Import.loaded": UNSEEN,
    "diary.ImportedDay.values": UNSEEN,
    "diary.Episode.location": CODE,
    "diary.Episode.side": CODE,
    "diary.Episode.time_zone": CODE,
    "diary.Day.exercise_effort": CODE,
    "diary.Day.magnesium": CODE,
    "diary.SignCheck.location": CODE,
    "diary.SignCheck.side": CODE,
    "diary.SignCheck.sign": CODE,
    "diary.SignCheck.answer": CODE,
    "diary.SignCheck.course": CODE,
    "diary.AccessToken.digest": HASH,
    "diary.AccessToken.start": HASH,
    "diary.PushDevice.endpoint": "an address of a service on a list, by the form",
    "diary.PushDevice.p256dh": HASH,
    "diary.PushDevice.auth": HASH,
    "diary.PushDevice.session_key": HASH,
    "triage.Assessment.rules_version": OURS,
    "triage.Assessment.level": CODE,
    "triage.Assessment.looked_for": OURS,
    "triage.Assessment.quality": OURS,
    "triage.ScanChunk.claimed_by": OURS,
    "triage.Finding.key": OURS,
    "triage.Finding.rule": CODE,
    "triage.Finding.kind": CODE,
    "triage.Finding.level": CODE,
    "triage.Finding.location": CODE,
    "triage.Finding.side": CODE,
    "triage.Finding.evidence": OURS,
    "triage.Finding.entry_ids": OURS,
    "triage.Finding.digest": HASH,
    "triage.Finding.closes_when": OURS,
    "triage.Finding.rules_version": OURS,
    "triage.Finding.closed_why": CODE,
    "triage.Finding.acknowledged_kind": CODE,
    "triage.Acknowledgement.key": OURS,
    "triage.Acknowledgement.kind": CODE,
    "triage.ShareLink.token_hash": HASH,
    "triage.ShareLink.passphrase": HASH,
    "triage.ShareLink.choice": CODE,
}
# Tables of the task queue: ids of rows and names of our own functions.
NOT_OURS = {"django_tasks_database"}
WORDS = (models.CharField, models.TextField, models.JSONField)

# Which row each address with an id is about.
ROW_OF = {
    "diary:episode": "episode",
    "diary:delete_episode": "episode",
    "diary:now_stop": "timer",
    "diary:delete_answer": "answer",
    "diary:medicine": "medicine",
    "diary:delete_medicine": "medicine",
    "diary:revoke_token": "token",
    "diary:reminders_device_remove": "device",
    "diary:incoming": "stored",
    "diary:incoming_store": "stored",
    "diary:incoming_back": "stored",
    "diary:incoming_cancel": "stored",
    "diary:incoming_undo": "stored",
    "triage:entries": "finding",
    "triage:discussed": "finding",
    "triage:answer": "finding",
    "triage:appointment": "appointment",
    "triage:delete_appointment": "appointment",
    "triage:withdraw_share": "link",
}

# What the database holds of a passkey that a browser made once; it opens nothing.
PASSKEY = {
    "credential": {
        "type": "public-key",
        "id": "ll0ibnh0cfOg4mb_3rwibVPadVja_A35bKfoN2rbe6M",
        "rawId": "ll0ibnh0cfOg4mb_3rwibVPadVja_A35bKfoN2rbe6M",
        "authenticatorAttachment": "platform",
        "response": {
            "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiNmRFMjFlbjdjbHZzZUlLZjZ5RG1TaU12emk5TFlTajI2a1"
            "lrSFNmRTBWYyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6NDg4NzciLCJjcm9zc09yaWdpbiI6ZmFsc2V9",
            "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQ"
            "FBgcIAQIDBAUGBwgAIJZdIm54dHHzoOJm_968Im1T2nVY2vwN-Wyn6Ddq23ujpQECAyYgASFYIP6obTh_bploLjAIuJztgUW7pm2CU7fAcDzH-Lhn"
            "M6KcIlggtRor6XOEXCqhVl1eCdiRR54dCIbvHGM_o2x43lng6Wg",
            "transports": ["internal"],
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
}


def columns_of_text() -> set[str]:
    """`diary.Episode.note` and all others, from the tables as they are."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label not in NOT_OURS
        for field in model._meta.fields
        if isinstance(field, WORDS)
    }


@dataclass(frozen=True, slots=True)
class Written:
    """Where the words are: the ids of one row of each table, and the keys of what has one."""

    episode: uuid.UUID
    timer: uuid.UUID
    answer: uuid.UUID
    medicine: uuid.UUID
    token: uuid.UUID
    device: uuid.UUID
    finding: uuid.UUID
    appointment: uuid.UUID
    link: uuid.UUID
    stored: uuid.UUID
    imports: tuple[uuid.UUID, ...]
    share_token: str
    secret: str


def fill(
    diarist: Diarist,
    texts: list[str],
    *,
    email: str,
    today: dt.date,
    now: dt.datetime,
    passkey: dict[str, Any] | None = None,
) -> Written:
    """Write every one of `texts` into every field that takes words; a day a text, the last of them on `today`.

    Fields that exist once hold all of them, a line each, as far as they fit. The episodes are at one place, so
    that the rules find something there. `passkey` is what the database holds of a real one.
    """
    share_token, secret = f"share{uuid.uuid4().hex}", f"mtd_{uuid.uuid4().hex}"
    days = [today - dt.timedelta(days=back) for back in range(len(texts))]
    episodes = [
        Episode(diarist=diarist, location="calf", side="left", strength=3, note=text, recorded_at=now)
        for text in texts
    ]
    for back, episode in enumerate(episodes):
        episode.moment = moment(now - dt.timedelta(days=back, minutes=30), BERLIN)
    Episode.objects.bulk_create(episodes)
    timer = Episode(
        diarist=diarist, location="shin", side="right", is_ongoing=True, note=texts[0], recorded_at=now
    )
    timer.moment = moment(now - dt.timedelta(minutes=9), BERLIN)
    timer.save(force_insert=True)
    Day.objects.bulk_create(
        Day(diarist=diarist, date=date, sleep_hours=7, note=text) for date, text in zip(days, texts, strict=True)
    )
    answers = [
        SignCheck(
            diarist=diarist,
            date=date,
            sign="write",
            answer="yes",
            location="hand_web",
            side="right",
            note=text,
            recorded_at=now,
        )
        for date, text in zip(days, texts, strict=True)
    ]
    SignCheck.objects.bulk_create(answers)
    medicines = [Medicine(diarist=diarist, name=text[:200], started_on=today) for text in texts]
    Medicine.objects.bulk_create(medicines)
    tokens = [
        AccessToken(
            diarist=diarist,
            name=text[:100],
            may_read=True,
            may_log=True,
            digest=digest_of(secret if n == 0 else f"{n}"),
            start="mtd_abcdef",
            made_at=now,
        )
        for n, text in enumerate(texts)
    ]
    AccessToken.objects.bulk_create(tokens)
    devices = [
        PushDevice(
            diarist=diarist,
            endpoint=f"https://fcm.googleapis.com/fcm/send/{uuid.uuid4().hex}",
            p256dh="B",
            auth="a",
            session_key=f"{n}".rjust(40, "0"),
            user_agent=text[:200],
            made_at=now,
        )
        for n, text in enumerate(texts)
    ]
    PushDevice.objects.bulk_create(devices)
    visits = [Appointment(diarist=diarist, date=date, note=text) for date, text in zip(days, texts, strict=True)]
    Appointment.objects.bulk_create(visits)
    lines = "\n".join(texts)[:2000]
    DoctorTexts.objects.create(diarist=diarist, born_on=dt.date(1987, 5, 12), questions=lines, history=lines)
    diarist.name = texts[0][:100]
    diarist.save()
    links = [
        ShareLink(
            diarist=diarist,
            token_hash=hash_of(share_token if n == 0 else f"{n}"),
            label=text[:60],
            choice={
                "first": str(days[-1]),
                "last": str(today),
                "paper": "a4",
                "language": "en",
                "parts": sorted(PARTS),
            },
            made_at=now - dt.timedelta(minutes=n),
            expires_at=now + dt.timedelta(days=9),
        )
        for n, text in enumerate(texts)
    ]
    ShareLink.objects.bulk_create(links)
    of_account(diarist, texts, email, passkey)
    finding = question(diarist, [str(episode.pk) for episode in episodes], today)
    imports = brought_in(diarist, texts, now)
    return Written(
        episode=episodes[0].pk,
        timer=timer.pk,
        answer=answers[0].pk,
        medicine=medicines[0].pk,
        token=tokens[0].pk,
        device=devices[0].pk,
        finding=finding.pk,
        appointment=visits[0].pk,
        link=links[0].pk,
        stored=imports[0],
        imports=tuple(imports),
        share_token=share_token,
        secret=secret,
    )


def of_account(diarist: Diarist, texts: list[str], email: str, passkey: dict[str, Any] | None) -> None:
    """An address to confirm, devices and passkeys with such names."""
    user = diarist.user
    user.email = email
    user.save()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    UserSession.objects.bulk_create(
        UserSession(user=user, ip="127.0.0.1", session_key=f"{n}".rjust(40, "0"), user_agent=text[:200])
        for n, text in enumerate(texts)
    )
    if passkey:
        Authenticator.objects.bulk_create(
            Authenticator(user=user, type=Authenticator.Type.WEBAUTHN, data=passkey | {"name": text[:100]})
            for text in texts
        )


def question(diarist: Diarist, entries: list[str], today: dt.date) -> Finding:
    """A finding that shows its entries, and one that was talked about."""
    days = dict.fromkeys(("since", "opened_on", "changed_on"), today)
    window = {"last_twitch": today.isoformat(), "window_days": 15, "twitch_days": 9, "clear_days": 0}
    finding = Finding.objects.create(
        diarist=diarist,
        key="an earlier one",
        rule="persistence",
        kind="ask",
        level="note",
        location="calf",
        side="left",
        evidence=window | {"unlogged_days": 6, "days_lasted": 15, "eyelid": False},
        entry_ids=entries,
        closes_when={"code": "clear_days", "clear_days": 7, "or_days_without": 28},
        **days,
    )
    Acknowledgement.objects.create(diarist=diarist, key=finding.key, kind="ask", on=today)
    return finding


def brought_in(diarist: Diarist, texts: list[str], now: dt.datetime) -> list[uuid.UUID]:
    """Files in each of their states, with the words in their names, columns, places and refusals; background work
    has to be done at once. The first is stored, and its rows carry on what the diary does not know."""
    rows = [twitch(id=f"{n}{text}"[:180], note=text, **{text[:40] or "x": text}) for n, text in enumerate(texts)]
    wrong = [twitch(id=text[:180], strength=text, location=text[:20]) for text in texts]
    files = [stored(uploaded(diarist, written_file(episodes=rows, **{texts[0][:40]: texts}), now=now))]
    files.append(uploaded(diarist, written_file(episodes=[*rows, *wrong]), now=now))
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    asked = "\n".join([f"when,where,{','.join(quoted)}", *(f"2026-03-01,{cell},{cell}" for cell in quoted)])
    files.append(uploaded(diarist, asked.encode(), now=now))
    bearable = "date,date formatted,weekday,time of day,category,rating/amount,detail,notes\n" + "\n".join(
        f"22nd Jan 2026,2026-01-22,Thursday,am,Symptom,1,{cell},{cell}" for cell in quoted
    )
    files.append(uploaded(diarist, bearable.encode(), now=now))
    files.append(uploaded(diarist, f'{{"{texts[0]}'.encode(), now=now))
    for n, of in enumerate(files):
        of.file_name = texts[n % len(texts)][:200]
        of.save(update_fields=["file_name"])
    for text in texts:
        Import.objects.create(diarist=diarist, status="undone", size=1, created_at=now, file_name=text[:200])
    return [of.pk for of in files]
