"""An example of a messaging gateway beside Portal: HTTP and Python's standard library, nothing else.

It takes from the limits before it sends, reports what it sent until that was counted, checks the signature of webhooks,
and goes on from where it was in the feed of changes after it was away.

    PORTAL=https://portal.example KEY=ptl_… SECRET=whsec_… STATE=gateway.json python gateway.py 8080

Its own customers call `POST /send` with {"workspace": "ws_…", "to": "+44…", "text": "…"}, Portal `POST /webhooks`;
`GET /workspaces/ws_…` shows what it knows. The key has the scopes entitlements:read, limits:take, usage:write and
changes:read. A real one keeps its state in a database, and sends.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PORTAL, KEY, SECRET = (os.environ[name] for name in ("PORTAL", "KEY", "SECRET"))
STATE = Path(os.environ.get("STATE", "gateway.json"))
EVENTS = "application/cloudevents-batch+json"
ROUND = 2.0  # seconds between two looks at the feed, and at what is to be reported
TOLERANCE = 300  # seconds by which the two clocks may differ

lock = threading.RLock()
known: dict[str, dict] = {}  # entitlements by workspace
waiting: list[dict] = []  # usage events that were not counted yet
after = ""  # how far the feed was read


def call(method: str, path: str, body=None, kind: str = "application/json", once: str = "") -> dict:
    """What Portal answers; raises HTTPError for a problem, and OSError where it cannot be reached."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": kind, **({"Idempotency-Key": once} if once else {})}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(PORTAL + "/api/v1" + path, data, headers, method=method), timeout=20) as answer:
        return json.loads(answer.read())


def send(workspace: str, to: str) -> tuple[int, dict]:
    """Take, send, and note what is to be reported. Refused where Portal says no."""
    message = uuid.uuid4().hex
    try:
        call("POST", f"/workspaces/{workspace}/limits/take", {"limit": "monthly_messages", "count": 1}, once=message)
    except HTTPError as problem:
        return problem.code, json.loads(problem.read())
    except OSError:  # not taken, as far as we know: a real gateway tries again with the same key
        return 503, {"detail": "Portal does not answer. Send it again."}
    # … here a real gateway hands the message over to its carrier …
    event = {"specversion": "1.0", "id": f"{message}-sent", "source": "/gateways/example", "type": "message.sent"}
    with lock:
        waiting.append(event | {"subject": workspace, "time": datetime.now(UTC).isoformat(), "data": {"contact": to}})
        keep()
    return 202, {"id": message}


def report() -> None:
    """What was not counted yet. After an error the same events go again: each counts once by its source and id."""
    if batch := waiting[:1000]:
        call("POST", "/usage/events", batch, EVENTS)
        with lock:
            del waiting[: len(batch)]
            keep()


def catch_up() -> None:
    """All that changed since we looked last, the oldest first."""
    global after
    more = True
    while more:
        feed = call("GET", f"/changes?after={after}&limit=100")
        for workspace in {change["workspace"] for change in feed["data"]}:
            learn(workspace)
        with lock:
            after, more = feed["next"], feed["has_more"]
            keep()


def learn(workspace: str) -> None:
    """What the workspace may do now. Read whole, so that neither doubles nor the order of what we were told matter."""
    try:
        known[workspace] = call("GET", f"/workspaces/{workspace}/entitlements")
    except HTTPError as problem:
        if problem.code != 404:
            raise
        known.pop(workspace, None)  # purged
    keep()


def is_portals(headers, body: bytes) -> bool:
    """Whether Portal signed this just now (Standard Webhooks)."""
    name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isdigit() or abs(time.time() - int(at)) > TOLERANCE:
        return False
    key, signed = base64.b64decode(SECRET.removeprefix("whsec_")), f"{name}.{at}.".encode() + body
    mine = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(mine, each) for each in headers.get("webhook-signature", "").split())


def keep() -> None:
    """What must not be lost is on the disk, whole or as it was."""
    with lock:
        STATE.with_suffix(".new").write_text(json.dumps({"after": after, "waiting": waiting, "known": known}))
        STATE.with_suffix(".new").replace(STATE)


class Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        workspace = self.path.rpartition("/")[2]
        self.answer(200 if workspace in known else 404, known.get(workspace, {}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/send":
            asked = json.loads(body)
            self.answer(*send(asked["workspace"], asked["to"]))
        elif self.path == "/webhooks" and is_portals(self.headers, body):
            if workspace := json.loads(body)["workspace"]:  # blank in a test
                learn(workspace)
            self.answer(200, {})
        else:
            self.answer(401, {})

    def answer(self, status: int, body: dict) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


if __name__ == "__main__":
    if STATE.exists():
        after, waiting, known = map(json.loads(STATE.read_text()).get, ("after", "waiting", "known"))
    door = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    while True:
        for act in (catch_up, report):
            try:
                act()
            except OSError as problem:
                print(f"{act.__name__}: {problem}; next round", file=sys.stderr)
        time.sleep(ROUND)
