"""interpact: prove that an implementation of one documented HTTP operation keeps what its documentation promises.

The names below are loaded from their rooms when they are first asked for, so that `import interpact` costs nothing.

>>> import interpact
>>> interpact.Request.of("get", "https://crm.example/")
<Request GET, 0 headers>
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interpact.contract.checker import check
    from interpact.contract.exchange import Exchange, Place, Reason, Request, Response
    from interpact.contract.findings import Finding, Outcome, State, Verdict
    from interpact.contract.settings import Settings
    from interpact.schemas.rules import RULES, Rule, Severity

    __version__: str

__all__ = [
    "RULES",
    "Exchange",
    "Finding",
    "Outcome",
    "Place",
    "Reason",
    "Request",
    "Response",
    "Rule",
    "Settings",
    "Severity",
    "State",
    "Verdict",
    "__version__",
    "check",
]

HOMES = {
    "check": "interpact.contract.checker",
    "Exchange": "interpact.contract.exchange",
    "Place": "interpact.contract.exchange",
    "Reason": "interpact.contract.exchange",
    "Request": "interpact.contract.exchange",
    "Response": "interpact.contract.exchange",
    "Finding": "interpact.contract.findings",
    "Outcome": "interpact.contract.findings",
    "State": "interpact.contract.findings",
    "Verdict": "interpact.contract.findings",
    "Settings": "interpact.contract.settings",
    "RULES": "interpact.schemas.rules",
    "Rule": "interpact.schemas.rules",
    "Severity": "interpact.schemas.rules",
}
"""Each public name and the module that it lives in; tests/test_imports.py keeps it and the types above in step."""


def __getattr__(name: str) -> object:
    """Load a public name from its room and keep it."""
    if name == "__version__":
        value: object = version("interpact")
    elif name in HOMES:
        value = getattr(import_module(HOMES[name]), name)
    else:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
