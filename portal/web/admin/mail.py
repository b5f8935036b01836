"""Mail: all that Portal wrote, whether it arrived, and why not. No text shows a link that still opens something."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.gateways.mail import gateway
from portal.models import OutboxState
from portal.operations import outbox
from portal.queries import letters as reads
from portal.queries.letters import LetterView, Wanted
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.web import formats, paging
from portal.web.access import actor, may, needs
from portal.web.admin import mail_words
from portal.web.pages import done, show
from portal.web.state_chips import chips

bp = Blueprint("admin_mail", __name__, url_prefix="/admin/mail")

SENT_WORDS = {
    OutboxState.SENT: ("Sent again", "good"),
    OutboxState.FAILED: ("Not sent: the mail server did not take it. It is tried again by itself.", "watch"),
    OutboxState.BOUNCED: ("Not sent: the mail server refused it for good.", "risk"),
}


@bp.get("/")
@needs(Permission.MAIL_VIEW)
def listing() -> Response:
    """Every mail, the newest first: 12 a page."""
    given = {name: clean_line(request.args.get(name, ""))[:MOST_CHARACTERS] for name in ("q", "state", "kind")}
    state = OutboxState(given["state"]) if given["state"] in map(str, OutboxState) else None
    values = {"q": given["q"] or None, "state": state, "kind": given["kind"] or None}
    number, locale, now = paging.number(request.args.get("page")), formats.reader_locale(), clock.now()
    found, total = reads.letters(Wanted(given["q"], state, given["kind"]), number)
    if number > 1 and not found:
        raise NotFound()
    return show(
        "admin/mail/list",
        letters=[mail_words.row(letter, now, locale) for letter in found],
        chips=chips(
            "admin_mail.listing", mail_words.STATES, reads.by_state(), state, locale, q=values["q"], kind=values["kind"]
        ),
        q=given["q"],
        state=state,
        kinds=[(name, mail_words.kind_of(name), name == given["kind"]) for name in reads.kinds()],
        any_set=any(values.values()),
        is_set_up=gateway().ready,
        pager=paging.pager(number, reads.PAGE, total, paging.turning("admin_mail.listing", **values), locale),
    )


@bp.get("/<mail>")
@needs(Permission.MAIL_VIEW)
def page(mail: str) -> Response:
    """One mail: what became of it, and its text as far as it is kept and opens nothing."""
    letter = _letter(mail)
    badge, state = mail_words.state_of(letter)
    text = reads.text_of(mail)
    return show(
        "admin/mail/page",
        letter=letter,
        badge=badge,
        state=state,
        facts=mail_words.facts(letter, clock.now()),
        text=text,
        why_no_text="" if text else mail_words.no_text(letter),
        can_resend=may(Permission.MAIL_RESEND) and letter.has_text and gateway().ready,
        is_set_up=gateway().ready,
    )


@bp.post("/<mail>/resend")
@needs(Permission.MAIL_RESEND)
def resend(mail: str) -> ResponseReturnValue:
    """Tries it at once."""
    state = outbox.resend(mail, actor())
    flash(*(SENT_WORDS.get(state, ("It waits to be sent", "info")) if state else ("It is being sent already", "info")))
    return done(url_for("admin_mail.page", mail=mail))


def _letter(mail: str) -> LetterView:
    found = reads.letter(mail) if mail.isprintable() else None
    if found is None:
        raise NotFound()
    return found
