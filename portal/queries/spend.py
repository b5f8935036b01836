"""What workspaces have spent in the running month: their usage, before tax, which a spend cap is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from portal.models import scope
from portal.queries.account_usage import running_month
from portal.queries.bills import basis
from portal.rules.invoicing import usage_lines


def spends(organization: int, now: datetime) -> dict[int, int]:
    """Minor units of its currency that each activated workspace of the organization (integer keys all) has spent in the
    running month; what came late for the months before is none of it."""
    with scope.platform():
        account = basis(organization, running_month(organization, now), now).account
    return {
        each.key: sum(
            line.amount
            for line in usage_lines(replace(each, used=replace(each.used, late=())), account.rates, account.currency)
        )
        for each in account.parties
    }
