"""Statements that run with every page of the detail: what the driver may keep of them."""

import psycopg
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from portal.base.prepared import Prepared
from portal.queries import detail


def test_the_driver_keeps_how_it_read_the_statement_of_the_detail() -> None:
    # One that is longer is read anew for every page, which takes a tenth of a millisecond.
    known = Prepared(detail._STANDING, PGDialect_psycopg(dbapi=psycopg))
    assert len(known.given({"workspace": "", "since": None})[0]) <= MAX_CACHED_STATEMENT_LENGTH
