"""Statements that run with every page of the detail: what the driver may keep of them."""

from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from portal.queries import detail


def test_the_driver_keeps_how_it_read_the_statement_of_the_detail() -> None:
    # One that is longer is read anew for every page, which takes a tenth of a millisecond.
    written = detail._STANDING.compile(dialect=PGDialect_psycopg(), compile_kwargs={"render_postcompile": True})
    assert len(str(written)) <= MAX_CACHED_STATEMENT_LENGTH
