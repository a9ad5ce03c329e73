"""The errors of responses outside 2xx."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest

from gradient_async.errors import NotFoundError, StatusError
from gradient_async.transport.credentials import Secret
from gradient_async.transport.status import status_error
from gradient_async.transport.wire import Request, Response

REQUEST = Request(method="GET", path="/v2/gen-ai/indexing_jobs/a%20b")
TOKEN = "hunter2/hunter+3"
SECRET = Secret(TOKEN)


def create_error(
    body: object,
    *,
    status: int = 404,
    headers: dict[str, str] | None = None,
    retry_after: float | None = None,
) -> StatusError:
    """Create the error of a response; a body other than bytes is encoded as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status=status, headers=headers or {}, body=raw)
    return status_error(REQUEST, response, retry_after=retry_after, secret=SECRET)


def test_facts_from_the_body() -> None:
    """The error has the API's id, message and request id, and the call's place."""
    error = create_error(
        {"id": "not_found", "message": "no such job", "request_id": "req-1"},
        headers={"x-request-id": "req-2"},
        retry_after=3.0,
    )

    assert NotFoundError is type(error)
    assert (404, "not_found", "no such job", "req-1", 3.0) == (
        error.status,
        error.id,
        error.message,
        error.request_id,
        error.retry_after,
    )
    assert ("GET", "/v2/gen-ai/indexing_jobs/a%20b") == (error.method, error.path)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>hunter2</html>", id="html-without-title"),
        pytest.param(b"<html><title> \n </title>", id="html-with-empty-title"),
        pytest.param(b" \r\n", id="blank"),
        pytest.param(b"null", id="null"),
        pytest.param(b'""', id="empty-text"),
        pytest.param(b"[]", id="empty-list"),
        pytest.param({}, id="no-keys"),
        pytest.param({"id": "", "message": "", "request_id": ""}, id="empty-texts"),
    ],
)
def test_unusable_bodies(body: object) -> None:
    """Without a usable body, the status's phrase and the header's request id remain."""
    error = create_error(body, headers={"x-request-id": "req-2"})

    assert ("Not Found", "", "req-2") == (error.message, error.id, error.request_id)


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        ("Found", 302),
        ("I'm a Teapot", 418),
        ("Service Unavailable", 503),
        ("", 499),
        ("", 599),
    ],
)
def test_phrases(expected: str, status: int) -> None:
    """Without a body, the message is the standard phrase, if the status has one."""
    error = create_error(b"", status=status)

    assert expected == error.message
    assert str(status) in str(error)
    assert error.request_id is None


NGINX = b"""<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center></body>
</html>"""
CHALLENGE = b"""<!DOCTYPE html><html lang="en-US"><head>
<title>Just a moment...</title></head><body>Enable JavaScript</body></html>"""
CLOUDFLARE = b"""<!DOCTYPE html><html><head>
<title>api.digitalocean.com | 520: Web server is returning an unknown error</title>
</head><body>&middot;</body></html>"""
ENVOY = b"upstream connect error or disconnect/reset before headers"


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        pytest.param(
            "404 not_found: no such job", {"id": "not_found", "message": "no such job"}
        ),
        pytest.param(
            '404: {"name":["is too long"]}', {"message": {"name": ["is too long"]}}
        ),
        pytest.param("404: it broke", {"message": {"message": "it broke"}}),
        pytest.param(
            "404: no name; no region",
            {"errors": ["no name", {"message": "no region"}]},
        ),
        pytest.param("404: it broke", {"errors": [{"detail": "it broke"}]}),
        pytest.param("404: Not found", {"detail": "Not found."}),
        pytest.param(
            '404: {"loc":["body","name"],"msg":"Field required"}',
            {"detail": [{"loc": ["body", "name"], "msg": "Field required"}]},
        ),
        pytest.param("404: no such route", {"error": "no such route"}),
        pytest.param(
            "404 model_not_found: no such model",
            {"error": {"message": "no such model", "code": "model_not_found"}},
        ),
        pytest.param(
            "404 api_error: no", {"error": {"message": "no", "type": "api_error"}}
        ),
        pytest.param(
            "404: The token expired",
            {"error": "invalid_token", "error_description": "The token expired"},
        ),
        pytest.param(
            "404: no knowledge base",
            {"code": 5, "message": "no knowledge base", "details": [{"x": "why"}]},
        ),
        pytest.param("404: Gone fishing", {"title": "Gone fishing", "type": "about:"}),
        pytest.param('404: {"cause":"quota"}', {"cause": "quota"}),
        pytest.param('404: {"id":5,"message":null}', {"id": 5, "message": None}),
        pytest.param("404: message", ["message"]),
        pytest.param("404: message", "message"),
        pytest.param('404: {"message": "no', b'{"message": "no'),
        pytest.param("404: no\ufffd", b"no\xff"),
        pytest.param(f"404: {ENVOY.decode()}", ENVOY),
        pytest.param("404: 502 Bad Gateway", NGINX),
        pytest.param("404: Just a moment", CHALLENGE),
        pytest.param("404: Tom & Jerry", b"<HTML><TITLE>Tom &amp;\n Jerry</TITLE>"),
    ],
)
def test_what_the_server_said_is_shown(expected: str, body: object) -> None:
    """The text of the error begins with the status and what the server said."""
    text = str(create_error(body))

    assert text.startswith(f"{expected} (GET /v2/")


def test_titles_do_not_repeat_the_status() -> None:
    """The status stands once in the text, although it begins the page's title, too."""
    assert str(create_error(NGINX, status=502)).startswith("502: Bad Gateway (GET")


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        ("", b""),
        ("", b"null"),
        ("", {}),
        (
            '{"message":"gr\u00fcn /","code":5}',
            b'{"message": "gr\\u00fcn \\/", "code":5}',
        ),
        ("no route", b"no route\n"),
        ("a b [2J c", b"a\nb\x1b[2J\xc2\x9bc"),
        ("<html> <b>no</b>", b"<html>\n<b>no</b>"),
    ],
)
def test_excerpts_of_bodies(expected: str, body: object) -> None:
    """`body` is what the server sent, on one line, and JSON without blanks."""
    assert expected == create_error(body).body


@pytest.mark.parametrize(
    "body",
    [b"x" * 5000, b"x" * 70_000, {"detail": ["x" * 50] * 500}, "\u20ac" * 900],
    ids=["text", "longest", "json", "wide"],
)
def test_excerpts_are_capped(body: object) -> None:
    """`body` has 2,000 bytes at most."""
    assert 1990 < len(create_error(body).body.encode()) <= 2000


def test_deeply_nested_bodies_are_shown() -> None:
    """A body that is nested too deeply for JSON is shown as plain text."""
    error = create_error(b"[" * 100_000)

    assert ("[" * 2000, "[" * 2000) == (error.message, error.body)


def test_deeply_nested_messages_are_not_searched_for() -> None:
    """A text for people is not searched for below eight levels."""
    body: object = "deep"
    for _ in range(12):
        body = {"error": body}

    assert json.dumps(body).replace(" ", "") == create_error(body).body
    assert "deep" in create_error(body).message


WEB_PAGE = "The response is not from the API: check the base URL"


@pytest.mark.parametrize(
    ("expected", "status", "body", "headers"),
    [
        ("Check the scopes of the token", 403, {"message": "no"}, {}),
        (WEB_PAGE, 403, CHALLENGE, {"cf-ray": "8f-FRA"}),
        (WEB_PAGE, 404, NGINX, {}),
        (WEB_PAGE, 401, b"<HTML>", {}),
        (WEB_PAGE, 403, b" <!-- blocked --><html>", {}),
        (WEB_PAGE, 403, b"error code: 1020", {"cf-ray": "8f-FRA"}),
        ("Check the user and the password of the proxy", 407, NGINX, {}),
        ("Try again later", 502, NGINX, {}),
        (
            "Try again later, and report the cf-ray to support",
            520,
            CLOUDFLARE,
            {"cf-ray": "8f-FRA"},
        ),
        (
            "Try again later, and report the request id to support",
            500,
            {"request_id": "r"},
            {"cf-ray": "8f-FRA"},
        ),
        ("Send fewer requests, here and from elsewhere", 429, b"", {}),
        ("Send fewer requests, here and from elsewhere", 429, NGINX, {}),
    ],
)
def test_hints_are_true(
    expected: str, status: int, body: object, headers: dict[str, str]
) -> None:
    """A hint fits the response, and names only what the error has."""
    error = create_error(body, status=status, headers=headers)

    assert error.hint.startswith(expected)
    assert str(error).endswith(f". {error.hint}")
    assert error.hint == error.to_dict()["hint"]


def test_hints_about_waiting_have_a_time() -> None:
    """A 429 with a time to wait says to wait for it."""
    error = create_error(b"", status=429, retry_after=3.0)

    assert error.hint.startswith("Wait `retry_after` seconds")


@pytest.mark.parametrize(
    ("expected", "headers"),
    [
        ("0.00 s, cf-ray 8f-FRA)", {"cf-ray": "8f-FRA"}),
        ("0.00 s, request id r-1)", {"cf-ray": "8f-FRA", "x-request-id": "r-1"}),
    ],
)
def test_cloudflares_id_replaces_a_missing_one(
    expected: str, headers: dict[str, str]
) -> None:
    """Without a request id, the text names Cloudflare's."""
    error = create_error(CLOUDFLARE, status=520, headers=headers).complete(attempts=1)

    assert expected in str(error)
    assert "8f-FRA" == error.cf_ray


def in_base64(prefix: str) -> str:
    """Return base64 of a text that ends with the token."""
    return b64encode(f"{prefix}{TOKEN}!".encode()).decode()


def escaped(text: str) -> str:
    """Return a text with every character escaped, as JSON permits."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


@pytest.mark.parametrize(
    "body",
    [
        f"token {TOKEN} is bad",
        f"https://x.example/?token={quote(TOKEN, safe='')}&a=b",
        "".join(f"%{ord(letter):02X}" for letter in TOKEN),
        f"Basic {in_base64('')}",
        f"Basic {in_base64('a')}",
        f"Basic {in_base64('ab')}",
        f"Basic {in_base64('').replace('+', '-').replace('/', '_')}",
        f'{{"message": "{escaped(TOKEN)}"}}',
        f'{{"input": {{"headers": ["{TOKEN}"]}}}}',
        f"<html><title>{TOKEN}</title>{TOKEN}</html>",
        # Cut first, these would show a part of the token.
        "x" * 1990 + TOKEN,
        " " * (32 * 1024 - 8) + TOKEN,
        quote(TOKEN, safe="") * 5000,
    ],
)
@pytest.mark.parametrize("status", [401, 503])
def test_no_form_of_the_token_is_shown(body: str, status: int) -> None:
    """A token that the server repeats, encoded or not, is in no fact of the error."""
    shown = repr(vars(create_error(body.encode(), status=status)))
    forms = ["hunter", "HUNTER", "%68%75", "unter", in_base64("")[:12]]
    forms += [in_base64(prefix)[4:16] for prefix in ("a", "ab")]

    assert [] == [form for form in forms if form in shown]


def test_no_secret_of_the_request_is_shown() -> None:
    """Credentials of a request, which validation errors repeat, are not shown."""
    secrets = {"secret_key": "aws-secret-1", "options": [{"apiKey": "a-key-12345"}]}
    request = Request(
        method="POST",
        path="/v2/x",
        body=json.dumps({**secrets, "name": "manuals-of-acme", "token": 5}).encode(),
    )
    echo = json.dumps({"detail": [{"input": secrets, "name": "manuals-of-acme"}]})
    response = Response(status=422, body=echo.encode())
    error = status_error(request, response, retry_after=None, secret=SECRET)

    assert "manuals-of-acme" in error.message
    assert "manuals-of-acme" in error.body
    assert "aws-secret" not in repr(vars(error))
    assert "a-key" not in repr(vars(error))


def test_requests_that_cannot_be_searched() -> None:
    """A request nested too deeply to be searched for secrets is no other error."""
    request = Request(method="POST", path="/v2/x", body=b"[" * 5000 + b"]" * 5000)
    error = status_error(request, Response(status=422), retry_after=None, secret=SECRET)

    assert 422 == error.status


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"message": f"Bearer {TOKEN} is unknown", "id": "x"}, {}),
        ({"message": "x", "id": TOKEN}, {}),
        ({"message": "x", "request_id": f"a-{TOKEN}-b"}, {}),
        ({}, {"x-request-id": TOKEN}),
        ({}, {"cf-ray": TOKEN}),
        # If it were cut first, a part of the token would remain at the end.
        ({"message": "x" * 1996 + TOKEN}, {}),
    ],
)
def test_servers_that_repeat_the_token(
    body: dict[str, str], headers: dict[str, str]
) -> None:
    """A token that the server repeats is removed from every fact."""
    error = create_error(body, headers=headers)

    assert "hunt" not in str(error)
    assert "hunt" not in repr(vars(error))
    assert "***" in str(error)


def test_names_are_not_redacted_in_part() -> None:
    """An id with the token in it is hidden as a whole: programs compare ids."""
    error = create_error({"id": f"bad_{TOKEN}", "message": f"bad {TOKEN}!"})

    assert ("***", "bad ***!") == (error.id, error.message)


def test_short_tokens_do_not_shred_texts() -> None:
    """A token of a few letters, as in tests, is not searched for."""
    response = Response(status=404, body=b'{"id": "not_found", "message": "a note"}')
    error = status_error(REQUEST, response, retry_after=None, secret=Secret("not"))

    assert ("not_found", "a note") == (error.id, error.message)


@pytest.mark.parametrize("key", ["id", "message", "request_id"])
def test_texts_stay_on_one_line(key: str) -> None:
    """Text from a server cannot forge log lines."""
    error = create_error({"id": "x", "message": "x", key: "a\r\nb\x1b[2Jc"})

    assert "a  b [2Jc" == getattr(error, key)
    assert str(error).isprintable()


@pytest.mark.parametrize("key", ["id", "message", "request_id"])
def test_long_texts_are_truncated(key: str) -> None:
    """Text from a server is cut to 2,000 characters."""
    body: dict[str, Any] = {key: "x" * 100_000}
    error = create_error(body)

    assert 2000 == len(getattr(error, key))


def test_long_header_ids_are_truncated() -> None:
    """A request id from a header is cut to 2,000 characters, too."""
    error = create_error(b"", headers={"x-request-id": "x" * 8000})

    assert 2000 == len(error.request_id or "")
