"""Portal: the control room of a multi-tenant messaging and telephony platform. Here is the wiring, and nothing else."""

from __future__ import annotations

import gc

gc.disable()  # reading a program makes much and drops little: looking for what could go takes a sixth of the time

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import api
from portal.base import (
    background,
    clock,
    db,
    declared,
    form_session,
    hashing,
    logs,
    mail,
    metrics,
    names,
    scheduler,
    webhooks,
)
from portal.base.csrf import csrf
from portal.base.languages import babel
from portal.base.login import login_manager
from portal.gateways import dns
from portal.gateways import webhooks as webhook_gateways
from portal.gateways.mail import chosen
from portal.jobs import schedule
from portal.settings import Settings
from portal.web import (
    access,
    account,
    admin,
    brand_files,
    chrome,
    formats,
    organization,
    probes,
    problems,
    request,
    workspace,
)

gc.freeze()
gc.enable()

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """The finished application. Raises UndeclaredRoute if a route declares no permission."""
    settings = settings or Settings.load()
    app = Flask("portal", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.jinja_environment = chrome.Environment
    app.jinja_options = {"cache_size": -1}  # all templates are kept, none is weighed against others
    app.extensions["portal.settings"] = settings
    app.config.update(flask_config(settings))
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]  # Flask looks at each function, every time
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.configure(settings.log_level, settings.log_json)
    clock.init_app(app, settings.now)
    hashing.init_app(app, settings.testing)
    background.init_app(app, at_once=settings.testing)
    mail.init_app(app, settings, chosen(settings))
    names.init_app(app, dns.chosen(settings))
    webhooks.init_app(app, webhook_gateways.chosen(settings))
    db.init_app(app, settings.url)
    scheduler.init_app(app, schedule.resume)
    form_session.init_app(app)
    metrics.init_app(app)
    request.init_app(app, settings)
    babel.init_app(app, locale_selector=formats.babel_locale, timezone_selector=formats.reader_timezone)
    access.init_app(app, login_manager)  # before a form is read, which may be large
    app.before_request(request.check_form)
    csrf.init_app(app)
    problems.init_app(app)
    chrome.init_app(app, settings)
    sides = (*account.blueprints, *admin.blueprints, *organization.blueprints, *workspace.blueprints)
    for blueprint in (brand_files.bp, probes.bp, *sides):
        app.register_blueprint(blueprint)
    api.init_app(app)
    declared.check_routes(app)
    return app


def flask_config(settings: Settings) -> dict[str, object]:
    """Flask's and its extensions' own settings."""
    return {
        "SECRET_KEY": settings.key(),
        "TESTING": settings.testing,
        "MAX_CONTENT_LENGTH": settings.max_upload,
        "MAX_FORM_MEMORY_SIZE": request.LARGEST_FORM,
        "SESSION_COOKIE_NAME": "__Host-portal-form" if settings.secure else "portal-form",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,
        "TEMPLATES_AUTO_RELOAD": False,
    }
