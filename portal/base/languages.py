"""Flask-Babel's instance (locale and time zone of the reader), and what people can choose of both."""

from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import Babel

babel = Babel()

_CODES = """
    ar bg bn cs da de de-AT de-CH el en en-AU en-CA en-GB en-IN en-US en-ZA es es-MX et fa fi fr fr-CA fr-CH gu he hi
    hr hu id it ja kn ko lt lv ml mr ms nb nl pa pl pt pt-BR ro ru sk sl sr sv sw ta te th tr uk ur vi zh-CN zh-TW
"""
LOCALES = tuple(_CODES.split())


@cache
def locales() -> dict[str, str]:
    """The languages in which numbers and dates can be written: code and own name, by name."""
    names = {code: Locale.parse(code.replace("-", "_")).get_display_name() or code for code in LOCALES}
    return dict(sorted(names.items(), key=lambda each: each[1].casefold()))


@cache
def timezones() -> tuple[str, ...]:
    """The time zones of the IANA database that are places, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))
