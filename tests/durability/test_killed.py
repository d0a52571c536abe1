"""Four writers while the server is killed again and again: what was acknowledged is there, once."""

import http.client
import random
import threading
import time
from collections import Counter
from uuid import UUID

import pytest

from tests.durability.served import Diary, PostgreSQL, wait_until

pytestmark = pytest.mark.database

KILLS = 50
# Each time the database itself dies as well.
DATABASE_DIES = {10, 25, 40}
SEED = 20261125


class Writer(threading.Thread):
    """Logs twitches one after the other, each until it hears that it is saved; the same id each time."""

    def __init__(self, diary: Diary, name: str, seed: int) -> None:
        super().__init__(name=name, daemon=True)
        self.diary, self.random = diary, random.Random(seed)  # noqa: S311
        self.acknowledged: list[str] = []
        self.tried = 0
        self.tries = self.broken = 0
        self.answers: Counter[int] = Counter()
        self.done = threading.Event()

    def run(self) -> None:
        """Until told to end; the last one may stay without an answer."""
        while not self.done.is_set():
            self.tried += 1
            note = f"{self.name} {self.tried}"
            pk = str(UUID(int=self.random.getrandbits(128), version=4))
            while not self.done.is_set():
                if self.is_saved(pk, note):
                    self.acknowledged.append(note)
                    break
                time.sleep(0.02)

    def is_saved(self, pk: str, note: str) -> bool:
        """Whether an answer came that says so."""
        self.tries += 1
        try:
            status = self.send(pk, note)
        except (OSError, http.client.HTTPException):
            self.broken += 1
            return False
        self.answers[status] += 1
        return status in {200, 201, 302}

    def send(self, pk: str, note: str) -> int:
        """The status of the answer."""
        raise NotImplementedError


class FormWriter(Writer):
    """Uses the form of the page, without JavaScript: a redirect says that it is saved."""

    def send(self, pk: str, note: str) -> int:
        """The status of the answer."""
        fields = {"id": pk, "location": "calf", "side": "left", "strength": "3", "note": note}
        return self.diary.post("/episodes/", fields).status


class OutboxWriter(Writer):
    """Sends what waited on a device."""

    def send(self, pk: str, note: str) -> int:
        """The status of the answer."""
        fields = {"id": pk, "location": "thumb_base", "side": "left", "strength": "2", "note": note}
        fields |= {"kind": "twitch", "age": "5", "zone": "UTC", "account": self.diary.owner["account"]}
        return self.diary.post("/offline/entry/", fields).status


class ProgramWriter(Writer):
    """Calls the API, with an id that is no UUID."""

    def send(self, pk: str, note: str) -> int:
        """The status of the answer."""
        token = self.diary.owner["tokens"][self.tries % len(self.diary.owner["tokens"])]
        sent = {"id": f"button {note}", "location": "shin", "side": "right", "strength": 1, "note": note}
        return self.diary.call("/api/v1/episodes", sent, token).status


def test_every_acknowledged_write_is_there_once(diary: Diary) -> None:
    moments = random.Random(SEED)  # noqa: S311
    kinds = [FormWriter, FormWriter, OutboxWriter, ProgramWriter]
    writers = [kind(diary, f"{kind.__name__} {n}", seed=SEED + n) for n, kind in enumerate(kinds)]
    for writer in writers:
        writer.start()

    def go_on(count: int) -> None:
        """Until `count` more are acknowledged, and a moment more."""
        goal = sum(len(writer.acknowledged) for writer in writers) + count
        wait_until(lambda: sum(len(writer.acknowledged) for writer in writers) >= goal)
        time.sleep(moments.uniform(0, 0.05))

    for number in range(KILLS):
        diary.begin()
        # None at all: while it still starts.
        go_on(moments.randint(0, 9))
        if number in DATABASE_DIES and isinstance(diary.database, PostgreSQL):
            diary.database.stop("immediate")
            diary.database.start()
            go_on(moments.randint(1, 9))
        diary.kill()
    diary.start()
    before = [len(writer.acknowledged) for writer in writers]
    wait_until(lambda: all(len(w.acknowledged) > was for w, was in zip(writers, before, strict=True)))
    for writer in writers:
        writer.done.set()
    for writer in writers:
        writer.join(timeout=120)
    diary.kill()

    stored = Counter(note for (note,) in diary.database.rows("SELECT note FROM diary_episode"))
    acknowledged = [note for writer in writers for note in writer.acknowledged]
    assert [note for note in acknowledged if note not in stored] == []
    assert [note for note, times in stored.items() if times > 1] == []
    # Beyond what was acknowledged there can only be what each writer still waited for.
    unheard = set(stored) - set(acknowledged)
    assert unheard <= {f"{writer.name} {writer.tried}" for writer in writers}
    assert diary.database.troubles() == []
    # Every entry counted the revision up in its own transaction; a repeated one counts again, and nothing less.
    ((revision,),) = diary.database.rows("SELECT revision FROM diary_diarist")
    assert revision >= len(stored)
    (receipts,) = diary.database.rows("SELECT count(*) FROM diary_receipt")[0]
    assert receipts == sum(1 for note in stored if note.startswith(("OutboxWriter", "ProgramWriter")))
    # Nobody saw a fault, and the kills did hit writers in the middle.
    answers = sum((writer.answers for writer in writers), Counter[int]())
    assert set(answers) <= {200, 201, 302, 429, 503}, answers
    assert len(acknowledged) > 2 * KILLS
    assert sum(writer.broken for writer in writers) > KILLS
