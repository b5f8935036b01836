"""Flask-Babel's instance: locale and time zone of the reader."""

from flask_babel import Babel

babel = Babel()
