"""How far a message came: the same in whatever order its receipts come, and however often."""

from collections import Counter
from itertools import product

import pytest

from portal.rules.messages import MessageState, difference, furthest

SENT, FAILED, DELIVERED, READ = MessageState
ENDS = {
    (): {},
    (FAILED,): {"failed": 1},
    (DELIVERED,): {"delivered": 1},
    (READ,): {"delivered": 1, "read": 1},
    (FAILED, DELIVERED): {"delivered": 1},
    (FAILED, READ): {"delivered": 1, "read": 1},
    (DELIVERED, READ): {"delivered": 1, "read": 1},
    (FAILED, DELIVERED, READ): {"delivered": 1, "read": 1},
}


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5])
def test_what_is_counted_depends_on_what_was_told_and_on_nothing_else(length: int) -> None:
    for told in product((FAILED, DELIVERED, READ), repeat=length):
        state, counts = SENT, Counter[str]()
        for each in told:
            after = furthest(state, each)
            counts.update(difference(state, after))
            state = after
        expected = ENDS[tuple(each for each in MessageState if each in told)]
        assert {name: count for name, count in counts.items() if count} == expected, told


def test_it_never_goes_back() -> None:
    for known, told in product(MessageState, repeat=2):
        assert furthest(known, told) in (known, told)
        assert furthest(furthest(known, told), told) is furthest(known, told)
    assert furthest(READ, DELIVERED) is furthest(READ, FAILED) is READ
    assert furthest(DELIVERED, FAILED) is DELIVERED
