"""The second factor: six digits that change every half minute (TOTP, RFC 6238).

The secret is shown once, confirmed by a code, and kept encrypted. No code serves twice.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from estimator.services.accounts.codes import refuse
from estimator.services.accounts.registry import Act, Registry
from estimator.services.accounts.users import changing
from estimator.storage.tables import User

logger = logging.getLogger(__name__)

ISSUER = "Cost estimator"
"""Under which apps list the account."""
TO_CONFIRM = timedelta(minutes=15)
STEPS = (-1, 0, 1)
"""A clock may be half a minute off."""


@dataclass(frozen=True, slots=True, repr=False)
class Offer:
    """A secret that is no second factor yet: as text, as an address for a QR code, and sealed."""

    secret: str
    address: str
    sealed: str


def offer(registry: Registry, act: Act) -> Offer:
    """Return a new secret for whoever acts; nothing is kept before it is confirmed."""
    import pyotp  # noqa: PLC0415 - only signing in needs it

    made = {"name": act.actor, "secret": pyotp.random_base32()}
    sealed = registry.seal("totp-offer", made, act.now)
    return _offer(made["secret"], act.actor, sealed)


def offered(registry: Registry, act: Act, sealed: str) -> Offer:
    """Return what was offered to whoever acts; raises ``AccountRefused`` where it is too late."""
    made = registry.unseal("totp-offer", sealed, act.now, TO_CONFIRM)
    if made is None or made["name"] != act.actor:
        refuse("set-up-expired", "code")
    return _offer(made["secret"], act.actor, sealed)


def confirm(registry: Registry, act: Act, chosen: Offer, code: str) -> None:
    """Make the offer a second factor where the code is right; raises ``AccountRefused``."""
    step = matching_step(chosen.secret, code, act.now)
    if step is None:
        refuse("code-wrong", "code")
    encrypted = registry.sealing("totp").encrypt(chosen.secret.encode())
    with changing(registry, act.actor) as (session, user):
        user.totp_secret, user.totp_last_step = encrypted, step
        registry.audit.record(session, act.now, act.actor, "user.totp", user.name)


def use(registry: Registry, user: User, code: str, now: datetime) -> bool:
    """Whether a code is right for an account that is being changed; it serves this once."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - only signing in needs it

    try:
        secret = registry.sealing("totp").decrypt(user.totp_secret or b"").decode()
    except InvalidToken:
        logger.error("A second factor cannot be read: was ESTIMATOR_SECRET_KEY changed?")
        return False
    step = matching_step(secret, code, now, user.totp_last_step)
    if step is None:
        return False
    user.totp_last_step = step
    return True


def matching_step(
    secret: str, code: str, now: datetime, last_used: int | None = None
) -> int | None:
    """Return the half minute whose code this is, later than the last one used."""
    import pyotp  # noqa: PLC0415 - only signing in needs it

    digits = "".join(code.split()).encode()
    totp = pyotp.TOTP(secret)
    current = totp.timecode(now)
    fitting = [
        current + step
        for step in STEPS
        if hmac.compare_digest(totp.generate_otp(current + step).encode(), digits)
    ]
    unused = [step for step in fitting if last_used is None or step > last_used]
    return max(unused, default=None)


def _offer(secret: str, name: str, sealed: str) -> Offer:
    import pyotp  # noqa: PLC0415 - only signing in needs it

    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    return Offer(secret, address, sealed)
