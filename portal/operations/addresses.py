"""Addresses that Portal gives by itself: web addresses, organizations' slugs, and SIP prefixes; always free ones."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice

from slugify import slugify

from portal.rules.addresses import LONGEST, SHORTEST, is_reserved

LETTERS = "abcdefghjkmnpqrstuvwxyz"  # none that is misread for a digit
CONSONANTS = "bcdfghjkmnpqrstvwxz"  # no words by accident
DIGITS = "23456789"
FIRST = 4  # how many addresses are asked about first
ROUND = 20  # how many candidates one query asks about

Taken = Callable[[Iterable[str]], set[str]]
"""Of these candidates, those that somebody has."""


def slug_of(name: str) -> str:
    """The web address that a name suggests, transliterated: "Técnica A&M" → `tecnica-a-m`. Never empty, too short
    or reserved, though perhaps taken."""
    slug = slugify(name, max_length=LONGEST, word_boundary=False, replacements=[["'", ""], ["’", ""]])
    slug = slug.strip("-")
    if not slug:
        return "workspace"  # the name has nothing that could be spelled, such as an emoji
    if len(slug) < SHORTEST:
        return "workspace-" + slug
    return numbered(slug, 2) if is_reserved(slug) else slug


def numbered(slug: str, number: int) -> str:
    """`acme` → `acme-2`, cut so that it stays an address."""
    suffix = f"-{number}"
    return slug[: LONGEST - len(suffix)].rstrip("-") + suffix


def candidates(slug: str) -> Iterator[str]:
    """acme, acme-2, acme-3 …"""
    yield slug
    for number in count(2):
        yield numbered(slug, number)


def free_slug(name: str, taken: Taken) -> str:
    """The first of the candidates for this name that nobody has."""
    every = candidates(slug_of(name))
    size = FIRST
    while True:
        some = list(islice(every, size))
        free = _missing(some, taken)
        if free:
            return free[0]
        size = min(size * 5, 500)


def suggestions(address: str, country: str, taken: Taken) -> list[str]:
    """Up to two free addresses in place of a taken one: with the country's code, and the next number."""
    wanted = [numbered(address, number) for number in range(2, ROUND)]
    if country:
        wanted.insert(1, f"{address[: LONGEST - 3]}-{country.lower()}")
    return _missing(wanted, taken)[:2]


def free_sip_prefix(address: str, taken: Taken) -> str:
    """A short code that begins like the address and can be read out over the phone: `acme` → `ac4k`."""
    begin = sip_beginning(address)
    for length in count(1):
        some = list(dict.fromkeys(begin + _random(length) for _ in range(ROUND)))
        free = _missing(some, taken)
        if free:
            return free[0]
    raise AssertionError("unreachable")


def sip_beginning(address: str) -> str:
    """The two letters with which the SIP prefix of a workspace with this address begins."""
    return ("".join(letter for letter in address if letter in LETTERS) + "xx")[:2]


def _random(length: int) -> str:
    return "".join(secrets.choice(DIGITS) + secrets.choice(CONSONANTS) for _ in range(length))


def _missing(some: list[str], taken: Taken) -> list[str]:
    known = taken(some)
    return [each for each in some if each not in known]
