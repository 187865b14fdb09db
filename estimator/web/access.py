"""Who may open which address: one table, asked before every view.

Where the host application or a sign-in says who is asking, their role decides. Without any
account the machine's own user may do everything, from this machine alone; to everybody else
only the public estimate is open. What is not public takes no request from another site's page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from flask import Response, g, request, url_for
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized

from estimator.services.accounts import sign_ins
from estimator.services.accounts.roles import Identity, Role
from estimator.services.accounts.sign_ins import SignedIn
from estimator.sources.addresses import LOOPBACK
from estimator.web.methods import FALLBACK
from estimator.web.same_origin import refuse_other_sites
from estimator.web.sign_in_cookie import SignInCookie
from estimator.web.source import Source

Identify = Callable[[], Identity | None]
"""Says who sends the request at hand; ``None``: nobody in particular."""

PUBLIC = None
NEEDS: Mapping[str, Role | None] = {
    "api.estimates": PUBLIC,
    "api.adjudications": PUBLIC,
    "api.release": PUBLIC,
    "api.clinics": PUBLIC,
    "api.payers": PUBLIC,
    "api.plans": PUBLIC,
    "api.treatments": PUBLIC,
    "api.openapi": PUBLIC,
    "api.batches": Role.STAFF,
    "api.batch": Role.STAFF,
    "api.cancel": Role.STAFF,
    "api.results": Role.STAFF,
    "batches.batches": Role.STAFF,
    "batches.upload": Role.STAFF,
    "batches.template": Role.STAFF,
    "batches.batch": Role.STAFF,
    "batches.progress": Role.STAFF,
    "batches.columns": Role.STAFF,
    "batches.cancel": Role.STAFF,
    "batches.delete": Role.STAFF,
    "batches.results": Role.STAFF,
    "api.healthz": PUBLIC,
    "api.readyz": PUBLIC,
    "pages.asset": PUBLIC,
    "pages.form": Role.VIEWER,
    "pages.submit": Role.VIEWER,
    "pages.plan": Role.VIEWER,
    "rules.explorer": Role.VIEWER,
    "accounts.sign_in": PUBLIC,
    "accounts.enter": PUBLIC,
    "accounts.code": PUBLIC,
    "accounts.provider": PUBLIC,
    "accounts.provider_back": PUBLIC,
    "accounts.sign_out": Role.VIEWER,
    "accounts.left": Role.VIEWER,
    "accounts.stay": Role.VIEWER,
    "accounts.account": Role.VIEWER,
    "accounts.password": Role.VIEWER,
    "accounts.second_factor": Role.VIEWER,
    "accounts.confirm_second_factor": Role.VIEWER,
    "accounts.remove_second_factor": Role.VIEWER,
    "accounts.sign_out_everywhere": Role.VIEWER,
    "accounts.everyone": Role.ADMIN,
    "accounts.add": Role.ADMIN,
    "accounts.one": Role.ADMIN,
    "accounts.change": Role.ADMIN,
    "rulebook.releases": Role.VIEWER,
    "rulebook.release": Role.VIEWER,
    "rulebook.original": Role.VIEWER,
    "rulebook.clean": Role.VIEWER,
    "rulebook.roll_back": Role.APPROVER,
    "rulebook.upload_form": Role.EDITOR,
    "rulebook.upload": Role.EDITOR,
    "rulebook.draft": Role.VIEWER,
    "rulebook.draft_original": Role.VIEWER,
    "rulebook.draft_errors": Role.VIEWER,
    "rulebook.accept": Role.EDITOR,
    "rulebook.withdraw": Role.EDITOR,
    "rulebook.publish": Role.APPROVER,
    "audit.entries": Role.ADMIN,
    "widget.loader": PUBLIC,
    "widget.versions": PUBLIC,
    "widget.script": PUBLIC,
    "widget.style": PUBLIC,
    "widget.plans": PUBLIC,
    "widget.frame": PUBLIC,
    "widget.frame_step": PUBLIC,
    "widget.page": PUBLIC,
    "widget.page_step": PUBLIC,
    "widget.oembed": PUBLIC,
    "widget_api.clinic": PUBLIC,
    "widget_api.clinic_asked": PUBLIC,
    "widget_api.estimates": PUBLIC,
    "widget_api.estimates_asked": PUBLIC,
    "widget_admin.widgets": Role.ADMIN,
    "widget_admin.widget": Role.ADMIN,
    "widget_admin.save": Role.ADMIN,
    "widget_admin.preview": Role.ADMIN,
    "widget_admin.file": Role.ADMIN,
    "difference.draft": Role.VIEWER,
    "difference.releases": Role.VIEWER,
    "forward.rows": Role.VIEWER,
    "forward.check": Role.EDITOR,
    "estimates.everyone": Role.STAFF,
    "estimates.keep": Role.STAFF,
    "estimates.one": Role.STAFF,
    "estimates.remove": Role.STAFF,
}
"""The role that each endpoint needs. One that is not here is open to nobody."""

OURS = "accounts."
"""What is there only where this program itself knows who is asking."""
ASKS_ONLY = "accounts.left"
"""Asking how long is left is not doing something."""

LOCAL = Identity("this machine", Role.ADMIN)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


class Access:
    """Lets a request of one mounted estimator through, or not."""

    def __init__(self, mounted: str, source: Source, identify: Identify | None) -> None:
        self._mounted = mounted
        self._source = source
        self._identify = identify
        self._cookie = SignInCookie(mounted)

    def check(self) -> Response | None:
        """Let the request through, send whoever asks to sign in, or refuse."""
        if "\0" in request.path:
            raise NotFound  # PostgreSQL refuses to look for it
        endpoint = (request.endpoint or "").removeprefix(f"{self._mounted}.")
        if endpoint.rpartition(".")[2].startswith(FALLBACK):
            return None  # it only refuses
        if self._identify is not None and endpoint.startswith(OURS):
            raise NotFound
        if endpoint not in NEEDS:
            raise Forbidden
        needed = NEEDS[endpoint]
        if needed is PUBLIC:
            return None
        refuse_other_sites()
        g.estimator_identity = found = self._who(endpoint)
        if found is None:
            return self._nobody()
        if not found.role.includes(needed):
            raise Forbidden
        return None

    def _who(self, endpoint: str) -> Identity | None:
        if self._identify is not None:
            return self._identify()
        done = is_navigation() and endpoint != ASKS_ONLY
        g.estimator_signed_in = known = self._signed_in(note=done)
        if known is not None:
            return known.identity
        if self._source.has_accounts():
            return None
        return LOCAL if from_this_machine() else None

    def _signed_in(self, *, note: bool) -> SignedIn | None:
        token = self._cookie.token()
        if not token:
            return None
        source = self._source
        limits, now = source.settings.limits, source.now()
        known = sign_ins.who(source.database(), limits, token, now, note=note)
        g.estimator_seconds_left = sign_ins.seconds_left(known, now) if known else 0
        return known

    def _nobody(self) -> Response:
        """Send a person to the page where they sign in; a program gets an answer."""
        form = url_for(f"{self._mounted}.pages.form")
        here = request.root_path + request.full_path.rstrip("?")
        if not is_navigation() or here.startswith(f"{form}api/") or not self._can_sign_in():
            raise Unauthorized
        back = here if request.method == "GET" else None
        return see_other(url_for(f"{self._mounted}.accounts.sign_in", next=back))

    def _can_sign_in(self) -> bool:
        return self._identify is None and self._source.has_accounts()


def identity() -> Identity:
    """Return who sends the request at hand, in a view that is not public."""
    found: Identity = g.estimator_identity
    return found


def signed_in() -> SignedIn | None:
    """Return how they are signed in; ``None``: not with an account, or the view is public."""
    found: SignedIn | None = g.get("estimator_signed_in")
    return found


def see_other(address: str) -> Response:
    """Send the browser to another page of ours, to be fetched."""
    return Response(status=303, headers={"Location": address})


def is_navigation() -> bool:
    """Whether a person goes to a page; what a script asks by itself is nobody doing something."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def from_this_machine() -> bool:
    """Whether the server listens to this machine alone, and the request came straight from it."""
    host = urlsplit(f"//{request.host}").hostname
    names = (request.environ.get("SERVER_NAME"), request.remote_addr, host)
    return all(name in LOOPBACK for name in names) and not any(
        name in request.headers for name in FORWARDED
    )
