"""Libraries that a test imports while it runs, told when they are there.

Python has no hook for "a module was imported". This is a finder at the front of `sys.meta_path` that finds nothing of
its own: it asks the others, and for the few names that are waited for it stands in for the loader once.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class Arrivals(MetaPathFinder):
    """Calls `told` each time a module of one of these names was loaded, between `start` and `stop`."""

    def __init__(self, names: Collection[str], told: Callable[[], None]) -> None:
        self._names = frozenset(names)
        self._told = told

    def start(self) -> None:
        """Watch from now on."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Watch no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders find, with a loader that tells, or `None` where nobody waits for this module."""
        if fullname not in self._names:
            return None
        searches = [getattr(finder, "find_spec", None) for finder in sys.meta_path if finder is not self]
        found = (search(fullname, path, target) for search in searches if search is not None)  # Python passes over it
        spec = next((one for one in found if one is not None), None)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Telling(spec, cast("Loader", spec.loader), self._told)
        return spec


class _Telling(Loader):
    """Stands in for the loader of a module until that is loaded."""

    def __init__(self, spec: ModuleSpec, loader: Loader, told: Callable[[], None]) -> None:
        self._spec = spec
        self._loader = loader
        self._told = told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        create = getattr(self._loader, "create_module", None)
        return None if create is None else create(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._told()
