"""Every setting stands in the README."""

import re
from dataclasses import fields

from portal.settings import Settings
from tests.architecture.trees import read


def undocumented(readme: str, settings: type = Settings) -> list[str]:
    """The variables that the text does not name."""
    names = ["PORTAL_" + each.name.upper() for each in fields(settings)]
    return [name for name in names if not re.search(rf"\b{name}\b", readme)]


def test_every_setting_is_in_the_readme() -> None:
    assert not undocumented(read("README.md"))


def test_an_undocumented_setting_is_found() -> None:
    assert "PORTAL_MAIL_PORT" in undocumented("`PORTAL_MAIL_PORTS` is no setting")


def test_every_setting_says_what_it_is_for() -> None:
    assert not [each.name for each in fields(Settings) if not each.metadata.get("about")]
