"""Which number calls an ambulance, country by country: one table, plain values, no Django.

Only numbers that are well known and that a second, sourced list confirms are here. For every other country the
answer is 112, which mobile phones treat as an emergency call almost everywhere, with words that say so.
"""

from dataclasses import dataclass

from diary.body import gettext_noop
from diary.zones import country_of_zone

ANYWHERE = "112"
# What Settings stores for "my country is not in the list".
OTHER_COUNTRY = "ZZ"


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its ISO 3166 code; `numbers` are those that call an ambulance, the one to dial first."""

    code: str
    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call: `number` first, `others` where they work too; `country` is None where it is not known."""

    number: str
    others: tuple[str, ...]
    country: Country | None


_TABLE = (
    # Europe: 112 calls an ambulance in every country of the European Union.
    Country("AD", gettext_noop("Andorra"), ("112",)),
    Country("AL", gettext_noop("Albania"), ("127", "112")),
    Country("AM", gettext_noop("Armenia"), ("112",)),
    Country("AT", gettext_noop("Austria"), ("112", "144")),
    Country("AZ", gettext_noop("Azerbaijan"), ("103", "112")),
    Country("BA", gettext_noop("Bosnia and Herzegovina"), ("124",)),
    Country("BE", gettext_noop("Belgium"), ("112",)),
    Country("BG", gettext_noop("Bulgaria"), ("112",)),
    Country("BY", gettext_noop("Belarus"), ("103",)),
    Country("CH", gettext_noop("Switzerland"), ("144", "112")),
    Country("CY", gettext_noop("Cyprus"), ("112",)),
    Country("CZ", gettext_noop("Czechia"), ("112", "155")),
    Country("DE", gettext_noop("Germany"), ("112",)),
    Country("DK", gettext_noop("Denmark"), ("112",)),
    Country("EE", gettext_noop("Estonia"), ("112",)),
    Country("ES", gettext_noop("Spain"), ("112",)),
    Country("FI", gettext_noop("Finland"), ("112",)),
    Country("FO", gettext_noop("Faroe Islands"), ("112",)),
    Country("FR", gettext_noop("France"), ("112", "15")),
    Country("GB", gettext_noop("United Kingdom"), ("999", "112")),
    Country("GE", gettext_noop("Georgia"), ("112",)),
    Country("GG", gettext_noop("Guernsey"), ("999", "112")),
    Country("GI", gettext_noop("Gibraltar"), ("112",)),
    Country("GL", gettext_noop("Greenland"), ("112",)),
    Country("GR", gettext_noop("Greece"), ("112", "166")),
    Country("HR", gettext_noop("Croatia"), ("112", "194")),
    Country("HU", gettext_noop("Hungary"), ("112", "104")),
    Country("IE", gettext_noop("Ireland"), ("112", "999")),
    Country("IM", gettext_noop("Isle of Man"), ("999", "112")),
    Country("IS", gettext_noop("Iceland"), ("112",)),
    Country("IT", gettext_noop("Italy"), ("112", "118")),
    Country("JE", gettext_noop("Jersey"), ("999", "112")),
    Country("LI", gettext_noop("Liechtenstein"), ("144", "112")),
    Country("LT", gettext_noop("Lithuania"), ("112",)),
    Country("LU", gettext_noop("Luxembourg"), ("112",)),
    Country("LV", gettext_noop("Latvia"), ("112", "113")),
    Country("MC", gettext_noop("Monaco"), ("112", "18")),
    Country("MD", gettext_noop("Moldova"), ("112",)),
    Country("ME", gettext_noop("Montenegro"), ("124", "112")),
    Country("MK", gettext_noop("North Macedonia"), ("194", "112")),
    Country("MT", gettext_noop("Malta"), ("112",)),
    Country("NL", gettext_noop("Netherlands"), ("112",)),
    Country("NO", gettext_noop("Norway"), ("113",)),
    Country("PL", gettext_noop("Poland"), ("112", "999")),
    Country("PT", gettext_noop("Portugal"), ("112",)),
    Country("RO", gettext_noop("Romania"), ("112",)),
    Country("RS", gettext_noop("Serbia"), ("194", "112")),
    Country("RU", gettext_noop("Russia"), ("103", "112")),
    Country("SE", gettext_noop("Sweden"), ("112",)),
    Country("SI", gettext_noop("Slovenia"), ("112",)),
    Country("SK", gettext_noop("Slovakia"), ("112", "155")),
    Country("SM", gettext_noop("San Marino"), ("112", "118")),
    Country("TR", gettext_noop("Turkey"), ("112",)),
    Country("UA", gettext_noop("Ukraine"), ("103", "112")),
    Country("VA", gettext_noop("Vatican City"), ("112", "118")),
    # The Americas
    Country("AR", gettext_noop("Argentina"), ("107", "911")),
    Country("BB", gettext_noop("Barbados"), ("511",)),
    Country("BR", gettext_noop("Brazil"), ("192",)),
    Country("CA", gettext_noop("Canada"), ("911",)),
    Country("CL", gettext_noop("Chile"), ("131",)),
    Country("CO", gettext_noop("Colombia"), ("123",)),
    Country("CR", gettext_noop("Costa Rica"), ("911",)),
    Country("CU", gettext_noop("Cuba"), ("104",)),
    Country("DO", gettext_noop("Dominican Republic"), ("911",)),
    Country("EC", gettext_noop("Ecuador"), ("911",)),
    Country("JM", gettext_noop("Jamaica"), ("110",)),
    Country("MX", gettext_noop("Mexico"), ("911",)),
    Country("PA", gettext_noop("Panama"), ("911",)),
    Country("PR", gettext_noop("Puerto Rico"), ("911",)),
    Country("TT", gettext_noop("Trinidad and Tobago"), ("811",)),
    Country("US", gettext_noop("United States"), ("911",)),
    Country("UY", gettext_noop("Uruguay"), ("911",)),
    # Asia and the Pacific
    Country("AE", gettext_noop("United Arab Emirates"), ("998",)),
    Country("AU", gettext_noop("Australia"), ("000",)),
    Country("BD", gettext_noop("Bangladesh"), ("999",)),
    Country("BH", gettext_noop("Bahrain"), ("999",)),
    Country("CN", gettext_noop("China"), ("120",)),
    Country("HK", gettext_noop("Hong Kong"), ("999",)),
    Country("IL", gettext_noop("Israel"), ("101",)),
    Country("IN", gettext_noop("India"), ("112", "108")),
    Country("IR", gettext_noop("Iran"), ("115",)),
    Country("JO", gettext_noop("Jordan"), ("911",)),
    Country("JP", gettext_noop("Japan"), ("119",)),
    Country("KG", gettext_noop("Kyrgyzstan"), ("103", "112")),
    Country("KR", gettext_noop("South Korea"), ("119",)),
    Country("KW", gettext_noop("Kuwait"), ("112",)),
    Country("KZ", gettext_noop("Kazakhstan"), ("103", "112")),
    Country("LB", gettext_noop("Lebanon"), ("140",)),
    Country("MO", gettext_noop("Macau"), ("999",)),
    Country("MY", gettext_noop("Malaysia"), ("999",)),
    Country("NP", gettext_noop("Nepal"), ("102",)),
    Country("NZ", gettext_noop("New Zealand"), ("111",)),
    Country("OM", gettext_noop("Oman"), ("9999",)),
    Country("PH", gettext_noop("Philippines"), ("911",)),
    Country("PK", gettext_noop("Pakistan"), ("1122",)),
    Country("PS", gettext_noop("Palestine"), ("101",)),
    Country("QA", gettext_noop("Qatar"), ("999",)),
    Country("SA", gettext_noop("Saudi Arabia"), ("997", "911")),
    Country("SG", gettext_noop("Singapore"), ("995",)),
    Country("TH", gettext_noop("Thailand"), ("1669",)),
    Country("TW", gettext_noop("Taiwan"), ("119",)),
    Country("UZ", gettext_noop("Uzbekistan"), ("103",)),
    Country("VN", gettext_noop("Vietnam"), ("115",)),
    # Africa
    Country("EG", gettext_noop("Egypt"), ("123",)),
    Country("GH", gettext_noop("Ghana"), ("112",)),
    Country("KE", gettext_noop("Kenya"), ("999", "112")),
    Country("MA", gettext_noop("Morocco"), ("15",)),
    Country("MU", gettext_noop("Mauritius"), ("114",)),
    Country("NG", gettext_noop("Nigeria"), ("112",)),
    Country("RW", gettext_noop("Rwanda"), ("912",)),
    Country("TN", gettext_noop("Tunisia"), ("190",)),
    Country("ZA", gettext_noop("South Africa"), ("112", "10177")),
)

COUNTRIES: dict[str, Country] = {country.code: country for country in _TABLE}


def call_for(country: str, zone: str) -> Call:
    """Whom somebody should call who chose `country`, or "" to have it guessed from the time zone."""
    known = COUNTRIES.get(country or country_of_zone(zone))
    if known is None:
        return Call(ANYWHERE, (), None)
    return Call(known.numbers[0], known.numbers[1:], known)
