"""Many who take the last number or extension of a limit, or the same number, at the same instant: exactly one does."""

from functools import partial

import pytest
from flask import Flask

from portal.models import Workspace
from portal.operations import extensions, numbers
from portal.rules.limits import Limit
from tests import factories
from tests.faults.test_at_once import at_once
from tests.support.creation import BY, actions, check_platform
from tests.support.family import named
from tests.support.telephony import allow, announced, number

MANY = 64

pytestmark = pytest.mark.faults


@pytest.fixture
def acme(app: Flask) -> Workspace:
    return factories.workspace()


def test_one_of_64_takes_the_last_number_of_a_limit(app: Flask, acme: Workspace) -> None:
    allow(acme, Limit.NUMBERS, 1)
    free = [number(f"+9122481822{place:02}") for place in range(MANY)]
    acts = [partial(numbers.assign, each, acme.public_id, BY) for each in free]
    assert at_once(app, *acts) == {"done": 1, "LimitReached": MANY - 1}
    assert named("Acme Logistics").number_count == 1
    assert [kind for kind, _ in announced()] == ["number.assigned"]
    check_platform()


def test_one_of_64_takes_the_last_extension_of_a_limit(app: Flask, acme: Workspace) -> None:
    allow(acme, Limit.EXTENSIONS, 1)
    ws = acme.public_id
    acts = [partial(extensions.create, ws, str(200 + place), "", BY) for place in range(MANY)]
    assert at_once(app, *acts) == {"done": 1, "LimitReached": MANY - 1}
    assert named("Acme Logistics").extension_count == 1
    check_platform()


def test_of_those_who_pick_the_same_number_one_has_it_and_the_others_read_why(app: Flask, acme: Workspace) -> None:
    names = ["Acme Logistics", *(factories.workspace(f"Beta {place}").name for place in range(3))]
    free = number()
    acts = [partial(numbers.assign, free, named(name).public_id, BY) for name in names * 2]
    assert at_once(app, *acts) == {"done": 1, "Conflict": len(acts) - 1}
    assert sum(named(name).number_count for name in names) == 1
    assert actions().count("number.assigned") == 1
    check_platform()


def test_a_number_is_released_once_and_added_once(app: Flask, acme: Workspace) -> None:
    free = number()
    numbers.assign(free, acme.public_id, BY)
    assert at_once(app, *[partial(numbers.release, free, BY)] * 8) == {"done": 1, "Conflict": 7}
    assert named("Acme Logistics").number_count == 0
    assert at_once(app, *[partial(number, "+911148182200")] * 8) == {"done": 1, "Refused": 7}
    check_platform()
