"""The proxy that the command uses: an option, or the usual variables."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from cyclopts import Parameter

from gradient_async.errors import ConfigurationError
from gradient_async.settings import check_proxy, find_base_url, hide_proxy

Proxy: TypeAlias = Annotated[str | None, Parameter(name="--proxy", show_default=False)]
"""The option for a proxy."""

_SCHEMES: Final = ("https", "all")


def find_proxy(given: str | None) -> str | None:
    """
    Return the URL of the proxy: the one given, or else the environment's.

    HTTPS_PROXY comes before ALL_PROXY, and NO_PROXY excludes hosts; each is read in
    lower case, too. An API on this machine is reached without a proxy of the
    environment, since its token is not encrypted.

    Raises:
        ConfigurationError: The environment's proxy is invalid, without showing it.
    """
    if given is not None:
        return given
    url = urlsplit(find_base_url(None))
    if url.scheme != "https" or proxy_bypass(url.netloc):
        return None
    proxies = getproxies()
    proxy = next((proxies[it] for it in _SCHEMES if proxies.get(it)), None)
    if proxy is None:
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        check_proxy(hide_proxy(proxy))
    except ConfigurationError as error:
        problem = f"the environment's {error.message}; set NO_PROXY or pass --proxy"
    else:
        return proxy
    raise ConfigurationError(problem)
