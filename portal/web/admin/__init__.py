"""The platform's screens, for its staff."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
