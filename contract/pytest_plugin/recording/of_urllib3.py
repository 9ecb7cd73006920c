"""urllib3, used directly: `urlopen` of its pools, through which the requests of every manager go.

It has no hooks. What requests sends through it is left to the hook of requests, and interpact's own requests are
nobody's. urllib3 tries again and follows redirects by calling itself: only the last response is returned by a pool,
while a manager asks its pools for every one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ...answers import asked, origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from .notes import Notes
    from .patches import Method, Patches

_LAYERS = ("requests", "urllib3")


def hook(urllib3: Any, patches: Patches, notes: Notes) -> None:
    """Note what all pools receive."""

    def make(urlopen: Method) -> Method:
        def replacement(pool: Any, method: str, url: str, *others: Any, **options: Any) -> Any:
            if not notes.active or notes.is_within(*_LAYERS) or _is_ours(pool):
                return urlopen(pool, method, url, *others, **options)
            with notes.call("urllib3"):
                response = urlopen(pool, method, url, *others, **options)
                headers = others[1] if len(others) > 1 else options.get("headers")
                _hear(notes, response, method, urljoin(origin(pool), url), headers or pool.headers)
                return response

        return replacement

    patches.replace(getattr(urllib3, "HTTPConnectionPool", None), "urlopen", make)


def attach(manager: Any, notes: Notes) -> Callable[[], None]:
    """Note what one manager receives at last, without what redirected; call the result to end that."""
    urlopen = manager.urlopen

    def replacement(method: str, url: str, *others: Any, **options: Any) -> Any:
        response = urlopen(method, url, *others, **options)
        _hear(notes, response, method, url, options.get("headers") or manager.headers)
        return response

    def detach() -> None:
        del manager.urlopen

    manager.urlopen = replacement
    return detach


def _hear(notes: Notes, response: Any, method: str, url: str, headers: Any) -> None:
    """Where it was redirected, the response tells the URL."""
    geturl = getattr(response, "geturl", None)
    if callable(geturl):
        final = urljoin(url, str(geturl() or ""))
        notes.hear(response, method, final, asked(method, final, headers))


def _is_ours(pool: object) -> bool:
    return type(pool).__module__.startswith("interpact.")
