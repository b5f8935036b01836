"""Long passwords of any kind are welcome; oneself, the well known and the regular are not."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.passwords import LONGEST, SHORTEST, weakness

EMAIL, NAME = "daniel.okafor@acme.example", "Daniel Okafor"


@pytest.mark.parametrize(
    "password",
    [
        "violet otter paints tuesday",
        "alllowercaseletters yet fine",
        "Tr0ub4dor&3xyz",
        "8#4b2$9%o1^7",
        "морковка летит на юг",
        "خمسة جمال في المطر",
        "🐙🦑🐠🦞🐚🪸🐳🦀🐟🦈🐬🦭",
        "  spaces at both ends  ",
        "naïve\x00 but accepted",
        "daniel has a yellow boat",
        "2f1c8e0b-77aa-4a6e-9d2b-1f0c3a5e7b90",
        "w" + "x9Kq2" * 3 + "e",
    ],
)
def test_long_and_irregular_is_enough(password: str) -> None:
    assert weakness(password, email=EMAIL, name=NAME) is None


@pytest.mark.parametrize(
    ("length", "says"), [(0, "at least 12"), (11, "at least 12"), (12, None), (256, None), (257, "at most 256")]
)
def test_the_length_is_twelve_to_two_hundred_and_fifty_six(length: int, says: str | None) -> None:
    password = "".join(chr(0x4E00 + 37 * n) for n in range(length))
    message = weakness(password)
    assert message is None if says is None else message is not None and says in message
    assert (SHORTEST, LONGEST) == (12, 256)


@pytest.mark.parametrize(
    "password",
    [
        "daniel.okafor@acme.example",
        "DANIEL.OKAFOR@ACME.EXAMPLE",
        "daniel.okafor",
        "Daniel Okafor",
        "Dániel Ókafor!",
        "okaforokafor",
        "Okafor123456",
        "2024-DanielOkafor-2024",
        "danielokafor2024",
    ],
)
def test_the_e_mail_and_the_name_are_no_password(password: str) -> None:
    assert weakness(password, email=EMAIL, name=NAME) is not None


def test_the_whole_name_is_no_password_whatever_the_e_mail() -> None:
    assert weakness("Daniel-Okafor-1", email="dan@acme.example", name=NAME) is not None


def test_a_short_name_does_not_spoil_a_random_password() -> None:
    assert weakness("8#4b2$9%o1^7", name="Bo") is None
    assert weakness("8a4n2$n%91^7", name="Ann") is None
    assert weakness("violet otter paints tuesday", name="", email="") is None


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "abababababab",
        "abcabcabcabcabc",
        "passpasspass",
        "acmecorpacmecorp",
        "111222333444",
        "aabbaabbaabbaabb",
        "abbabaabbabbaab",
    ],
)
def test_a_repetition_is_refused(password: str) -> None:
    message = weakness(password)
    assert message is not None and "repetition" in message


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "0987654321098",
        "abcdefghijkl",
        "zyxwvutsrqpo",
        "qwertyuiop12",
        "qwertyuiopas",
        "asdfghjkl123",
        "1234qwerasdf",
        "zxcvbnm12345",
        "1qaz2wsx3edc",
        "1q2w3e4r5t6y",
        "qazwsxedcrfv",
        "azertyuiop789",
        "ABCDEFGH1234",
        "!@#$%^&*()12",
        "йцукенгшщзхъ",
    ],
)
def test_a_sequence_of_letters_digits_or_keys_is_refused(password: str) -> None:
    message = weakness(password)
    assert message is not None and "sequence" in message


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password1234!",
        "P@ssw0rd2024!",
        "pa55w0rd!!!!2024",
        "PASSWORT-2024",
        "administrator",
        "Adm1n1strator!",
        "Welcome2024!!",
        "letmein!!!!!!1",
        "changeme12345",
        "Summer2024!!!",
        "iloveyou12345",
        "contraseña123",
        "correct horse battery staple",
        "correcthorsebatterystaple1",
        "this is my password",
        "test test test!",
        "!!!!football!!!!",
    ],
)
def test_the_well_known_is_refused_however_it_is_lengthened(password: str) -> None:
    assert weakness(password) is not None


def test_random_passwords_of_twelve_characters_pass() -> None:
    assert all(weakness(secrets.token_urlsafe(9), email=EMAIL, name=NAME) is None for _ in range(500))


@given(st.text(max_size=400), st.text(max_size=40), st.text(max_size=40))
def test_any_text_gets_an_answer_in_whole_sentences(password: str, email: str, name: str) -> None:
    message = weakness(password, email=email, name=name)
    assert message is None or message.endswith(".")
    if message is None:
        assert 12 <= len(password) <= 256
