"""`Accounts`: a live mapping of names to clients, its members, views and its end."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import warnings
from typing import Any

import aiohttp
import pytest

from gradient_async import (
    Account,
    Accounts,
    AccountsError,
    AiohttpTransport,
    Client,
    ClientClosedError,
    ConfigurationError,
    DeadlineExceededError,
    RetryPolicy,
)
from gradient_async.emulator import Emulator
from tests.accounts.fake_api import FakeApi, error, job_list, open_accounts
from tests.support.secrets import texts_of_error
from tests.support.virtual_time import VirtualTimeLoop

SECRET = "dop_v1_TOPSECRET0123456789"


def three(**options: Any) -> FakeApi:
    """Return an API with three accounts."""
    return FakeApi({name: job_list(name, 3) for name in "abc"}, **options)


async def first(client: Client) -> str:
    """Fetch the id of the newest job."""
    return (await client.iter_indexing_jobs()).items[0].uuid


# A mapping


async def test_a_mapping_of_clients() -> None:
    """Names lead to clients, the same one each time."""
    async with open_accounts(three()) as accounts:
        assert ["a", "b", "c"] == list(accounts)
        assert 3 == len(accounts)
        assert "a" in accounts
        assert "x" not in accounts
        assert 1 not in accounts  # type: ignore[comparison-overlap]
        assert isinstance(accounts["a"], Client)
        assert accounts["a"] is accounts["a"]
        assert "a" == accounts["a"].account
        assert accounts.get("x") is None
        with pytest.raises(KeyError, match="x"):
            accounts["x"]
        assert {"a": "a-0", "b": "b-0"} == {
            it: await first(accounts[it]) for it in "ab"
        }


async def test_iteration_while_accounts_change() -> None:
    """A loop over the names survives additions and removals."""
    async with open_accounts(three()) as accounts:
        seen = []
        for name in accounts:
            seen.append(name)
            if name == "a":
                await accounts.remove("b")
                accounts.add("d", "d")
        pairs = list(accounts.items())

    assert ["a", "c"] == seen
    assert ["a", "c", "d"] == [name for name, _ in pairs]


async def test_equality() -> None:
    """Accounts are equal only to themselves, so they can be keys."""
    async with open_accounts(three()) as accounts, open_accounts(three()) as others:
        view = accounts.select(names=list(accounts))

        assert 3 == len({accounts, view, others, accounts})
        assert accounts == accounts  # noqa: PLR0124  (the claim)
        assert accounts not in (view, others, dict(accounts))


async def test_no_token_is_shown() -> None:
    """Neither reprs nor pickles show a token; connections cannot be copied."""
    async with Accounts({"a": SECRET, "b": Account(SECRET)}) as accounts:
        shown = f"{accounts!r} {accounts['a']!r} {accounts.health()!r}"
        assert SECRET not in f"{shown} {accounts.iter_indexing_jobs()!r}"
        assert "<Accounts 2>" == repr(accounts)
        for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                duplicate(accounts)


# Bad input


def add(wrong: Any) -> None:
    """Add an account with this token."""
    Accounts({"fine": "t"}).add("acme", wrong)


def replace(wrong: Any) -> None:
    """Replace the token of an account by this one."""
    Accounts({"acme": "t"}).replace("acme", wrong)


@pytest.mark.parametrize(
    "wrong", [f"{SECRET} x", f"Bearer {SECRET}", "", None, SECRET.encode(), [SECRET]]
)
@pytest.mark.parametrize("use", [lambda it: Accounts({"acme": it}), add, replace])
async def test_invalid_tokens(use: Any, wrong: Any) -> None:
    """An invalid token is refused with the account's name, and shown nowhere."""
    with pytest.raises(ConfigurationError, match="account acme") as caught:
        use(wrong)

    assert [] == [it for it in texts_of_error(caught.value) if SECRET in it]


@pytest.mark.parametrize("wrong", [[SECRET], SECRET, None, {SECRET}])
async def test_what_is_no_mapping(wrong: Any) -> None:
    """Anything but a mapping is refused, without showing it."""
    with pytest.raises(ConfigurationError, match="must be a mapping") as caught:
        Accounts(wrong)

    assert [] == [it for it in texts_of_error(caught.value) if SECRET in it]


@pytest.mark.parametrize("name", ["", "a\nb", "\x1b[31m", "\ud800", 7, None])
async def test_invalid_names(name: Any) -> None:
    """A name that is empty, or could garble a log, is refused at once."""
    with pytest.raises(ConfigurationError, match="an account's name"):
        Accounts({name: SECRET})


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("timeout", {"timeout": 0}),
        ("retry", {"retry": 3}),
        ("rate_limit", {"rate_limit": 250}),
        ("max_concurrency", {"max_concurrency": 0}),
        ("max_concurrency", {"per_account_concurrency": 0}),
        ("refused_for", {"refused_for": -1}),
        ("on_attempt", {"on_attempt": 5}),
        ("session", {"session": 5}),
        ("transport", {"transport": 5}),
        ("proxy", {"proxy": "ftp://x"}),
        ("excludes", {"transport": three(), "proxy": "http://localhost:1"}),
        ("base URL", {"base_url": "http://example.com"}),
    ],
)
async def test_invalid_options(expected: str, options: dict[str, Any]) -> None:
    """An invalid option is refused, without showing a token."""
    with pytest.raises(ConfigurationError, match=expected) as caught:
        Accounts({"a": SECRET}, **options)

    assert [] == [it for it in texts_of_error(caught.value) if SECRET in it]


# Membership


async def test_adding_an_account() -> None:
    """A new account can be used at once; streams that have begun lack it."""
    api = three()
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs()
        api.lists["d"] = job_list("d", 1)
        accounts.add("d", Account("d", tags=["new"]))

        assert "d-0" == await first(accounts["d"])
        assert ["d"] == list(accounts.select(tags=["new"]))
        assert 9 == len(await stream.collect())
        with pytest.raises(ConfigurationError, match="named 'd' already"):
            accounts.add("d", "d")


async def test_removing_an_account_waits_for_its_calls() -> None:
    """By default, calls in progress end in peace, and no more are accepted."""
    api = three(delay=lambda _: 5.0)
    async with open_accounts(api) as accounts:
        client = accounts["a"]
        running = asyncio.ensure_future(first(client))
        await asyncio.sleep(1)
        removing = asyncio.ensure_future(accounts.remove("a"))
        await asyncio.sleep(1)

        assert "a" not in accounts
        assert not removing.done()
        with pytest.raises(ClientClosedError):
            await first(client)
        assert "a-0" == await running
        await removing
        # The name is free again, for another client.
        accounts.add("a", "a")
        assert "a-0" == await first(accounts["a"])
        assert client is not accounts["a"]


async def test_calls_that_are_waited_for_keep_their_deadline() -> None:
    """A call that runs out of time while its account is removed says so."""
    api = three(delay=lambda _: 100.0)
    async with open_accounts(api, timeout=10) as accounts:
        running = asyncio.ensure_future(first(accounts["a"]))
        await asyncio.sleep(1)
        await accounts.remove("a")

        with pytest.raises(DeadlineExceededError):
            await running


async def test_removing_an_account_at_once() -> None:
    """Without `drain`, calls in progress end with `ClientClosedError`."""
    api = three(delay=lambda _: 5.0)
    async with open_accounts(api) as accounts:
        running = asyncio.ensure_future(first(accounts["a"]))
        await asyncio.sleep(1)
        await accounts.remove("a", drain=False)

        with pytest.raises(ClientClosedError, match="account a"):
            await running
        assert 0 == api.in_flight
        await accounts.remove("b")
        with pytest.raises(KeyError):
            await accounts.remove("b")
        assert ["c"] == list(accounts)


async def test_a_stream_reports_an_account_that_was_removed() -> None:
    """A stream that reads an account when it is removed names it as failed."""
    api = three(delay=lambda token: 5.0 if token == "a" else 1.0)
    async with open_accounts(api) as accounts:
        reading = asyncio.ensure_future(accounts.iter_indexing_jobs().collect())
        await asyncio.sleep(2)
        await accounts.remove("a", drain=False)

        with pytest.raises(AccountsError) as caught:
            await reading
    assert {"a": ClientClosedError} == {
        name: type(it) for name, it in caught.value.errors.items()
    }


@pytest.mark.parametrize("read", ["iter_indexing_jobs", "changes"])
async def test_an_account_removed_before_a_stream_begins(read: str) -> None:
    """A stream does not read another account that has taken the name meanwhile."""
    api = three()
    async with open_accounts(api) as accounts:
        stream = getattr(accounts, read)()
        await accounts.remove("b")
        accounts.add("b", "c")

        with pytest.raises(AccountsError) as caught:
            await stream.collect()
    assert {"b": ClientClosedError} == {
        name: type(it) for name, it in caught.value.errors.items()
    }
    assert ["a", "c"] == sorted(api.tokens)


async def test_replacing_a_token() -> None:
    """The next attempt uses the new token, of a call in progress, too."""
    respond = lambda token, _: error(503) if token == "a" else None  # noqa: E731
    api = three(respond=respond)
    async with open_accounts(api, timeout=100) as accounts:
        client, view = accounts["a"], accounts["a"].with_options(timeout=50)
        running = asyncio.ensure_future(first(client))
        # No time passes, so the wait before the next attempt cannot be over.
        while not api.tokens:
            await asyncio.sleep(0)
        accounts.replace("a", "b")

        assert "b-0" == await running
        assert client is accounts["a"]
        assert "b-0" == await first(view)
        accounts.replace("a", Account(lambda: "c", tags=["x"]))
        assert "c-0" == await first(client)
        assert ["a"] == list(accounts.select(tags=["x"]))
        accounts.replace("a", "b")
        assert ["a"] == list(accounts.select(tags=["x"]))
    assert ["a", "b", "b", "c"] == api.tokens


async def test_replacements_that_are_refused() -> None:
    """Only the token of an account that is there can be replaced, not its URL."""
    async with open_accounts(three()) as accounts:
        with pytest.raises(KeyError):
            accounts.replace("x", "t")
        with pytest.raises(ConfigurationError, match="remove it, then add it"):
            accounts.replace("a", Account("a", base_url="http://127.0.0.1:1"))
        accounts.replace("b", "a")
        assert "a-0" == await first(accounts["b"])


# Views


async def test_selections_are_live() -> None:
    """A selection by names or tags follows what is added and removed."""
    api = three()
    tags = {"a": ["x"], "b": ["x", "y"], "c": ["y"]}
    members = {name: Account(name, tags=tags[name]) for name in tags}
    async with Accounts(members, transport=api) as accounts:
        x, named = accounts.select(tags=["x"]), accounts.select(names=["a", "c"])
        assert ["a", "b"] == list(x)
        assert ["a", "b", "c"] == list(accounts.select(tags=["x", "y"]))
        assert ["b"] == list(x.select(tags=["y"]).select(names=["b"]))
        assert ["a"] == list(x.select(names=["a", "b"]).select(names=["a"]))
        assert [] == list(accounts.select(names=[]))
        assert "c" not in x
        with pytest.raises(KeyError):
            x["c"]

        await accounts.remove("a")
        accounts.add("d", Account("d", tags=["x"]))
        assert ["b", "d"] == list(x)
        assert ["c"] == list(named)
        assert accounts["c"] is named["c"]
        assert {"c"} == {account for account, _ in await jobs(named)}


async def jobs(accounts: Accounts) -> list[tuple[str, Any]]:
    """Read all jobs."""
    return list(await accounts.iter_indexing_jobs().collect())


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("no account named 'x'; there are: a, b, c", {"names": ["a", "x"]}),
        ("names must be a list", {"names": "a"}),
        ("tags must be a list", {"tags": "x"}),
    ],
)
async def test_invalid_selections(expected: str, options: dict[str, Any]) -> None:
    """An unknown name is refused; tags may be of accounts to come."""
    async with open_accounts(three()) as accounts:
        with pytest.raises(ConfigurationError, match=expected):
            accounts.select(**options)
        assert [] == list(accounts.select(tags=["to come"]))


async def test_views_with_options() -> None:
    """The options hold for the view's clients and streams, and add up."""
    api = three(delay=lambda _: 2.0)
    async with open_accounts(api, retry=RetryPolicy(attempts=1)) as accounts:
        view = accounts.with_options(timeout=1.0, headers={"X-A": "1", "X-B": "1"})
        view = view.with_options(headers={"x-b": "2"})
        with pytest.raises(DeadlineExceededError):
            await first(view["a"])
        with pytest.raises(AccountsError):
            await jobs(view)
        assert "a-0" == await first(view.with_options(timeout=3)["a"])
        assert "a-0" == await first(accounts["a"])

    headers = [dict(request.headers) for _, request in api.requests]
    assert [{"x-a": "1", "x-b": "2"}] * 5 + [{}] == headers


async def test_a_retry_policy_of_a_view() -> None:
    """A view's retry policy replaces that of the accounts."""
    api = three(respond=lambda *_: error(503))
    async with open_accounts(api, retry=RetryPolicy(attempts=1)) as accounts:
        view = accounts.with_options(retry=RetryPolicy(attempts=3)).with_options()
        for used in (view, accounts):
            with pytest.raises(Exception, match="503"):
                await first(used["a"])
    assert 3 + 1 == len(api.requests)


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"retry": 3}, {"headers": {"Authorization": "x"}}]
)
async def test_invalid_options_of_views(options: dict[str, Any]) -> None:
    """An invalid option is refused when the view is made; an unknown one, too."""
    async with open_accounts(three()) as accounts:
        with pytest.raises(ConfigurationError):
            accounts.with_options(**options)
        with pytest.raises(TypeError):
            accounts.with_options(tiemout=5)  # type: ignore[call-arg]


# The end


async def test_closing_parts_does_nothing() -> None:
    """Closing a view, or the client of one account, leaves everything open."""
    async with open_accounts(three()) as accounts:
        async with accounts.select(names=["a"]), accounts.with_options(timeout=5):
            pass
        async with accounts["a"] as client:
            pass
        await client.with_options(timeout=5).aclose()

        assert "a-0" == await first(client)


async def test_closing_ends_calls_in_progress() -> None:
    """Calls in progress, also of accounts being removed, end; later ones fail."""
    api = three(delay=lambda _: 100.0)
    accounts = open_accounts(api)
    clients = dict(accounts)
    calls = [asyncio.ensure_future(first(clients[name])) for name in "ab"]
    await asyncio.sleep(1)
    removing = asyncio.ensure_future(accounts.remove("b"))
    await asyncio.sleep(1)
    await accounts.aclose()
    await accounts.aclose()
    await removing

    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [ClientClosedError] * 2 == [type(it) for it in outcomes]
    assert 0 == api.in_flight
    assert not api.is_closed
    for client in (clients["c"], accounts["a"], accounts.with_options(timeout=5)["a"]):
        with pytest.raises(ClientClosedError):
            await first(client)
    with pytest.raises(ClientClosedError):
        accounts.add("d", "d")
    with pytest.raises(AccountsError):
        await jobs(accounts)
    assert 2 == len(api.requests)


async def test_unclosed_accounts_warn_once(api: Emulator) -> None:
    """Dropping used accounts emits one warning, once no client is in use either."""
    accounts = Accounts({"a": api.token, "b": api.token}, base_url=api.url)
    await accounts.map(first)
    client = accounts["a"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del accounts
        gc.collect()
        await first(client)
    with warnings.catch_warnings(record=True, action="always") as caught:
        del client
        gc.collect()
    await asyncio.sleep(0)

    assert ["unclosed Accounts: use `async with` or `await accounts.aclose()`"] == [
        str(it.message) for it in caught
    ]


async def test_unused_accounts_do_not_warn() -> None:
    """Accounts that were never used need not be closed."""
    accounts = Accounts({"a": "t"})
    accounts.health()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del accounts
        gc.collect()


def test_one_event_loop() -> None:
    """Accounts belong to the loop of the first call of any of them."""
    api = three()
    accounts = open_accounts(api)
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(first(accounts["a"]))
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        with pytest.raises(ConfigurationError, match=r"one Accounts per asyncio\.run"):
            runner.run(first(accounts["b"]))
        runner.run(accounts.aclose())


# Where they come from


async def test_accounts_from_elsewhere(
    api: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Accounts of the environment, a file and doctl's configuration; with options."""
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN_PROD", api.token)
    file = tmp_path / "accounts.toml"
    file.write_text(
        '[accounts.acme]\ntoken_env = "DIGITALOCEAN_ACCESS_TOKEN_PROD"\ntags = ["t"]\n'
    )
    doctl = tmp_path / "config.yaml"
    doctl.touch(mode=0o600)
    doctl.write_text(f"access-token: {api.token}\n")

    for accounts, name in [
        (Accounts.from_env(base_url=api.url), "prod"),
        (Accounts.from_file(file, base_url=api.url), "acme"),
        (Accounts.from_doctl(doctl, base_url=api.url), "default"),
    ]:
        async with accounts:
            assert [name] == list(accounts)
            assert api.job_uuids()[0] == await first(accounts[name])
    with pytest.raises(ConfigurationError):
        Accounts.from_env(timeout=0)


async def test_an_account_has_its_own_base_url() -> None:
    """Each account is asked at its own base URL, or else at the common one."""
    async with Emulator(jobs=1) as here, Emulator(jobs=1, seed=2) as there:
        members = {
            "here": Account(here.token),
            "there": Account(there.token, base_url=there.url),
        }
        async with Accounts(members, base_url=here.url) as accounts:
            results = await accounts.map(first)

        assert {"here": here.job_uuids()[0], "there": there.job_uuids()[0]} == dict(
            results
        )


# Sessions that keep cookies


@pytest.mark.parametrize(
    "wrap",
    [
        lambda it: {"session": it},
        lambda it: {"transport": AiohttpTransport(session=it)},
    ],
)
async def test_a_session_that_keeps_cookies_is_refused(wrap: Any) -> None:
    """A cookie jar would carry one account's cookies to another."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigurationError, match="DummyCookieJar"):
            Accounts({"a": "t"}, **wrap(session))


async def test_a_session_without_cookies(api: Emulator) -> None:
    """A session that keeps no cookies is used, and stays open."""
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with Accounts(
            {"a": api.token}, base_url=api.url, session=session
        ) as accounts:
            await first(accounts["a"])
        assert not session.closed


async def test_removal_that_is_cancelled() -> None:
    """Calls of an account whose removal was cancelled end with the accounts."""
    api = FakeApi({"a": job_list("a", 1)}, delay=lambda _: 30.0)
    async with open_accounts(api) as accounts:
        call = asyncio.ensure_future(first(accounts["a"]))
        await asyncio.sleep(1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(accounts.remove("a"), 5)
        await accounts.aclose()

        with pytest.raises(ClientClosedError):
            await call


async def test_replacing_with_the_same_base_url() -> None:
    """An account can be replaced by one that names the base URL it has anyway."""
    api = FakeApi({"new": job_list("new", 1)})
    async with Accounts({"a": "old"}, transport=api) as accounts:
        accounts.replace("a", Account("new", base_url="https://api.digitalocean.com"))
        await first(accounts["a"])

    assert ["new"] == api.tokens
