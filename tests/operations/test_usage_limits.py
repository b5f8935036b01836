"""Usage limits are changed by the operations of the workspace's own pages, all in one save or nothing."""

import pytest
from flask import Flask

from portal.models import LimitOverride, SuspensionBehaviour, Workspace, scope
from portal.operations import usage_limits
from portal.operations.closing import close
from portal.operations.usage_limits import StaleLimits
from portal.queries.usage_limits import editable
from portal.rules.errors import Conflict, Invalid
from tests import factories
from tests.support.creation import BY, actions, one


@pytest.fixture
def acme(app: Flask) -> Workspace:
    return factories.workspace("Acme")


def own(acme: Workspace) -> dict[str, int]:
    with scope.platform():
        return {each.name.value: each.value for each in LimitOverride.query.filter_by(workspace_id=acme.id)}


def test_cap_and_overrides_are_one_save_with_their_events(acme: Workspace) -> None:
    version, before = editable(acme.public_id).version, len(actions())
    wanted = {
        "spend_cap": "5000",
        "alert_threshold": "70",
        "suspension_behaviour": "suspend",
        "override_numbers": "0",
        "override_extensions": "",
        "override_monthly_minutes": "-1",
    }
    changed = usage_limits.change(acme.public_id, wanted, BY, version=version)
    assert set(changed) == set(wanted) - {"override_extensions"}
    row = one(Workspace, id=acme.id)
    assert (row.spend_cap, row.alert_threshold) == (500_000, 70)
    assert row.suspension_behaviour is SuspensionBehaviour.SUSPEND
    assert own(acme) == {"numbers": 0, "monthly_minutes": -1}
    assert actions()[before:] == [
        *("workspace.spend_cap_changed", "workspace.limit_overridden", "workspace.limit_overridden")
    ]
    again = editable(acme.public_id)
    assert usage_limits.change(acme.public_id, again.texts, BY, version=again.version) == ()


def test_every_fault_is_told_and_nothing_is_saved(acme: Workspace) -> None:
    version = editable(acme.public_id).version
    wanted = {"spend_cap": "-3", "alert_threshold": "101", "override_numbers": "-2", "override_extensions": "9"}
    with pytest.raises(Invalid) as caught:
        usage_limits.change(acme.public_id, wanted, BY, version=version)
    assert set(caught.value.errors) == {"spend_cap", "alert_threshold", "override_numbers"}
    with pytest.raises(Invalid):
        usage_limits.change(acme.public_id, {"spend_cap": "9", "override_numbers": "x"}, BY, version=version)
    assert editable(acme.public_id).version == version and own(acme) == {}


def test_who_comes_too_late_is_told_and_a_closed_one_stays(acme: Workspace) -> None:
    version = editable(acme.public_id).version
    usage_limits.change(acme.public_id, {"override_numbers": "3"}, BY, version=version)
    with pytest.raises(StaleLimits) as caught:
        usage_limits.change(acme.public_id, {"spend_cap": "1"}, BY, version=version)
    assert caught.value.theirs.texts["override_numbers"] == "3"
    close(acme.public_id, acme.name, BY)
    with pytest.raises(Conflict):
        usage_limits.change(acme.public_id, {"spend_cap": "1"}, BY, version=editable(acme.public_id).version)
