"""The example platform: a believable life of three years, repeatable by its seed, and never mixed with real data."""

from portal.operations.demo.load import Loaded, Progress, Wanted, load, wipe
from portal.operations.demo.logins import Login, logins, names

__all__ = ["Loaded", "Login", "Progress", "Wanted", "load", "logins", "names", "wipe"]
