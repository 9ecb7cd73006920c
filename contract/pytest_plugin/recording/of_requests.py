"""requests: its hook for responses, which sees every one, those that redirect and those that another hook refuses.

A session's hooks are copied to the requests that it prepares, so that there is none for all sessions: while a request
is being sent, the hook is among its own. It comes first, since others may raise (`raise_for_status`), and last, since
others may exchange the response (digest authentication).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Generator

    from .calls import Ear
    from .ears import Ears
    from .patches import Method, Patches

Hook = Callable[..., None]


def hook(requests: Any, patches: Patches, ears: Ears) -> None:
    """Tell of what all sessions receive."""
    hear = hearing(requests, ears)

    def make(send: Method, is_outermost: Callable[[], bool]) -> Method:
        def replacement(session: Any, request: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            if not ears.are_open or not is_outermost():
                return send(session, request, **options)
            with ears.calling("requests"), _listening(request, hear):
                return send(session, request, **options)

        return replacement

    patches.replace(getattr(requests, "Session", None), "send", make)


def attach(session: Any, hear: Hook) -> Callable[[], None]:
    """Hear what one session receives; call the result to end that."""
    session.hooks = _with(session.hooks, hear)

    def detach() -> None:
        session.hooks = _without(session.hooks, hear)

    return detach


def hearing(requests: Any, ear: Ear) -> Hook:
    """The hook for responses."""

    def hear(response: Any, **_: Any) -> None:
        if isinstance(response, requests.Response):
            for one in [*response.history, response]:
                ear.hear(one, getattr(one.request, "method", None), getattr(one.request, "url", None))

    return hear


@contextmanager
def _listening(request: Any, hear: Hook) -> Generator[None]:
    """A redirected request is a copy that has the hooks, and is sent through here as well."""
    hooks = getattr(request, "hooks", None)
    if not isinstance(hooks, Mapping):
        yield
        return
    given = cast("Mapping[str, Any]", hooks)
    request.hooks = _with(given, hear)
    try:
        yield
    finally:
        request.hooks = _without(given, hear)


def _with(hooks: Mapping[str, Any], hear: Hook) -> dict[str, Any]:
    return {**hooks, "response": [hear, *_others(hooks, hear), hear]}


def _without(hooks: Mapping[str, Any], hear: Hook) -> Mapping[str, Any]:
    """The same object if it was not among them."""
    others = _others(hooks, hear)
    return hooks if len(others) == len(_listed(hooks)) else {**hooks, "response": others}


def _others(hooks: Mapping[str, Any], hear: Hook) -> list[Any]:
    return [one for one in _listed(hooks) if one is not hear]


def _listed(hooks: Mapping[str, Any]) -> list[Any]:
    """A single function is let pass by requests as well."""
    found: Any = hooks.get("response") or ()
    return [found] if callable(found) else list(found)
