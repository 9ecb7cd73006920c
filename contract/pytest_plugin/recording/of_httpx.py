"""httpx, and its successor httpx2: `send` of both clients, through which every request goes.

Clients have event hooks, but there are none for all clients. `send` returns the last response and its history; one
that an event hook refused is on the exception (`raise_for_status`). The test clients of Starlette and FastAPI are
subclasses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .calls import Ear
    from .ears import Ears
    from .patches import Method, Patches


def hook(httpx: Any, patches: Patches, ears: Ears) -> None:
    """Tell of what all clients receive."""
    hear = hearing(httpx, ears)

    def make(send: Method, is_outermost: Callable[[], bool]) -> Method:
        def replacement(client: Any, request: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            if not ears.are_open or not is_outermost():
                return send(client, request, **options)
            with ears.calling("httpx"):
                try:
                    response = send(client, request, **options)
                except Exception as error:
                    hear(getattr(error, "response", None))
                    raise
                hear(response)
                return response

        return replacement

    def make_async(send: Method, is_outermost: Callable[[], bool]) -> Method:
        async def replacement(client: Any, request: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            if not ears.are_open or not is_outermost():
                return await send(client, request, **options)
            with ears.calling("httpx"):
                try:
                    response = await send(client, request, **options)
                except Exception as error:
                    hear(getattr(error, "response", None))
                    raise
                hear(response)
                return response

        return replacement

    patches.replace(getattr(httpx, "Client", None), "send", make)
    patches.replace(getattr(httpx, "AsyncClient", None), "send", make_async)


def attach(client: Any, hear: Callable[[Any], None]) -> Callable[[], None]:
    """Hear what one client receives, by an event hook; call the result to end that."""

    async def hear_async(response: Any) -> None:
        hear(response)

    own: Any = hear_async if hasattr(client, "aclose") else hear
    hooks = client.event_hooks
    client.event_hooks = {**hooks, "response": [own, *hooks["response"]]}

    def detach() -> None:
        hooks = client.event_hooks
        client.event_hooks = {**hooks, "response": [one for one in hooks["response"] if one is not own]}

    return detach


def hearing(httpx: Any, ear: Ear) -> Callable[[Any], None]:
    """What is done with a response, or with anything else that a `send` gave."""

    def hear(response: Any) -> None:
        if isinstance(response, httpx.Response):
            for one, request in _asked(response):
                ear.hear(one, request.method, request.url, oldest=True)

    return hear


def _asked(response: Any) -> Iterator[tuple[Any, Any]]:
    """The responses and what was asked; one that a stand-in for a transport made may not know that."""
    for one in [*response.history, response]:
        try:
            yield one, one.request
        except RuntimeError:
            continue
