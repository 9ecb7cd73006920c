"""A server in a background thread, for tests, the pytest plugin and the fuzzer."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...schemas.model import Options
from .app import application
from .listening import Listener
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Generator

    from ...schemas.population import Population
    from ...strategies.faults import Fault
    from .accesslog import AccessLog
    from .pace import Latency, RateLimit


@contextmanager
def running(  # noqa: PLR0913 - keyword-only choices
    population: Population,
    *,
    fault: Fault | str | None = None,
    auth: tuple[str, str] | None = None,
    masked: bool = True,
    limit: RateLimit | None = None,
    latency: Latency | None = None,
    log: AccessLog | None = None,
    port: int = 0,
) -> Generator[str]:
    """Serve a population on a free port of the loopback interface as long as the context lasts; its URL.

    `auth` is a pair of user and password that requests must bring, `fault` the one misbehaviour to show. Raises
    `UnknownFaultError` for a fault that does not exist, `OSError` where a given port is taken.

    >>> from interpact.schemas.population import Customers
    >>> with running(Customers()) as url:
    ...     url.startswith("http://127.0.0.1:")
    True
    """
    service = Service(population, options=Options(auth, masked), fault=fault)
    ready = threading.Event()
    app = application(service, limit=limit, latency=latency, log=log)
    listener = Listener(app, port=port, started=lambda _: ready.set())
    thread = threading.Thread(target=listener.listen, name="interpact-server", daemon=True)
    thread.start()
    try:
        ready.wait(timeout=10)
        yield listener.url
    finally:
        listener.stop()
        thread.join(timeout=10)
