"""A gateway that reports usage to a real server, and sends a batch again until it is answered."""

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from tests.support.programs import BATCH, HOME, event

SIZE = 1_000
PATIENCE = 120  # seconds that a server may be away


def call(url: str, secret: str, path: str, body: Any, kind: str = "application/json") -> tuple[int, Any]:
    """Status and JSON of a POST below /api/v1."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": kind}
    request = urllib.request.Request(url + HOME + path, json.dumps(body).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def flood(workspaces: Sequence[str], count: int, seed: int = 5) -> list[list[dict[str, Any]]]:
    """So many events of one message each, one in five of all that are sent a duplicate, shuffled, in batches.
    By the machine's clock, as a server on real data has it."""
    dice = random.Random(seed)
    at = datetime.now(UTC).isoformat()
    events = [
        event(dice.choice(workspaces), number, time=at, data={"count": 1, "contact": f"c{dice.randrange(count)}"})
        for number in range(count)
    ]
    events += dice.sample(events, count // 4)
    dice.shuffle(events)
    return [events[start : start + SIZE] for start in range(0, len(events), SIZE)]


def report(url: Callable[[], str], secret: str, batch: Sequence[dict[str, Any]]) -> None:
    """The batch was taken, by whichever server stood at the time: `url` tells the one that does."""
    ends, last = time.monotonic() + PATIENCE, None
    while time.monotonic() < ends:
        with suppress(OSError, HTTPException, ValueError):
            last = call(url(), secret, "/usage/events", batch, BATCH)
            if last[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"no server took the batch: {last}")
