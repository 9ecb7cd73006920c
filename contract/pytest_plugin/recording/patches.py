"""Methods of classes that are replaced for a while, and put back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

Method = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Patch:
    owner: type
    name: str
    original: Method
    replacement: Method
    inherited: bool

    @property
    def is_in_place(self) -> bool:
        return vars(self.owner).get(self.name) is self.replacement

    def undo(self) -> None:
        if self.inherited:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.original)


class Patches:
    """Replaced methods. One that somebody else has replaced since is left to them, and undone when they are gone.

    >>> class Greeter:
    ...     def greet(self): return "hello"
    >>> patches = Patches()
    >>> patches.replace(Greeter, "greet", lambda greet: lambda self: greet(self).upper())
    >>> Greeter().greet(), patches.undo(), Greeter().greet()
    ('HELLO', None, 'hello')
    """

    def __init__(self) -> None:
        self._made: list[_Patch] = []

    def replace(self, owner: object, name: str, make: Callable[[Method], Method]) -> None:
        """Replace a method by what `make` makes of it, unless that was done before.

        What is no class, and a method that a test has put a mock in place of, is left alone.
        """
        original = getattr(owner, name, None)
        if not isinstance(owner, type) or not isinstance(original, FunctionType):
            return
        if any(patch.replacement is original for patch in self._made):
            return
        replacement = functools.wraps(original)(make(original))
        self._made.append(_Patch(owner, name, original, replacement, name not in vars(owner)))
        setattr(owner, name, replacement)

    def undo(self) -> None:
        """Put back what can be put back."""
        left: list[_Patch] = []
        for patch in reversed(self._made):
            if patch.is_in_place:
                patch.undo()
            else:
                left.append(patch)
        self._made = left[::-1]
