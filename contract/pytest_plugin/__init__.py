"""The pytest plugin: the contract in CI, for the tests that a project has already.

Whatever is heavy is loaded when it is first used: a suite that asks for nothing pays for the standard library and
pytest only (`tests/test_plugin.py`, `benchmarks/plugin.py`). Everything is off until it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .items import locate_skip
from .keys import OPTIONS, RECORDER, TALLY
from .marking import MARKER, marked, validate
from .options import add_options, is_asked
from .totals import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from ..findings import Outcome
    from .promise import Contract
    from .reading import Options
    from .recorder import Recorder
    from .serving import Served


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the flags and the ini keys."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Read what was asked for; a bad value ends the run here, with the name of its flag."""
    config.addinivalue_line("markers", MARKER)
    config.stash[OPTIONS] = _read(config) if is_asked(config) else None
    config.pluginmanager.register(Totals(config), "interpact-totals")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker of pytest-xdist what it shares with the others."""
    from .given import options_of
    from .reading import key_of

    node.workerinput["interpact_key"] = key_of(node.config)
    if options_of(node.config).live:
        from .sharing import share

        share(node)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Which contract is asked for; nothing where none is."""
    if config.stash[OPTIONS] is None:
        return []
    from .promise import header

    return [header()]


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Collect captures and the live implementation beside the files of the project."""
    report = yield
    options = collector.config.stash[OPTIONS]
    if options is not None and isinstance(collector, pytest.Session) and report.passed:
        from .collecting import beside

        report.result += beside(collector, options)
    return report


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a capture that is named as a test: `pytest "cassettes/refund.yaml::2 GET email"`."""
    options = parent.config.stash[OPTIONS]
    if options is None or not options.captures or not parent.session.isinitpath(file_path):
        return None
    from .collecting import named

    return named(file_path, parent, options)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a marker that is misspelled."""
    for item in items:
        validate(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Listen to the clients of a test that asks for it."""
    if not _is_heard(item):
        return (yield)
    from .listening import listening

    with listening(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judge what a test's clients have received when its function is done."""
    return (yield from _judged(item, "call"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Judge what was received while fixtures were torn down."""
    return (yield from _judged(item, "teardown"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send what was found with a test's report."""
    report = yield
    if TALLY in item.stash or RECORDER in item.stash or getattr(item, "interpact_stages", None):
        from .tally import attach

        attach(item, report)
    locate_skip(item, report)
    return report


@pytest.fixture(scope="session")
def interpact_contract() -> Contract:
    """The contract: its version, digest, document and rules."""
    from .promise import Contract

    return Contract()


@pytest.fixture
def interpact_check(request: pytest.FixtureRequest) -> Callable[..., Outcome]:
    """Check one response: `interpact_check(response)` fails the test where the contract is broken.

    The response is one of requests, httpx, aiohttp, urllib3, of the test clients of Starlette, FastAPI, Flask or
    Django, a recorded exchange, or a body as `dict`, `str` or `bytes`. `anywhere=True` judges the body even if another
    path was asked.
    """
    from .checking import checker

    return checker(request.node)


@pytest.fixture
def interpact_recorder(request: pytest.FixtureRequest) -> Recorder:
    """What requests, httpx and urllib3 receive during this test; it is checked when the test is done."""
    if RECORDER not in request.node.stash:
        pytest.fail("interpact_recorder listens from the beginning: make it an argument of the test", pytrace=False)
    return request.node.stash[RECORDER]


@pytest.fixture
def interpact_server(request: pytest.FixtureRequest) -> Generator[Served]:
    """A reference server of this test's own, on a free port; `@pytest.mark.interpact(fault=..., customers=...)`."""
    from .serving import serving

    with serving(marked(request.node)) as served:
        yield served


@pytest.fixture(scope="session")
def interpact_session_server() -> Generator[Served]:
    """A reference server for the whole session, without a fault."""
    from .serving import serving

    with serving({}) as served:
        yield served


def _read(config: pytest.Config) -> Options:
    from .reading import read

    return read(config)


def _is_heard(item: pytest.Item) -> bool:
    """Whether the clients of a test are listened to: it asks for itself, or all are and it does not opt out."""
    told, options = marked(item), item.config.stash[OPTIONS]
    fixtures: list[str] | None = getattr(item, "fixturenames", None)
    if fixtures is None or "interpact_recorder" in fixtures:
        return fixtures is not None
    return bool(told.get("record", options is not None and options.record))


def _judged(item: pytest.Item, when: str) -> Generator[None, object, object]:
    if RECORDER not in item.stash:
        return (yield)
    from .listening import judged

    with judged(item, when):
        return (yield)
