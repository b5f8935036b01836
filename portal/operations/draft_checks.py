"""The check of a draft against the rules and against what is there. Every fault is told at once, at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.base.emails import check_email, email_key
from portal.models.columns import NAME
from portal.operations import draft_billing, draft_fields
from portal.operations.addresses import suggestions
from portal.operations.draft_billing import Billing
from portal.operations.draft_fields import line
from portal.operations.drafts import Checked, Faults, NewOwner, NewWorkspace
from portal.queries.directory import Directory, KnownOrganization, KnownUser
from portal.rules.addresses import check_host, check_web_address
from portal.rules.errors import Invalid
from portal.rules.lifecycle import Stage, Status
from portal.rules.limits import Limit


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft as far as it can be told; `faults` by field, in which case what they concern is blank or a default."""

    name: str
    web_address: str
    host: str
    organization: KnownOrganization | None
    organization_name: str
    owner: KnownUser | NewOwner | None
    billing: Billing
    profile: Mapping[str, Any]
    overrides: Mapping[Limit, int]
    warnings: tuple[str, ...]
    faults: Mapping[str, str]


def examine(draft: NewWorkspace, directory: Directory, now: datetime, *, lenient_domain: bool = False) -> Examined:
    """What the draft comes to, with every fault. Raises Invalid for text that nobody could have typed.

    `lenient_domain` leaves out a custom domain that somebody has, with a warning (an import), instead of refusing."""
    check_legible(draft)
    faults = Faults()
    warnings: list[str] = []
    name = faults.take("name", line, draft.name, "name", "a name", NAME, required=True) or ""
    address = _web_address(draft, directory, faults)
    host = _host(draft, directory, faults, warnings if lenient_domain else None)
    organization = _organization(draft, directory, faults)
    owner = owner_of(draft, directory, faults)
    own_name = faults.take("organization_name", line, draft.organization_name, "organization_name", "a name", NAME)
    return Examined(
        name=name,
        web_address=address or "",
        host=host or "",
        organization=organization,
        organization_name=own_name or name,
        owner=owner,
        billing=draft_billing.check(draft, directory, organization, now, faults),
        profile=draft_fields.profile(draft, directory.platform, faults),
        overrides=draft_fields.caps(draft, faults),
        warnings=tuple(warnings),
        faults=faults.found,
    )


def check(draft: NewWorkspace, directory: Directory, now: datetime, *, lenient_domain: bool = False) -> Checked:
    """What the draft comes to. Raises Invalid with every fault; `lenient_domain`: see `examine`."""
    found = examine(draft, directory, now, lenient_domain=lenient_domain)
    billing = found.billing
    if found.faults or found.owner is None:
        raise Invalid(found.faults)
    stage = Stage.ACTIVE if billing.status is Status.ACTIVE else Stage.TRIAL
    return Checked(
        name=found.name,
        web_address=found.web_address,
        host=found.host,
        organization=found.organization,
        organization_name=found.organization_name,
        owner=found.owner,
        currency=billing.currency,
        rate_card_id=billing.rate_card_id,
        plan=billing.plan,
        suspended=billing.status is Status.SUSPENDED,
        columns={**found.profile, **billing.columns, "stage": stage},
        overrides=found.overrides,
        seed_sample_data=draft.seed_sample_data,
        warnings=found.warnings,
    )


def check_legible(draft: NewWorkspace) -> None:
    """Raises Invalid for text that no database could hold or no person typed; to be asked before anything else."""
    faults = Faults()
    draft_fields.legible(draft, faults)
    if faults.found:
        raise Invalid(faults.found)


def _web_address(draft: NewWorkspace, directory: Directory, faults: Faults) -> str | None:
    if not draft.web_address.strip():
        return None
    address = faults.take("web_address", check_web_address, draft.web_address)
    if address and directory.addresses_taken([address]):
        others = suggestions(address, draft.country.strip()[:2], directory.addresses_taken)
        faults.add("web_address", f"“{address}” is taken by another workspace. Try {' or '.join(others)}.")
    return address


def _host(draft: NewWorkspace, directory: Directory, faults: Faults, warnings: list[str] | None) -> str | None:
    if not draft.custom_domain.strip():
        return None
    host = faults.take("custom_domain", check_host, draft.custom_domain)
    if host and directory.host_taken(host):
        if warnings is None:
            faults.add("custom_domain", f"{host} is in use already. Remove it there first, or give another domain.")
            return None
        warnings.append(f"The custom domain {host} is in use already and was left out.")
        return None
    return host


def _organization(draft: NewWorkspace, directory: Directory, faults: Faults) -> KnownOrganization | None:
    reference = draft.organization.strip()
    if not reference:
        return None
    known = directory.organization(reference)
    if known is None:
        faults.add("organization", f"There is no organization “{reference[:80]}”. Leave it empty for a new one.")
    elif draft.organization_name.strip():
        faults.add("organization_name", f"{known.name} exists: leave the name of a new organization empty.")
    elif known.primary_closed:
        faults.add("organization", f"{known.name}’s primary workspace is in the trash. Restore it first.")
    elif known.has_workspaces and not known.is_multi:
        plan = f"the plan {known.primary_plan} is" if known.primary_plan else "it is on the free plan,"
        not_multi = "not one for several workspaces"
        faults.add(
            "organization",
            f"{known.name} has its one workspace: {plan} {not_multi}. "
            "Put its primary workspace on a multi-workspace plan first, or leave this empty for a new organization.",
        )
    return known


def owner_of(draft: NewWorkspace, directory: Directory, faults: Faults) -> KnownUser | NewOwner | None:
    """Whose the workspace shall be; None, with the reason noted, for somebody who cannot own one."""
    mode = draft.owner_mode.strip().lower()
    if mode not in ("", "existing", "invite"):
        faults.add("owner_mode", "Say “existing” for somebody who has an account, or “invite” for a new person.")
        return None
    if mode == "existing" or (not mode and draft.owner.strip()):
        return _existing(draft, directory, faults)
    email = faults.take("owner_email", check_email, draft.owner_email, "owner_email")
    if email is None:
        return None
    known = directory.user(email_key(email))
    if known and mode == "invite":
        faults.add("owner_email", f"{known.email} is {known.name}’s account: choose them as an existing user.")
        return None
    if known:
        return _able(known, "owner_email", faults)
    name = faults.take("owner_name", line, draft.owner_name, "owner_name", "the owner’s name", NAME)
    return NewOwner(name or email.partition("@")[0][:NAME], email)


def _existing(draft: NewWorkspace, directory: Directory, faults: Faults) -> KnownUser | None:
    reference = draft.owner.strip()
    known = directory.user(email_key(reference) if "@" in reference else reference) if reference else None
    if not reference:
        faults.add("owner", "Choose who owns the workspace, or invite a new person.")
    elif known is None:
        faults.add("owner", f"Nobody has the account “{reference[:80]}”. Invite them as a new person.")
    return _able(known, "owner", faults) if known else None


def _able(known: KnownUser, name: str, faults: Faults) -> KnownUser | None:
    """The person, if they can own a workspace."""
    if known.is_staff:
        faults.add(name, f"{known.name} is staff of the platform and cannot own a workspace. Choose a customer.")
    elif known.suspended:
        faults.add(name, f"{known.name}’s account is suspended. Let them in again first, or choose somebody else.")
    else:
        return known
    return None
