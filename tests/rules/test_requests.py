"""What can be asked for, and what not twice."""

import pytest

from portal.rules.access import Permission, StaffRole, allows
from portal.rules.errors import Conflict, Refused
from portal.rules.requests import GRANT_NEEDS, RequestKind, check_wanting, check_words


@pytest.mark.parametrize("kind", [each for each in RequestKind if each is not RequestKind.CONSOLIDATION])
def test_what_is_there_already_is_not_asked_for(kind: RequestKind) -> None:
    with pytest.raises(Conflict, match="nothing to ask for"):
        check_wanting(kind, True, "Acme Group")
    check_wanting(kind, False, "Acme Group")


def test_consolidation_may_be_asked_for_again() -> None:
    check_wanting(RequestKind.CONSOLIDATION, True, "Acme Group")


def test_whoever_decides_may_do_what_every_kind_takes() -> None:
    deciders = [role for role in StaffRole if allows(role, Permission.REQUEST_DECIDE)]
    assert deciders == [StaffRole.OWNER]
    assert all(allows(role, needed) for role in deciders for needed in GRANT_NEEDS.values())


def test_consolidation_names_its_accounts() -> None:
    check_words(RequestKind.BRANDING, "")
    check_words(RequestKind.CONSOLIDATION, "Acme Labs")
    with pytest.raises(Refused):
        check_words(RequestKind.CONSOLIDATION, "")
