"""How often a program may ask: a bucket that fills evenly, and is emptied by one with each request."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

WINDOW = 60  # seconds in which an empty bucket is full again


@dataclass(slots=True)
class Bucket:
    """What is left of `most` requests a minute, as of `at`."""

    most: int
    left: float
    at: datetime

    @classmethod
    def full(cls, most: int, now: datetime) -> Bucket:
        """A new one."""
        return cls(most, float(most), now)

    def take(self, now: datetime) -> bool:
        """Whether one more is let through; a clock that goes back fills nothing."""
        gone = max(0.0, (now - self.at).total_seconds())
        self.left = min(float(self.most), self.left + gone * self.most / WINDOW)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True

    @property
    def wait(self) -> int:
        """Seconds until the next is let through; at least 1."""
        return max(1, math.ceil((1 - self.left) * WINDOW / self.most))

    @property
    def reset(self) -> int:
        """Seconds until it is full again."""
        return math.ceil((self.most - self.left) * WINDOW / self.most)
