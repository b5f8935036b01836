"""Example data: programs that call the API. Their secrets were never made, so nothing opens anything by them."""

from __future__ import annotations

from datetime import timedelta

from portal.models import ApiKey
from portal.operations.demo.tenants import World
from portal.rules.api_scopes import ApiScope as S

OWNER = "Vikram Rao"
GATEWAY = (S.ENTITLEMENTS_READ, S.LIMITS_TAKE, S.USAGE_WRITE, S.CHANGES_READ)
# Name, scopes, whether for one workspace alone, days since it was made, minutes since it was used (None: never), days
# since it was revoked (None: it is not).
KEYS: tuple[tuple[str, tuple[S, ...], bool, int, int | None, int | None], ...] = (
    ("Gateway Mumbai", GATEWAY, False, 210, 2, None),
    ("Gateway Frankfurt", GATEWAY, False, 118, 4, None),
    ("PBX", (S.ENTITLEMENTS_READ, S.LIMITS_TAKE, S.USAGE_WRITE, S.RECORDINGS_WRITE), False, 118, 3, None),
    ("Provisioning", (S.WORKSPACES_READ, S.WORKSPACES_WRITE, S.WORKSPACES_LIFECYCLE), False, 96, 60 * 26, None),
    ("Shop of Nilgiri Retail", (S.ENTITLEMENTS_READ, S.USAGE_WRITE), True, 41, 60 * 5, None),
    ("Gateway Mumbai, old", GATEWAY, False, 390, 60 * 24 * 207, 205),
)


def write_keys(world: World) -> None:
    """Those of the platform."""
    rng = world.dice.of("api keys")
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    for name, scopes, one, made, used, revoked in KEYS:
        world.sheet.add(
            ApiKey,
            name=name,
            prefix="ptl_" + "".join(rng.choice(letters) for _ in range(8)),
            digest=rng.randbytes(32).hex(),
            scopes=[scope.value for scope in scopes],
            workspace_id=1 if one else None,
            created_at=world.now - timedelta(days=made),
            created_by=OWNER,
            last_used_at=None if used is None else world.now - timedelta(minutes=used),
            revoked_at=None if revoked is None else world.now - timedelta(days=revoked),
            revoked_by=OWNER if revoked else "",
        )
