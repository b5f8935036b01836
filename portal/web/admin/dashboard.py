"""The platform's first page: what came in through a window of time, where it is heading, and what needs somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base import clock
from portal.queries import attention, dashboard, platform_days
from portal.queries.attention import Queue
from portal.queries.platform_days import Standing
from portal.rules.access import Permission
from portal.rules.attention import EACH, PAGE, Kind
from portal.rules.dashboard import Window
from portal.rules.periods import local_day
from portal.web import formats, paging
from portal.web.access import needs, opens
from portal.web.admin import attention_words, dashboard_charts, dashboard_figures
from portal.web.admin.attention_words import CHIPS
from portal.web.admin.dashboard_charts import Told
from portal.web.pages import show
from portal.web.platform import platform
from portal.web.reader import reader

bp = Blueprint("admin_dashboard", __name__, url_prefix="/admin")

PAGE_OF = "admin_dashboard.page"
STARTS = (("New workspace", "admin_workspaces.new"), ("Import", "admin_imports.page"))
PICKED = {Window.DAY: "24 h", Window.WEEK: "7 d", Window.MONTH: "30 d", Window.QUARTER: "90 d", Window.YEAR: "1 y"}
SPOKEN = {
    Window.DAY: "24 hours",
    Window.WEEK: "7 days",
    Window.MONTH: "30 days",
    Window.QUARTER: "90 days",
    Window.YEAR: "1 year",
}


@bp.get("/")
@needs(Permission.DASHBOARD_VIEW)
def page() -> Response:
    """Figures, charts and the queue; the window and the kind of the queue stand in the address."""
    now, window, kind = clock.now(), Window.of(request.args.get("window")), _kind(request.args.get("kind"))
    turned = paging.number(request.args.get("page")) if kind else 1
    queue = attention.queue(now, kind, PAGE if kind else EACH, (turned - 1) * PAGE)
    present = platform_days.standing()
    return show(
        "admin/dashboard/page",
        "_board",
        windows=_windows(window, kind),
        tiles=_tiles(window, now),
        charts=_charts(window, now, present),
        starts=_starts() if present == Standing() else (),
        **_queue(queue, window, kind, turned),
    )


def _kind(name: str | None) -> Kind | None:
    return next((each for each in Kind if each.value == name), None)


def _address(window: Window, kind: Kind | None, **more: Any) -> str:
    """The dashboard so seen; what is usual is left out."""
    shown = None if window is Window.MONTH else window.key
    return url_for(PAGE_OF, window=shown, kind=kind.value if kind else None, **more)


def _windows(window: Window, kind: Kind | None) -> list[tuple[str, str, str, bool]]:
    """The picker: short and long label, address, and whether it is the present one."""
    return [(PICKED[each], SPOKEN[each], _address(each, kind), each is window) for each in Window]


def _tiles(window: Window, now: datetime) -> tuple[dashboard_figures.Tile, ...]:
    present, before = dashboard.figures(window, now, platform())
    currency = platform().reporting_currency
    return dashboard_figures.tiles(present, before, window, currency, formats.reader_locale())


def _starts() -> list[tuple[str, str]]:
    """What a platform without workspaces begins with, of what this person may do."""
    return [(label, url_for(endpoint)) for label, endpoint in STARTS if opens(endpoint)]


def _charts(window: Window, now: datetime, present: Standing) -> tuple[dashboard_charts.Chart, ...]:
    timezone = platform().timezone
    today = local_day(now, timezone)
    first = dashboard_charts.first_day(window, today)
    told = Told(
        window=window,
        today=today,
        days=platform_days.history(first, today, present),
        losses=dashboard.losses(dashboard_charts.since(window, today, timezone), now),
        unrated=platform_days.unrated_mrr(),
    )
    return dashboard_charts.charts(told, platform(), formats.reader_locale())


def _queue(queue: Queue, window: Window, kind: Kind | None, turned: int) -> dict[str, Any]:
    """The chips with their counts, the lines, and the pages of one kind."""
    locale, who = formats.reader_locale(), reader()
    all_of_them = ("All", formats.number(queue.total, locale), _address(window, None), kind is None)
    of_kinds = [
        (CHIPS[each], formats.number(count, locale), _address(window, each), each is kind)
        for each, count in queue.counts.items()
    ]
    count = queue.counts.get(kind, 0) if kind else queue.total
    return {
        "chips": [all_of_them, *of_kinds],
        "lines": [attention_words.line(entry, who) for entry in queue.entries],
        "kind": CHIPS[kind].lower() if kind else "",
        "count": count,
        "shows_some": kind is None and len(queue.entries) < count,
        "all_url": _address(window, None),
        "pager": paging.pager(
            turned, PAGE, count, lambda page: _address(window, kind, page=page if page > 1 else None), locale
        )
        if kind and count > PAGE
        else None,
    }
