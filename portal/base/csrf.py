"""CSRF protection of every change. Tokens live as long as the browser session: a form left open stays valid."""

from flask_wtf import CSRFProtect

csrf = CSRFProtect()
