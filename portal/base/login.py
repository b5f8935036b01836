"""Flask-Login's instance. Who is logged in is read from the server-side session row, never from a signed cookie."""

from flask_login import LoginManager

login_manager = LoginManager()
# Protects what Flask-Login itself keeps in the cookie, which here is nothing, and would write one with every answer.
login_manager.session_protection = None
