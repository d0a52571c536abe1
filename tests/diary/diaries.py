"""Rows for tests, said shortly."""

import datetime as dt
import uuid
from typing import Any

from diary.models import Diarist, Episode
from diary.moments import at_wall_clock, moment
from tests.conftest import BERLIN, NOW


def episode_at(diarist: Diarist, date: str, time: str = "12:00", **values: Any) -> Episode:
    """A stored episode that began when the clock in Berlin showed `time` on `date`."""
    place = {"location": "calf", "side": "left"} | values
    episode = Episode(diarist=diarist, recorded_at=NOW, **place)
    episode.moment = at_wall_clock(dt.date.fromisoformat(date), dt.time.fromisoformat(time), BERLIN)
    episode.save(force_insert=True)
    return episode


def episode_now(diarist: Diarist, now: dt.datetime = NOW, **values: Any) -> Episode:
    """A stored episode that began at `now`."""
    place = {"location": "calf", "side": "left"} | values
    episode = Episode(diarist=diarist, recorded_at=now, **place)
    episode.moment = moment(now, BERLIN)
    episode.save(force_insert=True)
    return episode


def tap(**values: Any) -> dict[str, Any]:
    """What one tap on a strength sends."""
    return {"id": str(uuid.uuid4()), "location": "calf", "side": "left", "strength": "2"} | values
