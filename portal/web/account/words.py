"""Words of one's own account: browsers by what they call themselves."""

from __future__ import annotations

# The first that occurs counts: most browsers also call themselves by the names of others.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
HANDHELD = {"iPhone", "iPad", "Android"}


def browser(agent: str) -> tuple[str, str]:
    """("Firefox on Windows", its icon's name) for what a browser calls itself."""
    name = next((word for mark, word in BROWSERS if mark.lower() in agent.lower()), "Unknown browser")
    system = next((word for mark, word in SYSTEMS if mark.lower() in agent.lower()), "")
    icon = "device-mobile" if system in HANDHELD else "world"
    return (f"{name} on {system}" if system else name), icon
