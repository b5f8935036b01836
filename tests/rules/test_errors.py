"""Every refusal can be shown to the person who asked."""

from __future__ import annotations

import pytest

from portal.rules.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound, PortalError, Refused
from portal.rules.limits import Effective, Limit, Source, reached


@pytest.mark.parametrize(
    "error",
    [
        Refused("No.", "name"),
        NotFound(),
        Conflict("Too late."),
        Forbidden("Not you."),
        Invalid({"name": "Too long."}),
        reached(Limit.NUMBERS, Effective(5, Source.PLAN), 5),
    ],
)
def test_every_error_has_a_message_and_one_base(error: PortalError) -> None:
    assert isinstance(error, PortalError)
    assert error.message and str(error) == error.message
    assert error.message.endswith(".")


def test_invalid_keeps_each_field_s_message() -> None:
    given = {"name": "Too long.", "owner_email": "Not an e-mail."}
    error = Invalid(given)
    given.clear()
    assert error.errors == {"name": "Too long.", "owner_email": "Not an e-mail."}
    assert error.message == "Too long. Not an e-mail."


def test_a_reached_limit_says_which_how_much_and_whose_and_what_next() -> None:
    error = reached(Limit.MONTHLY_MESSAGES, Effective(10_000, Source.OVERRIDE), 9_990, 20, "audience")
    assert isinstance(error, LimitReached)
    assert isinstance(error, Refused)
    assert error.message == (
        "Messages per month: 9,990 used, 10,000 allowed (set by an override of this workspace), "
        "so 20 more would be too many. Wait for the new month, or ask for a higher limit or another plan."
    )
    assert (error.limit, error.figure, error.used, error.wanted) == ("monthly_messages", 10_000, 9_990, 20)
    assert (error.source, error.field) == ("override", "audience")


def test_a_limit_of_none_says_so() -> None:
    assert "0 used, none allowed (set by its plan)" in reached(Limit.NUMBERS, Effective(0, Source.PLAN), 0).message
    for limit, used, wanted, way_out in (
        (Limit.NUMBERS, 5, 1, "Free some, or ask for"),
        (Limit.DAILY_MESSAGES, 5, 1, "Wait for tomorrow, or ask for"),
        (Limit.DAILY_MESSAGES, 0, 6, "too many. Ask for"),
        (Limit.NUMBERS, 5, 6, "too many. Ask for"),
    ):
        assert way_out in reached(limit, Effective(5, Source.PLAN), used, wanted).message
    assert "(set by the free plan)" in reached(Limit.NUMBERS, Effective(0, Source.FREE_PLAN), 0).message
