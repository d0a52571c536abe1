"""Your data in a real browser: a download, a file on its way in and back, without a script, on a phone, in the dark."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from diary.models import Diarist, Import
from tests.browser.conftest import DESKTOP, PHONE, NewPage, axe_findings, is_wider_than_screen
from tests.conftest import NOW
from tests.diary.diaries import episode_at
from tests.diary.test_import_apps import BEARABLE, table
from tests.diary.transfers import brought_in, twitch, uploaded, written_file


@pytest.fixture(autouse=True)
def _at_once(settings: Settings) -> None:
    """Background work is done before the answer."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A diary file on the person's own disk."""
    path = tmp_path / "my-diary.json"
    path.write_bytes(written_file(episodes=[twitch(strength=3, side="left"), twitch(id="b", strength=9)]))
    return path


def every_page(diarist: Diarist) -> list[str]:
    """The addresses of an import in each of its states."""
    made = [
        brought_in(diarist, written_file(episodes=[twitch(mood=1), twitch(id="w", strength=9)])),
        uploaded(diarist, written_file(episodes=[twitch(id="b" * 90), twitch(id="x", strength=9)])),
        uploaded(diarist, BEARABLE.encode()),
        uploaded(diarist, table("when,where,note", f"2026-03-01,left calf,{'x' * 80}")),
        uploaded(diarist, b"{"),
        Import.objects.create(diarist=diarist, status="reading", size=10, bytes_read=3, created_at=NOW),
        Import.objects.create(diarist=diarist, status="undone", size=10, created_at=NOW),
    ]
    Import.objects.filter(file_name="").update(file_name=f"{'long-name-' * 12}.json")
    return ["/data/", *(f"/data/import/{of.pk}/" for of in made)]


def bring_in(page: Page, path: Path) -> None:
    """Choose a file and look at it."""
    page.goto("/data/")
    page.set_input_files("input[type=file]", path)
    page.click("text=Look at the file")


@pytest.mark.parametrize("script", [True, False])
def test_a_file_comes_in_and_goes_back(new_page: NewPage, writer: Diarist, written: Path, script: bool) -> None:
    page = new_page(writer.user, script=script)
    bring_in(page, written)
    expect(page.locator("text=1 Mar 2026, 22:15 · Left calf · moves the part")).to_be_visible()
    expect(page.locator("text=1 row can't be brought in")).to_be_visible()
    page.click("text=Bring in 1 entry")
    expect(page.locator("h2 >> text=Stored")).to_be_visible()
    assert writer.episodes.get().strength == 3
    page.click("text=Take back this import")
    expect(page.locator("h2 >> text=Taken back")).to_be_visible()
    assert not writer.episodes.exists()


def test_a_click_downloads_everything(new_page: NewPage, writer: Diarist) -> None:
    episode_at(writer, "2026-03-01", note="Sofa")
    page = new_page(writer.user)
    page.goto("/data/")
    with page.expect_download() as found:
        page.click('a[href="/data/export/json/"]')
    document = json.loads(Path(found.value.path()).read_text(encoding="utf-8"))
    assert [row["note"] for row in document["episodes"]] == ["Sofa"]
    assert found.value.suggested_filename.endswith(".json")


def test_the_page_follows_the_work_by_itself(new_page: NewPage, writer: Diarist) -> None:
    of = uploaded(writer, written_file(episodes=[twitch()]))
    Import.objects.filter(pk=of.pk).update(status="reading")
    page = new_page(writer.user)
    page.goto(f"/data/import/{of.pk}/")
    expect(page.locator("text=Reading the file …")).to_be_visible()
    Import.objects.filter(pk=of.pk).update(status="ready")
    expect(page.locator("text=Bring in 1 entry")).to_be_visible()


def test_places_are_chosen_by_keyboard(new_page: NewPage, writer: Diarist, tmp_path: Path) -> None:
    path = tmp_path / "bearable.csv"
    path.write_text(BEARABLE, encoding="utf-8")
    page = new_page(writer.user, viewport=DESKTOP)
    bring_in(page, path)
    page.get_by_label("Eyelid twitch").focus()
    page.keyboard.type("Left lower")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Go on to the preview").press("Enter")
    expect(page.locator("text=Left lower eyelid · moves the part")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible(new_page: NewPage, writer: Diarist, scheme: str) -> None:
    addresses = every_page(writer)
    page = new_page(writer.user, scheme=scheme, expects_refusals=True)
    for address in addresses:
        page.goto(address)
        assert axe_findings(page) == [], address


@pytest.mark.parametrize("width", [320, PHONE["width"], DESKTOP["width"]])
def test_nothing_is_wider_than_the_screen(new_page: NewPage, writer: Diarist, width: int) -> None:
    addresses = every_page(writer)
    page = new_page(writer.user, viewport={"width": width, "height": 800})
    for address in addresses:
        page.goto(address)
        assert not is_wider_than_screen(page), address
