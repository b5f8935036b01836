"""Example data: where customers are, with their currency, time zones, cities and phone numbers."""

from __future__ import annotations

from dataclasses import dataclass

from portal.models import NumberKind

LOCAL, MOBILE, FREE = NumberKind.LOCAL, NumberKind.MOBILE, NumberKind.TOLL_FREE

Block = tuple[str, int, NumberKind]


@dataclass(frozen=True, slots=True)
class City:
    """A city, with the Latin form of its name, its state or region, and a postal code there."""

    name: str
    latin: str
    state: str
    postal: str


@dataclass(frozen=True, slots=True)
class Region:
    """Where a customer is. `share`: so many of 50 customers. `blocks`: phone numbers, as leading digits, how many
    digits follow, and their kind; every completion of a block is a valid number (a test asks phonenumbers)."""

    country: str
    share: int
    currency: str
    names: str
    locale: str
    timezone: str
    dialling: str
    cities: tuple[City, ...]
    blocks: tuple[Block, ...]


def _cities(*lines: str) -> tuple[City, ...]:
    """`name=latin|state|postal`; the Latin form only where it differs."""
    found = []
    for line in lines:
        name, state, postal = line.split("|")
        native, _, latin = name.partition("=")
        found.append(City(native, latin or native, state, postal))
    return tuple(found)


REGIONS: tuple[Region, ...] = (
    Region(
        "IN",
        32,
        "INR",
        "indian",
        "en",
        "Asia/Kolkata",
        "+91",
        _cities(
            "Mumbai|Maharashtra|400001",
            "Pune|Maharashtra|411001",
            "Nagpur|Maharashtra|440001",
            "Bengaluru|Karnataka|560001",
            "Mysuru|Karnataka|570001",
            "Chennai|Tamil Nadu|600001",
            "Coimbatore|Tamil Nadu|641001",
            "Hyderabad|Telangana|500001",
            "Kochi|Kerala|682001",
            "Kolkata|West Bengal|700001",
            "Delhi|Delhi|110001",
            "Gurugram|Haryana|122001",
            "Jaipur|Rajasthan|302001",
            "Ahmedabad|Gujarat|380001",
            "Surat|Gujarat|395001",
            "Lucknow|Uttar Pradesh|226001",
            "Bhopal|Madhya Pradesh|462001",
            "Guwahati|Assam|781001",
        ),
        (
            ("+9122697", 5, LOCAL),
            ("+918045", 6, LOCAL),
            ("+9198", 8, MOBILE),
            ("+9199", 8, MOBILE),
            ("+9118002", 6, FREE),
        ),
    ),
    Region(
        "US",
        3,
        "USD",
        "english",
        "en-US",
        "America/New_York",
        "+1",
        _cities("Portland|Oregon|97201", "Austin|Texas|78701", "Columbus|Ohio|43004", "Raleigh|North Carolina|27601"),
        (("+1202555", 4, LOCAL), ("+121255", 5, LOCAL)),
    ),
    Region(
        "GB",
        1,
        "USD",
        "english",
        "en-GB",
        "Europe/London",
        "+44",
        _cities("Leeds|England|LS1 1UR", "Bristol|England|BS1 4ST", "Glasgow|Scotland|G2 1DU"),
        (("+442079", 6, LOCAL), ("+44774", 7, MOBILE)),
    ),
    Region(
        "DE",
        2,
        "EUR",
        "german",
        "de",
        "Europe/Berlin",
        "+49",
        _cities("Hamburg|Hamburg|20095", "München=Muenchen|Bayern|80331", "Köln=Koeln|Nordrhein-Westfalen|50667"),
        (("+4930", 8, LOCAL), ("+49151", 8, MOBILE)),
    ),
    Region(
        "FR",
        1,
        "EUR",
        "french",
        "fr",
        "Europe/Paris",
        "+33",
        _cities("Lyon|Auvergne-Rhône-Alpes|69001", "Orléans=Orleans|Centre-Val de Loire|45000"),
        (("+331", 8, LOCAL),),
    ),
    Region(
        "ES",
        1,
        "EUR",
        "spanish",
        "es",
        "Europe/Madrid",
        "+34",
        _cities("Málaga=Malaga|Andalucía|29001", "A Coruña=A Coruna|Galicia|15001"),
        (("+3491", 7, LOCAL), ("+346", 8, MOBILE)),
    ),
    Region(
        "PL",
        1,
        "EUR",
        "polish",
        "pl",
        "Europe/Warsaw",
        "+48",
        _cities("Łódź=Lodz|Łódzkie|90-001", "Kraków=Krakow|Małopolskie|30-001"),
        (("+4822", 7, LOCAL),),
    ),
    Region(
        "JP",
        2,
        "JPY",
        "japanese",
        "ja",
        "Asia/Tokyo",
        "+81",
        _cities("東京=Tokyo|東京都|100-0001", "大阪=Osaka|大阪府|530-0001", "札幌=Sapporo|北海道|060-0001"),
        (("+8135", 7, LOCAL),),
    ),
    Region(
        "KW",
        2,
        "KWD",
        "arabic",
        "ar",
        "Asia/Kuwait",
        "+965",
        _cities("الكويت=Kuwait City|العاصمة|13001", "حولي=Hawalli|حولي|32001"),
        (("+965222", 5, LOCAL), ("+965500", 5, MOBILE)),
    ),
    Region(
        "AE",
        1,
        "USD",
        "arabic",
        "ar",
        "Asia/Dubai",
        "+971",
        _cities("دبي=Dubai|دبي|00000", "الشارقة=Sharjah|الشارقة|00000"),
        (("+97150", 7, MOBILE),),
    ),
    Region(
        "SA",
        1,
        "USD",
        "arabic",
        "ar",
        "Asia/Riyadh",
        "+966",
        _cities("الرياض=Riyadh|الرياض|11564", "جدة=Jeddah|مكة المكرمة|21442"),
        (("+966112", 6, LOCAL),),
    ),
    Region(
        "UA",
        1,
        "EUR",
        "ukrainian",
        "uk",
        "Europe/Kyiv",
        "+380",
        _cities("Київ=Kyiv|Київ|01001", "Львів=Lviv|Львівська область|79000"),
        (("+38044", 7, LOCAL), ("+38067", 7, MOBILE)),
    ),
    Region(
        "RS",
        1,
        "EUR",
        "serbian",
        "sr",
        "Europe/Belgrade",
        "+381",
        _cities("Београд=Beograd|Београд|11000", "Нови Сад=Novi Sad|Војводина|21000"),
        (("+38164", 7, MOBILE),),
    ),
    Region(
        "IL",
        1,
        "USD",
        "hebrew",
        "he",
        "Asia/Jerusalem",
        "+972",
        _cities("חיפה=Haifa|חיפה|3100000", "תל אביב=Tel Aviv|תל אביב|6100000"),
        (("+9723", 7, LOCAL),),
    ),
)
