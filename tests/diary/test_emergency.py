"""The number that calls an ambulance."""

import re

import pytest

from diary.emergency import COUNTRIES, call_for
from diary.zones import country_of_zone, current_zones, old_zones

EUROPEAN_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"


@pytest.mark.parametrize("code", EUROPEAN_UNION.split())
def test_112_comes_first_everywhere_in_the_european_union(code: str) -> None:
    assert COUNTRIES[code].numbers[0] == "112"


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("GB", ("999", "112")),
        ("IE", ("112", "999")),
        ("US", ("911",)),
        ("CA", ("911",)),
        ("MX", ("911",)),
        ("BR", ("192",)),
        ("AR", ("107", "911")),
        ("AU", ("000",)),
        ("NZ", ("111",)),
        ("JP", ("119",)),
        ("CN", ("120",)),
        ("IN", ("112", "108")),
        ("ZA", ("112", "10177")),
        ("CH", ("144", "112")),
        ("NO", ("113",)),
    ],
)
def test_well_known_numbers(code: str, numbers: tuple[str, ...]) -> None:
    assert COUNTRIES[code].numbers == numbers


def test_every_row_can_be_dialled_and_has_a_country_of_the_zone_database() -> None:
    codes = set(current_zones().values())
    assert len(COUNTRIES) >= 60
    for code, country in COUNTRIES.items():
        assert country.code == code
        assert code in codes
        assert country.name
        assert all(re.fullmatch(r"\d{2,5}", number) for number in country.numbers)


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Berlin", "DE"),
        ("Europe/London", "GB"),
        ("America/New_York", "US"),
        ("America/Argentina/Buenos_Aires", "AR"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kiev", "UA"),
        ("America/Buenos_Aires", "AR"),
        ("America/Coral_Harbour", ""),
        ("Atlantic/Jan_Mayen", ""),
        ("UTC", ""),
        ("Etc/GMT+5", ""),
        ("nonsense\x00", ""),
    ],
)
def test_the_country_is_guessed_from_the_time_zone(zone: str, country: str) -> None:
    assert country_of_zone(zone) == country


def test_old_names_lead_to_zones_in_use() -> None:
    assert old_zones()["Asia/Calcutta"] == "Asia/Kolkata"
    assert not set(old_zones()) & set(current_zones())


def test_the_chosen_country_goes_before_the_guessed_one() -> None:
    assert call_for("US", "Europe/Berlin").number == "911"
    assert call_for("", "Europe/Berlin").number == "112"


@pytest.mark.parametrize("country", ["ZZ", "??", "AQ"])
def test_an_unknown_country_gets_112_and_no_name(country: str) -> None:
    call = call_for(country, "Europe/London")
    assert (call.number, call.others, call.country) == ("112", (), None)
