"""Is it kept? Readers, the checker, reports, the command line. Knows no field name of the API.

The names below are loaded when they are first asked for, so that a module of this room costs no more than itself.
"""

if __name__ != "interpact.contract":
    message = "this is the room of the interpact package: import interpact.contract instead"
    raise ImportError(message)

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .asserting import assert_kept
    from .checker import check
    from .responses import exchange_from
    from .stock import schema

__all__ = ["assert_kept", "check", "exchange_from", "schema"]

HOMES = {
    "assert_kept": ".asserting",
    "check": ".checker",
    "exchange_from": ".responses",
    "schema": ".stock",
}
"""Each public name and the module that it lives in; tests/test_imports.py keeps it and the types above in step."""


def __getattr__(name: str) -> object:
    """Load a public name from its module and keep it."""
    if name not in HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name)
    value = getattr(import_module(HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
