"""A workspace's numbers: the list, one more from the inventory, and releasing one."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.models import scope
from portal.operations import numbers
from portal.queries import numbers as inventory
from portal.queries import tenant_lists
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.rules.limits import Limit
from portal.rules.numbers import Act, check_act
from portal.rules.text import fold
from portal.web import formats, paging, tenancy
from portal.web.access import actor, may, needs
from portal.web.forms import Form
from portal.web.number_words import KINDS
from portal.web.pages import ask, done, show
from portal.web.reader import words
from portal.web.workspace.lists import NUMBERS, listed
from portal.web.workspace.side import own_limit, page
from portal.web.workspace.spending import price_of_a_number

bp = page("numbers")
HERE = "workspace_numbers.listing"


class PickForm(Form):
    """Which one."""

    number = StringField()


@bp.get("/numbers")
@needs(Permission.TENANT_NUMBER_VIEW)
def listing() -> Response:
    """A page of the numbers."""
    changes = may(Permission.TENANT_NUMBER_EDIT)
    add = ("Pick a number", url_for("workspace_numbers.pick"), False) if changes else None
    return listed(NUMBERS, HERE, add=add, acts=changes, taken=own_limit(Limit.NUMBERS, formats.reader_locale()))


@bp.get("/numbers/pick")
@needs(Permission.TENANT_NUMBER_EDIT)
def pick() -> Response:
    """What is free, by country and digits."""
    return _pick(PickForm())


@bp.post("/numbers/pick")
@needs(Permission.TENANT_NUMBER_EDIT)
def pick_one() -> ResponseReturnValue:
    """Takes one that is free, within the limit; says why not where it cannot be had."""
    form = PickForm()
    if form.validate():
        try:
            with form.refusals():
                e164 = numbers.assign(form.number.data or "", tenancy.tenant().public_id, actor())
                flash(f"{formats.phone(e164)} is yours. It works at once.", "good")
                return done(url_for(HERE))
        except Conflict as taken:
            form.add_error(None, taken.message)
        except NotFound:
            form.add_error(None, "This number is gone from the inventory. Choose another one.")
    return _pick(form, 422)


@bp.route("/numbers/<num>/release", methods=["GET", "POST"])
@needs(Permission.TENANT_NUMBER_EDIT)
def release(num: str) -> ResponseReturnValue:
    """Gives one of its own back."""
    found = tenant_lists.number(num) if num.isprintable() else None
    if found is None:
        raise NotFound()
    check_act(found.state, Act.RELEASE)
    if request.method == "POST":
        numbers.release(num, actor(), of=tenancy.tenant().public_id)
        flash(f"{formats.phone(found.e164)} released.", "good")
        return done(url_for(HERE))
    back = url_for(HERE)
    return ask(
        "workspace/number_release",
        text=formats.phone(found.e164),
        action=request.path,
        back_url=back,
        crumbs=(("Numbers", back), ("Release", None)),
    )


def _pick(form: PickForm, status: int = 200) -> Response:
    q, country, locale = words(), words("country").upper(), formats.reader_locale()
    asked = paging.number(request.args.get("page"))
    with scope.platform():  # of this workspace alone, which the guard has let the person into
        home = inventory.home_of(tenancy.tenant().key)
    found, total = inventory.free(q, country, asked, home)
    if asked > 1 and not found:
        raise NotFound()
    values: dict[str, Any] = {"q": q or None, "country": country or None}
    named = [(formats.country(code, locale), code) for code in inventory.free_countries()]
    named.sort(key=lambda each: (each[1] != home, fold(each[0])))
    return show(
        "workspace/number_pick",
        status=status,
        errors=form.form_errors,
        rows=[(it, formats.phone(it.e164), formats.country(it.country, locale), KINDS[it.kind]) for it in found],
        q=q,
        countries=[(code, name, code == country) for name, code in named],
        any_set=bool(q or country),
        taken=own_limit(Limit.NUMBERS, locale),
        price=price_of_a_number(tenancy.tenant().key, locale),
        action=url_for("workspace_numbers.pick_one", **values, page=asked if asked > 1 else None),
        pager=paging.pager(asked, inventory.PAGE, total, paging.turning("workspace_numbers.pick", **values), locale),
    )
