"""The files of brands that are live, for everybody: the stylesheet with the colours, and the logo, whole and small."""

from __future__ import annotations

import re

from flask import Blueprint, Response

from portal.queries import brands
from portal.queries.brands import Brand
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import looks
from portal.web.access import needs

bp = Blueprint("branding", __name__)

NAME = re.compile(r"(?P<brand>brd_[0-9A-Za-z]+)-(?P<hash>[0-9a-f]{12})(?P<rest>\.css|\.png|-mark\.png)")


@bp.get("/branding/<name>")
@needs(Permission.PUBLIC)
def file(name: str) -> Response:
    """One file. Only under the hash of what it holds now: whoever has another address has an old page."""
    asked = NAME.fullmatch(name)
    brand = brands.live(asked["brand"]) if asked else None
    if asked is None or brand is None:
        raise NotFound()
    if asked["rest"] == ".css":
        if not brand.accent or asked["hash"] != looks.sheet_hash(brand):
            raise NotFound()
        return stylesheet(looks.sheet(brand))
    if not brand.logo.startswith(asked["hash"]):
        raise NotFound()
    return picture(brand, small=asked["rest"] != ".png")


def stylesheet(text: str) -> Response:
    """The colours."""
    return Response(text, mimetype="text/css")


def picture(brand: Brand, *, small: bool) -> Response:
    """The logo: of this type, whatever a browser would make of it."""
    content = brands.picture(brand.public_id, small=small)
    if content is None:
        raise NotFound()
    return Response(content, mimetype="image/png")
