"""The life of a number: which act is one of which state, and who gets no new ones."""

import pytest

from portal.base.phones import check_phone
from portal.rules.errors import Conflict, Refused
from portal.rules.extensions import check_extension
from portal.rules.lifecycle import Status
from portal.rules.numbers import Act, NumberKind, NumberState, acts_in, check_act, check_takes

FREE, TAKEN, LEAVING = NumberState.AVAILABLE, NumberState.ASSIGNED, NumberState.PORTING_OUT
LEGAL = {
    (FREE, Act.ASSIGN): TAKEN,
    (FREE, Act.REMOVE): None,
    (TAKEN, Act.RELEASE): FREE,
    (TAKEN, Act.PORT_OUT): LEAVING,
    (LEAVING, Act.KEEP): TAKEN,
    (LEAVING, Act.PORTED): None,
}


@pytest.mark.parametrize("state", NumberState)
@pytest.mark.parametrize("act", Act)
def test_an_act_is_one_of_its_state_or_refused_with_the_reason(state: NumberState, act: Act) -> None:
    assert (act in acts_in(state)) == ((state, act) in LEGAL)
    if (state, act) in LEGAL:
        assert check_act(state, act) is LEGAL[state, act]
    else:
        with pytest.raises(Conflict, match="This number"):
            check_act(state, act)


def test_only_what_works_takes_something_new() -> None:
    check_takes("Acme", Status.TRIAL)
    check_takes("Acme", Status.ACTIVE)
    for status in (Status.SUSPENDED, Status.CANCELLED):
        with pytest.raises(Conflict, match="Acme is"):
            check_takes("Acme", status)


@pytest.mark.parametrize(
    ("typed", "e164", "country", "kind"),
    [
        ("+91 80 4718 2200", "+918047182200", "IN", NumberKind.LOCAL),
        (" +44 7400 123456 ", "+447400123456", "GB", NumberKind.MOBILE),
        ("+1 (800) 234-5678", "+18002345678", "US", NumberKind.TOLL_FREE),
        ("+1 204 234 5678", "+12042345678", "CA", NumberKind.LOCAL),
        ("+800 1234 5678", "+80012345678", "", NumberKind.TOLL_FREE),
    ],
)
def test_a_number_says_where_it_is_from(typed: str, e164: str, country: str, kind: NumberKind) -> None:
    assert check_phone(typed) == (e164, country, kind)


@pytest.mark.parametrize(
    "typed", ["", "918047182200", "080 4718 2200", "+", "+91", "+91 80 4718", "+9999999999999999", "x", "+" + "1" * 99]
)
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        check_phone(typed)
    assert refused.value.field == "e164"


def test_a_number_with_an_extension_is_none_of_the_inventory() -> None:
    with pytest.raises(Refused):
        check_phone("+918047182200 ext. 12")


@pytest.mark.parametrize(("typed", "kept"), [("101", "101"), (" 42 ", "42"), ("00000001", "00000001")])
def test_an_extension_has_two_to_eight_digits(typed: str, kept: str) -> None:
    assert check_extension(typed) == kept


@pytest.mark.parametrize("typed", ["", "1", "123456789", "10a", "１０１", "-10", "911", "112", "999"])
def test_what_is_no_extension_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        check_extension(typed)
    assert refused.value.field == "number"
