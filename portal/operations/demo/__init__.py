"""The example platform: a believable life of three years, repeatable by its seed, and never mixed with real data."""

from portal.operations.demo.customers import LEAST
from portal.operations.demo.load import SEED, WORKSPACES, Loaded, Progress, Wanted, load, wipe
from portal.operations.demo.logins import Login, logins, names

__all__ = ["LEAST", "SEED", "WORKSPACES", "Loaded", "Login", "Progress", "Wanted", "load", "logins", "names", "wipe"]
