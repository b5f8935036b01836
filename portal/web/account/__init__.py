"""What everybody has: log-in, log-out, password, second factor, invitations, profile and sessions."""

from flask import Blueprint

from portal.web.account import (
    confirmation,
    email_changes,
    heartbeat,
    home,
    invitations,
    login,
    passwords,
    profile,
    search,
    second_factor,
    second_factor_step,
    sessions,
)
from portal.web.account.blueprint import bp

__all__ = [
    "blueprints",
    "confirmation",
    "email_changes",
    "heartbeat",
    "home",
    "invitations",
    "login",
    "passwords",
    "profile",
    "search",
    "second_factor",
    "second_factor_step",
    "sessions",
]

blueprints: tuple[Blueprint, ...] = (bp,)
