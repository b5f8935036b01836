"""An example of a messaging gateway beside Portal: HTTP and Python's standard library, nothing else.

It takes from the limits before it sends, reports what it sent and what became of that until it was counted, checks the
signature of webhooks, and goes on from where it was in the feed of changes after it was away.

    PORTAL=https://portal.example KEY=ptl_… SECRET=whsec_… STATE=gateway.json python gateway.py 8080

Its customers call `POST /send` with {"workspace": "ws_…", "to": "+44…", "text": "…"}, its carrier `POST /receipts` with
{"id": "…", "state": "delivered"}, Portal `POST /webhooks`; `GET /workspaces/ws_…` shows what it knows. The key's scopes
are entitlements:read, limits:take, usage:write and changes:read. A real one has a database, and sends.
"""

import base64
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
from urllib.request import HTTPError, Request, urlopen

PORTAL, KEY, SECRET = (os.environ[name] for name in ("PORTAL", "KEY", "SECRET"))
STATE = Path(os.environ.get("STATE", "gateway.json"))
EVENTS, RECEIPTS = "/usage/events", "/messages/receipts"
KINDS = {EVENTS: "application/cloudevents-batch+json", RECEIPTS: "application/json"}

lock = threading.RLock()
known: dict[str, dict] = {}  # entitlements by workspace
waiting: dict[str, list[dict]] = {path: [] for path in KINDS}  # what was not counted yet
after = ""  # how far the feed was read


def call(method: str, path: str, body=None, kind: str = "application/json", once: str = "") -> dict:
    """What Portal answers; raises HTTPError for a problem, and OSError where it cannot be reached."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": kind, **({"Idempotency-Key": once} if once else {})}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(PORTAL + "/api/v1" + path, data, headers, method=method), timeout=20) as answer:
        return json.loads(answer.read())


def send(workspace: str, to: str, text: str) -> tuple[int, dict]:
    """Take, send (here a real one hands the text over to its carrier), and note it. Refused where Portal says no."""
    message = f"{workspace}-{uuid.uuid4().hex}"
    try:
        call("POST", f"/workspaces/{workspace}/limits/take", {"limit": "monthly_messages", "count": 1}, once=message)
    except HTTPError as problem:
        return problem.code, json.loads(problem.read())
    except OSError:  # not taken, as far as we know: a real gateway tries again with the same key
        return 503, {"detail": "Portal does not answer. Send it again."}
    data = {"contact": to, "message": message}
    note(EVENTS, specversion="1.0", id=f"{message}-sent", type="message.sent", subject=workspace, data=data)
    return 202, {"id": message}


def note(path: str, **what) -> None:
    """This happened just now, and is to be reported."""
    with lock:
        waiting[path].append(what | {"source": "/gateways/example", "time": datetime.now(UTC).isoformat()})
        keep()


def report() -> None:
    """Events, then the receipts for them. After an error the same go again: each counts once, whatever the order."""
    for path, kind in KINDS.items():
        if batch := waiting[path][:1000]:
            told = call("POST", path, batch, kind)["data"]
            with lock:  # a receipt whose event is on its way waits for it
                waiting[path][: len(batch)] = [a for a, b in zip(batch, told, strict=True) if b["result"] == "unknown"]
                keep()


def catch_up() -> None:
    """All that changed since we looked last, the oldest first."""
    global after
    feed = {"has_more": True}
    while feed["has_more"]:
        feed = call("GET", f"/changes?after={after}&limit=100")
        for workspace in {change["workspace"] for change in feed["data"]}:
            learn(workspace)
        after = feed["next"]
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
    is_new = at.isdigit() and abs(time.time() - int(at)) <= 300  # seconds by which the clocks may differ
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mine = "v1," + base64.b64encode(hmac.digest(key, f"{name}.{at}.".encode() + body, "sha256")).decode()
    return is_new and any(hmac.compare_digest(mine, each) for each in headers.get("webhook-signature", "").split())


def keep() -> None:
    """What must not be lost is on the disk, whole or as it was."""
    with lock:
        STATE.with_suffix(".new").write_text(json.dumps([after, waiting, known]))
        STATE.with_suffix(".new").replace(STATE)


class Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        workspace = self.path.rpartition("/")[2]
        self.answer(200 if workspace in known else 404, known.get(workspace, {}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, told = send(**json.loads(body)) if self.path == "/send" else (200, {})
        if self.path == "/receipts":  # a real one makes sure that it is its carrier who calls
            said = json.loads(body)
            note(RECEIPTS, workspace=said["id"].rpartition("-")[0], message=said["id"], state=said["state"])
        elif self.path == "/webhooks" and is_portals(self.headers, body):
            learn(json.loads(body)["workspace"])  # blank in a test: there is none
        elif self.path != "/send":
            status = 401
        self.answer(status, told)

    def answer(self, status: int, body: dict) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


if __name__ == "__main__":
    if STATE.exists():
        after, waiting, known = json.loads(STATE.read_text())
    door = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    while True:
        for act in (catch_up, report):
            try:
                act()
            except OSError as problem:
                print(f"{act.__name__}: {problem}; next round", file=sys.stderr)
        time.sleep(2)  # until the next look at the feed, and at what is to be reported
