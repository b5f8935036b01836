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

# Most files attach their views to the same blueprint.
blueprints: tuple[Blueprint, ...] = tuple(
    dict.fromkeys(
        module.bp
        for module in (
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
    )
)
