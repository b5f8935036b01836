"""Tables to take away: a CSV file, sent while its rows are read, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Response, stream_with_context

from portal.web.spreadsheets import BOM, line

LINES = 200  # to a chunk of the answer


def csv_file(name: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Response:
    """The answer that the browser keeps under this name. What people typed is for the caller to guard."""
    body = stream_with_context(_chunks(head, rows))
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _chunks(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    gathered = [BOM + line(head)]
    for row in rows:
        gathered.append(line(row))
        if len(gathered) >= LINES:
            yield "".join(gathered)
            gathered.clear()
    yield "".join(gathered)
