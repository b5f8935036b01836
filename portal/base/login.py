"""Flask-Login's instance. Who is logged in is read from the server-side session row, never from a signed cookie."""

from flask_login import LoginManager

login_manager = LoginManager()
