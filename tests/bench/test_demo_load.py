"""How fast the example platform is loaded. Only by `make bench`."""

import resource
import time
from datetime import datetime

import pytest
from flask import Flask

from portal.base import hashing
from portal.operations import demo
from portal.queries import example

pytestmark = pytest.mark.bench

MOST = 30  # seconds for 2,000 workspaces and 90 days of usage on SQLite


def test_2000_workspaces_are_loaded_in_half_a_minute(app: Flask, now: datetime) -> None:
    began = time.process_time()  # what this process worked, whatever else the machine does
    demo.load(demo.Wanted(2_000, days=90), now, hashing.hash_password, lambda step, done, total: None)
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n2,000 workspaces, 90 days of usage: {took:.1f} s, peak {peak} MB")
    assert example.contents().workspaces == 2_000
    assert took < MOST
