"""What everybody has: log-in, log-out, password, second factor, profile and sessions."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
