"""The page "Your data" and the way of a file through it."""

import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from diary.models import Diarist, Import, ImportChunk
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_import_apps import BEARABLE, table
from tests.diary.transfers import brought_in, taken_out, twitch, uploaded, written_file

Status = Import.Status
Send = Callable[..., str]


@pytest.fixture(autouse=True)
def _at_once(settings: Settings) -> None:
    """Background work is done before the answer."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def send(as_alice: Client) -> Send:
    """Uploads a file; the address of its page."""

    def upload(data: bytes, name: str = "diary.json") -> str:
        answer = as_alice.post("/data/import/", {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    return upload


def page(client: Client, address: str) -> str:
    """What a page says, without its line breaks."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_offers_each_format_and_a_file_to_bring_in(as_alice: Client) -> None:
    shown = page(as_alice, "/data/")
    for name in ("json", "csv", "fhir"):
        assert f'href="/data/export/{name}/"' in shown
    assert 'enctype="multipart/form-data"' in shown
    assert "Up to 50 MB, Apple Health up to 150 MB." in shown
    assert "What was brought in" not in shown


def test_a_file_goes_all_the_way_and_back(as_alice: Client, alice: Diarist, send: Send) -> None:
    address = send(written_file(episodes=[twitch(strength=3, side="left"), twitch(id="b", strength=9)]))
    shown = page(as_alice, address)
    assert "1 Mar 2026, 22:15 · Left calf · moves the part" in shown
    assert "Bring in 1 entry" in shown
    assert "Twitches, row 2:</b> “strength” must be a whole number from 1 to 4." in shown
    assert not alice.episodes.exists()
    assert as_alice.post(f"{address}store/").headers["Location"] == address
    assert alice.episodes.get().strength == 3
    assert "Take back this import" in page(as_alice, address)
    assert "diary.json" in page(as_alice, "/data/")
    as_alice.post(f"{address}undo/")
    assert not alice.episodes.exists()
    assert "Taken back" in page(as_alice, address)
    assert "taken back" in page(as_alice, "/data/")


def test_a_second_press_stores_nothing_more(as_alice: Client, alice: Diarist, send: Send) -> None:
    address = send(written_file(episodes=[twitch()]))
    for _ in range(2):
        as_alice.post(f"{address}store/")
    alice.refresh_from_db()
    assert (alice.episodes.count(), alice.revision) == (1, 1)


def test_one_s_own_file_again_has_nothing_new(as_alice: Client, alice: Diarist, send: Send) -> None:
    episode_at(alice, "2026-03-01")
    address = send(taken_out(alice))
    shown = page(as_alice, address)
    assert "<td>1</td>" in shown
    assert "Bring in 1" not in shown


@pytest.mark.parametrize("wanted", [True, False])
def test_settings_are_taken_over_when_asked_for(
    as_alice: Client, alice: Diarist, send: Send, wanted: bool
) -> None:
    address = send(written_file(episodes=[twitch()], settings={"name": "Anna", "country": "AT"}))
    assert 'id="id_settings" checked' in page(as_alice, address)
    as_alice.post(f"{address}store/", {"settings": "on"} if wanted else {})
    alice.refresh_from_db()
    assert (alice.name, alice.country) == (("Anna", "AT") if wanted else ("", ""))


def test_settings_of_a_diary_in_use_are_not_offered_as_taken(as_alice: Client, alice: Diarist, send: Send) -> None:
    episode_at(alice, "2026-03-02")
    address = send(written_file(episodes=[twitch()], settings={"name": "Anna"}))
    assert 'id="id_settings" >' in page(as_alice, address).replace('id="id_settings">', 'id="id_settings" >')


def test_a_file_that_can_not_be_says_why(as_alice: Client, send: Send) -> None:
    shown = page(as_alice, send(b"{"))
    assert "The file is not valid JSON (near character 2)." in shown
    assert "Choose another file" in shown


def test_no_file_is_an_error_beside_the_field(as_alice: Client) -> None:
    answer = as_alice.post("/data/import/")
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()


def test_an_empty_file_is_said_to_be_empty(as_alice: Client, send: Send) -> None:
    assert "The file is empty." in page(as_alice, send(b""))


def test_names_of_another_app_are_asked_for(as_alice: Client, alice: Diarist, send: Send) -> None:
    address = send(BEARABLE.encode(), "bearable.csv")
    shown = page(as_alice, address)
    assert "Which of these are twitches, and where?" in shown
    assert '<option value="calf-left" selected>Left calf</option>' in shown
    assert as_alice.post(address, {"name-0": "nowhere"}).status_code == 422
    as_alice.post(address, {"name-0": "lid_lower-left", "name-1": "calf-left", "name-2": ""})
    assert "This diary has no place for: Mood (1), Symptom (1)." in page(as_alice, address)
    as_alice.post(f"{address}back/")
    assert "Which of these are twitches, and where?" in page(as_alice, address)
    as_alice.post(address, {"name-0": "", "name-1": "calf-left", "name-2": ""})
    as_alice.post(f"{address}store/")
    assert alice.episodes.get().location == "calf"


def test_columns_are_asked_for_and_a_wrong_answer_keeps_the_others(
    as_alice: Client, alice: Diarist, send: Send
) -> None:
    address = send(table("when,where,why", "2026-03-01,left calf,=no", "2026-03-02,right calf,coffee"), "t.csv")
    shown = page(as_alice, address)
    assert "<td>right calf</td>" in shown
    columns = {"date": "0", "place": "1", "order": "ymd", "strength_most": "4", "note": "2"}
    others = dict.fromkeys(("time", "side", "strength", "minutes"), "-1")
    answer = as_alice.post(address, columns | others | {"note": "1"})
    assert answer.status_code == 422
    assert "Two things can&#x27;t be in the same column." in answer.content.decode()
    as_alice.post(address, columns | others)
    assert "would be a formula in a spreadsheet" in page(as_alice, address)
    as_alice.post(f"{address}store/")
    assert alice.episodes.get().note == "coffee"


def test_an_import_can_be_given_up(as_alice: Client, alice: Diarist, send: Send) -> None:
    address = send(written_file(episodes=[twitch()]))
    assert "Go on" in page(as_alice, "/data/")
    assert as_alice.post(f"{address}cancel/").status_code == 302
    assert as_alice.get(address).status_code == 404
    assert not ImportChunk.objects.exists()


def test_one_that_is_stored_can_not_be_given_up(as_alice: Client, alice: Diarist) -> None:
    of = brought_in(alice, written_file(episodes=[twitch()]))
    as_alice.post(f"/data/import/{of.pk}/cancel/")
    assert Import.objects.get() == of


def test_a_new_file_takes_the_place_of_one_that_is_not_stored(
    as_alice: Client, alice: Diarist, send: Send
) -> None:
    done = brought_in(alice, written_file(episodes=[twitch()]))
    first = send(written_file(episodes=[twitch(id="b")]))
    second = send(written_file(episodes=[twitch(id="c")]))
    assert as_alice.get(first).status_code == 404
    assert set(Import.objects.values_list("pk", flat=True)) == {done.pk, uuid.UUID(second.split("/")[3])}


def test_the_page_can_be_left_while_it_is_worked_on(as_alice: Client, alice: Diarist) -> None:
    of = Import.objects.create(diarist=alice, status=Status.READING, size=200, bytes_read=50, created_at=NOW)
    shown = page(as_alice, f"/data/import/{of.pk}/")
    assert 'hx-trigger="every 2s"' in shown
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in shown
    assert 'value="25"' in shown


def test_what_is_done_is_not_asked_for_again(as_alice: Client, alice: Diarist) -> None:
    of = brought_in(alice, written_file(episodes=[twitch()]))
    shown = page(as_alice, f"/data/import/{of.pk}/")
    assert "every 2s" not in shown
    assert "http-equiv" not in shown


def test_it_is_read_in_the_background(as_alice: Client, alice: Diarist, settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
    answer = as_alice.post("/data/import/", {"file": SimpleUploadedFile("x.json", written_file())})
    of = alice.imports.get()
    assert (of.status, of.size) == (Status.WAITING, len(written_file()))
    assert "Waiting for its turn" in page(as_alice, answer.headers["Location"])


def test_what_a_file_says_is_never_markup(as_alice: Client, send: Send) -> None:
    evil = "<script>alert(1)</script>"
    address = send(
        written_file(episodes=[twitch(note=evil), twitch(id="b", location=evil)], **{evil: 1}), f"{evil}.json"
    )
    assert evil not in page(as_alice, address)
    assert evil not in page(as_alice, "/data/")


def test_in_german(as_alice: Client, alice: Diarist) -> None:
    Diarist.objects.filter(pk=alice.pk).update(language="de")
    of = uploaded(alice, written_file(episodes=[twitch(strength=9)]))
    shown = page(as_alice, f"/data/import/{of.pk}/")
    assert "„strength“ muss eine ganze Zahl von 1 bis 4 sein." in shown
