"""Chance that repeats itself: the same seed and the same key give the same draws, in whatever order they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import gcd
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """All chance of one example platform."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._decks: dict[tuple[str, int], list[str]] = {}

    def of(self, *key: object) -> Random:
        """A generator for this key alone: what is drawn from it disturbs no other draw."""
        return Random("|".join(map(str, (self.seed, *key))))

    def card(self, deck: str, index: int, cards: Sequence[tuple[str, int]]) -> str:
        """The `index`th card from shuffled decks, one after the other, each holding every card as often as it says:
        a kind that is rare is still there, and never far off its share."""
        size = sum(count for _, count in cards)
        key = (deck, index // size)
        if key not in self._decks:
            pack = [name for name, count in cards for _ in range(count)]
            self.of("deck", *key).shuffle(pack)
            self._decks = {kept: pile for kept, pile in self._decks.items() if kept[0] != deck} | {key: pack}
        return self._decks[key][index % size]


def between(rng: Random, bounds: tuple[float, float]) -> float:
    """Somewhere between the two."""
    return bounds[0] + (bounds[1] - bounds[0]) * rng.random()


def weighted(rng: Random, choices: Sequence[tuple[T, int]]) -> T:
    """One of the choices, by its weight."""
    return rng.choices([each for each, _ in choices], [weight for _, weight in choices])[0]


@cache
def scrambled(size: int) -> int:
    """A step that visits every number below `size` once, far from the one before."""
    step = int(size * 0.6180339887) | 1
    while gcd(step, size) != 1:
        step += 2
    return step
