"""urllib3, used directly: `urlopen` of its pools, through which the requests of every manager go.

It has no hooks. What requests sends through it is left to the hook of requests, and interpact's own requests are
nobody's. urllib3 tries again and follows redirects by calling itself: only the last response is returned by a pool,
while a manager asks its pools for every one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urljoin

from ...answers import asked, origin
from .calls import is_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Ear
    from .ears import Ears
    from .patches import Method, Patches

_LAYERS: Final = ("requests", "urllib3")
_NAME: Final = "urlopen"


def hook(urllib3: Any, patches: Patches, ears: Ears) -> None:
    """Tell of what all pools receive."""

    def make(urlopen: Method, is_outermost: Callable[[], bool]) -> Method:
        def replacement(pool: Any, method: str, url: str, *others: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            if not ears.are_open or is_within(*_LAYERS) or _is_ours(pool) or not is_outermost():
                return urlopen(pool, method, url, *others, **options)
            with ears.calling("urllib3"):
                response = urlopen(pool, method, url, *others, **options)
                headers = others[1] if len(others) > 1 else options.get("headers")
                _hear(ears, response, method, urljoin(origin(pool), url), headers or pool.headers)
                return response

        return replacement

    patches.replace(getattr(urllib3, "HTTPConnectionPool", None), "urlopen", make)


def attach(manager: Any, ear: Ear) -> Callable[[], None]:
    """Hear what one manager receives at last, without what redirected; call the result to end that.

    What somebody has put in place of ours since is left to them.
    """
    attributes = cast("dict[str, Any]", vars(manager))
    own, urlopen = attributes.get(_NAME), manager.urlopen

    def replacement(method: str, url: str, *others: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        response = urlopen(method, url, *others, **options)
        _hear(ear, response, method, url, options.get("headers") or manager.headers)
        return response

    def detach() -> None:
        if attributes.get(_NAME) is not replacement:
            return
        if own is None:
            del manager.urlopen
        else:
            manager.urlopen = own

    manager.urlopen = replacement
    return detach


def _hear(ear: Ear, response: Any, method: str, url: str, headers: Any) -> None:
    """Where it was redirected, the response tells the URL."""
    geturl = getattr(response, "geturl", None)
    if callable(geturl):
        final = urljoin(url, str(geturl() or ""))
        ear.hear(response, method, final, asked(method, final, headers))


def _is_ours(pool: object) -> bool:
    return type(pool).__module__.startswith("interpact.")
