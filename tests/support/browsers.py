"""Debian's Chromium under Playwright, what it complains about, and axe-core's opinion of a page."""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Page, Route

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"]
ARGUMENTS.append("--host-resolver-rules=MAP *.example 127.0.0.1")  # custom domains are served by the test's server
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ("color-contrast", "link-in-text-block")
# Width, colours, and the rules that axe is asked (all where none is named). In the dark only colours differ, which are
# the same at every width; at 320 nothing is said twice but whether it fits.
LOOKS: tuple[tuple[int, Literal["light", "dark"], tuple[str, ...] | None], ...] = (
    (1280, "light", ()),
    (1280, "dark", COLOURS),
    (390, "light", ()),
    (320, "light", None),
)
CUT = """() => [...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1
    && e.matches(':not(input, select)') && getComputedStyle(e).textOverflow === 'ellipsis'
    && getComputedStyle(e).overflowX === 'hidden' && !e.closest('[title]'))
    .map(e => e.outerHTML.slice(0, 120))"""
# Chromium reports each answer of 400 and above as an error; a test that asks for one looks at the page.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d|503)")
UNENCRYPTED = "The Cross-Origin-Opener-Policy header has been ignored"  # at hosts but 127.0.0.1: tests have no HTTPS


def chromium() -> str | None:
    """Path of the machine's Chromium; None without it, or without libatomic1, which Playwright's driver loads."""
    if not any(list(Path("/usr").glob(where)) for where in ("lib/*/libatomic.so.1", "lib64/libatomic.so.1")):
        return None
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first is the quickest
    return next(filter(None, map(shutil.which, names)), None)


def listen(page: Page) -> list[str]:
    """From now on the list grows by each script error, console error and violation of the content policy."""
    complaints: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not ANSWERED.match(message.text) and not message.text.startswith(UNENCRYPTED):
            complaints.append(f"console: {message.text}")

    def script(error: Error) -> None:
        complaints.append(f"script: {error}")

    page.on("console", console)
    page.on("pageerror", script)
    return complaints


def slow(page: Page, latency: int, processor: int = 1) -> None:
    """Each answer takes `latency` milliseconds more from now on, and the page's scripts `processor` times as long."""
    line = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.send("Network.emulateNetworkConditions", line)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": processor})


class Held:
    """What the page asks of `pattern` from now on is answered when it is released."""

    def __init__(self, page: Page, pattern: str | re.Pattern[str]) -> None:
        self.page, self.pattern = page, pattern
        self.routes: list[Route] = []
        self.again()

    def again(self) -> None:
        """From now on it waits, also after a release."""
        self.page.route(self.pattern, lambda route: self.routes.append(route))

    def release(self) -> None:
        """All that waits is answered, and what is asked later at once. What the page gave up is gone."""
        self.page.unroute(self.pattern)
        for route in self.routes:
            with suppress(Error):
                route.continue_()
        self.routes.clear()


def axe(page: Page, *, without: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> None:
    """Asserts that axe-core finds nothing on the page as it stands; `without` names rules left out, with a reason;
    `only` those that are asked, where the others were asked already."""
    page.wait_for_load_state()  # with its style sheets
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {
        "runOnly": {"type": "rule", "values": only} if only else {"type": "tag", "values": AXE_RULES},
        "rules": {rule: {"enabled": False} for rule in without},
        "resultTypes": ["violations"],
    }
    violations = page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    assert not violations, f"axe on {page.url}:\n" + "\n".join(_line(each) for each in violations)


def _line(violation: dict[str, Any]) -> str:
    nodes = "".join(f"\n    {node['html'][:160]}\n      {node['failureSummary']}" for node in violation["nodes"][:5])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}{nodes}"


def looks_right(page: Page) -> None:
    """axe finds nothing, and everything fits, in every window of LOOKS."""
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if rules is not None:
            axe(page, only=rules)
        fits(page, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def fits(page: Page, width: int) -> None:
    """Asserts that nothing scrolls sideways or is cut without a title in a window of this width."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"scrolls sideways at {width}"
    cut = page.evaluate(CUT)
    assert not cut, f"cut without a title at {width}: {cut}"
