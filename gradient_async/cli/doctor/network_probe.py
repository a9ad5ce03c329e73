"""Whether the API is reached: name, connection, certificate, response, clock."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import SplitResult, unquote

import attrs

from gradient_async.cli.doctor.findings import Finding, Route, describe_proxy

UNREACHED: Final = ("dns", "connection")
"""Names of the findings whose problems mean that the API is not reached."""

_TIMEOUT: Final = 10.0
_PATH: Final = "/v2/gen-ai/regions"
_PORTS: Final = {"https": 443, "http": 80}
_SERVER_ERROR: Final = 500

# A certificate or a presigned URL may be rejected from then on.
_MAX_SKEW: Final = timedelta(minutes=1)


@attrs.frozen
class Response:
    """What the API responded, to a request without a token."""

    connection: str
    """What the connection is like."""
    status: int
    """HTTP status, 401 as a rule."""
    date: str | None
    """The header `Date`; None if there is none."""
    seconds: float
    """Seconds from the request to the response."""


async def check_network(route: Route) -> AsyncGenerator[Finding, None]:
    """Yield what is found on the way to the API; a problem is the last."""
    if route.proxy is not None and route.proxy.scheme != "http":
        yield Finding("network", "not checked: the proxy itself needs TLS")
        return
    dns = await asyncio.to_thread(resolve, route)
    yield dns
    if not dns.is_ok:
        return
    response = await asyncio.to_thread(request, route)
    if isinstance(response, Finding):
        yield response
        return
    yield Finding("connection", response.connection)
    yield judge_status(response)
    yield judge_clock(response, route, datetime.now(UTC))


def _port(url: SplitResult) -> int:
    return url.port or _PORTS[url.scheme]


def resolve(route: Route) -> Finding:
    """Return the addresses of the host to connect to; blocks."""
    target = route.proxy or route.url
    host = str(target.hostname)
    try:
        found = socket.getaddrinfo(host, _port(target), type=socket.SOCK_STREAM)
    except OSError as error:
        reason = error.strerror or "no response"
        text = f"cannot resolve {host}: {reason}. {_advise(route)}"
        return Finding("dns", text, is_ok=False)
    addresses = dict.fromkeys(str(address[0]) for *_, address in found)
    return Finding("dns", f"{host} is {', '.join(addresses)}")


def request(route: Route) -> Response | Finding:
    """Send a request without a token; blocks for at most 10 s a step."""
    try:
        return _request(route)
    except (OSError, HTTPException) as error:
        return Finding("connection", explain(error, route), is_ok=False)


def _request(route: Route) -> Response:
    url, target = route.url, route.proxy or route.url
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = connect(str(target.hostname), _port(target), timeout=_TIMEOUT)
    if route.proxy is not None:
        connection.set_tunnel(str(url.hostname), _port(url), _authorize(route.proxy))
    try:
        connection.connect()
        sock = connection.sock
        kind = sock.version() if isinstance(sock, ssl.SSLSocket) else "not encrypted"
        started = time.monotonic()
        connection.request("GET", f"{url.path}{_PATH}")
        reply = connection.getresponse()
        seconds = time.monotonic() - started
        return Response(str(kind), reply.status, reply.getheader("date"), seconds)
    finally:
        connection.close()


def _authorize(proxy: SplitResult) -> dict[str, str]:
    """Return the header for the user and password of a proxy."""
    if proxy.username is None:
        return {}
    text = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(text.encode()).decode()}"}


def explain(error: OSError | HTTPException, route: Route) -> str:
    """Return why there is no connection, and what to do about it."""
    host = route.url.netloc
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {host} is not trusted: {error.verify_message}. "
                f"Check the clock, and the certificates: SSL_CERT_FILE"
            )
        case ssl.SSLError():
            return f"no TLS with {host}: {error.reason}. {_advise(route)}"
        case TimeoutError():
            return f"no connection to {host} in {_TIMEOUT:g} s. {_advise(route)}"
        case HTTPException():
            return f"{host} does not speak HTTP. Check the URL of the API"
        case _:
            reason = error.strerror or str(error)
            return f"no connection to {host}: {reason}. {_advise(route)}"


def _advise(route: Route) -> str:
    if route.proxy is not None:
        return f"Check the proxy {describe_proxy(route.proxy)}"
    return "Check the network and the firewall; a proxy is set by HTTPS_PROXY"


def judge_status(response: Response) -> Finding:
    """Return whether the API is up."""
    text = f"status {response.status} in {response.seconds:.2f} s, without a token"
    if response.status < _SERVER_ERROR:
        return Finding("api", text)
    text += ". Try again later; see https://status.digitalocean.com"
    return Finding("api", text, is_ok=False)


def judge_clock(response: Response, route: Route, now: datetime) -> Finding:
    """Return whether this machine's clock is that of the API, within a minute."""
    if route.url.scheme == "http":
        return Finding("clock", "not compared: the API runs on this machine")
    try:
        # A date without a zone is in UTC, too.
        date = parsedate_to_datetime(response.date or "").replace(tzinfo=UTC)
    except ValueError:
        return Finding("clock", "not compared: the response has no date")
    skew = now - date
    side = "ahead" if skew > timedelta(0) else "behind"
    text = f"{abs(skew.total_seconds()):.0f} s {side}"
    if abs(skew) <= _MAX_SKEW:
        return Finding("clock", text)
    return Finding("clock", f"{text}. Set the clock of this machine", is_ok=False)
