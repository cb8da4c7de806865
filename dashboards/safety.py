"""What the app refuses, and what it tells browsers to refuse: one call, ``harden(app)``.

- A request that names another host (``Host``) than this machine's own names is refused, so that no page of
  the web can reach the app of a visitor through a name that it makes resolve to this machine (DNS rebinding).
- A request that changes or computes something must come from the app's own pages (``Origin``,
  ``Sec-Fetch-Site``).
- Bodies are limited in size; what is not understood is answered in one line, never with a traceback.
- Browsers run no script but the app's own files, and talk to nobody else (Content-Security-Policy).

Sources: W3C Content Security Policy Level 3; Fetch Metadata Request Headers (W3C); OWASP Secure Headers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

import dash
import flask
from werkzeug.exceptions import HTTPException

from dashboards.safety_messages import answer_problem, forget_when_moving_on, tell_problem

#: Largest body of a request; a GTFS feed is uploaded as base64, four thirds of its size.
LARGEST_BODY_BYTES = 96 * 2**20
LONGEST_ADDRESS = 60_000
LOOPBACK_NAMES = ("localhost", "localhost.localdomain")
READING = ("GET", "HEAD", "OPTIONS")

DEVELOPERS_TOOLS = ("ui", "props_check", "serve_dev_bundles", "hot_reload", "validate_callbacks")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # frame-ancestors, for older browsers
    # Within the app the referrer says which view a page asks its layout for; nobody else learns it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def harden(app: dash.Dash, *, allow_hosts: Iterable[str] = (), tile_origins: Iterable[str] = ()) -> None:
    """Make an app safe to serve; call it after every callback and route is registered.

    Parameters
    ----------
    allow_hosts : iterable of str
        Names, besides localhost and addresses in numbers, by which visitors reach the app, as
        ``map.example.org``; a reverse proxy passes its own name.
    tile_origins : iterable of str
        ``https://host`` of map tiles that were switched on; images may come from there.

    Raises
    ------
    ValueError
        A name that is none (it has a slash, a space or is empty).
    """
    server: flask.Flask = app.server
    names = frozenset(map(_host_name, allow_hosts))
    server.debug = False  # FLASK_DEBUG and DASH_UI in the environment would show tracebacks
    for tool in DEVELOPERS_TOOLS:
        app._dev_tools[tool] = False
    server.config["PROPAGATE_EXCEPTIONS"] = False
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    policies: list[str] = []

    @server.before_request
    def refuse() -> flask.Response | None:
        return refusal(flask.request, names)

    @server.after_request
    def protect(answer: flask.Response) -> flask.Response:
        if not policies:  # the hashes of Dash's inline script are final when it is first asked for
            policies.append(content_security_policy(app.csp_hashes(), tile_origins))
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers["Content-Security-Policy"] = policies[0]
        if answer.mimetype in ("text/html", "application/json"):
            # What a page shows is not kept by machines between, nor after a sign-out.
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    server.register_error_handler(Exception, answer_problem)
    server.register_error_handler(HTTPException, answer_problem)
    app._on_error = tell_problem
    forget_when_moving_on(app)


def content_security_policy(script_hashes: Iterable[str], tile_origins: Iterable[str] = ()) -> str:
    """Return the policy: nothing but the app's own files; styles may be inline, scripts never.

    The kit's components set styles on elements, which no hash can name.
    """
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *script_hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", *tile_origins],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


def refusal(request: flask.Request, allow_hosts: frozenset[str]) -> flask.Response | None:
    """Return why a request is not answered; None if it is."""
    if not is_own_name(request.host, allow_hosts):
        return _refused(
            "This app does not answer under this name. Open it as http://localhost or by its address in "
            "numbers, or start it with --allow-host and the name.",
            403,
        )
    if len(request.full_path) > LONGEST_ADDRESS:
        return _refused("The address is too long.", 414)
    if request.method not in READING and not _from_own_page(request, allow_hosts):
        return _refused("This is answered to the app's own pages only.", 403)
    return None


def is_own_name(host: str, allow_hosts: frozenset[str]) -> bool:
    """Say whether a ``Host`` is one of ours; an address in numbers always is, for no name resolves to it."""
    name = _without_port(host)
    if name in LOOPBACK_NAMES or name in allow_hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _from_own_page(request: flask.Request, allow_hosts: frozenset[str]) -> bool:
    """Browsers say where a request comes from; programs that say nothing are no visitor's browser."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    netloc = urlsplit(origin).netloc.lower()
    return netloc == request.host.lower() or _without_port(netloc) in allow_hosts


def _without_port(host: str) -> str:
    name = host.strip().lower()
    if name.startswith("["):  # an IPv6 address
        return name[1:].partition("]")[0]
    return name.partition(":")[0].rstrip(".")


def _host_name(name: str) -> str:
    found = name.strip().lower()
    if not found or any(mark in found for mark in "/ ?#@*\\"):
        raise ValueError(f"allow_hosts: {name!r} is no name of a host; write one as map.example.org")
    return _without_port(found)


def _refused(text: str, status: int) -> flask.Response:
    return flask.Response(text + "\n", status=status, mimetype="text/plain")
