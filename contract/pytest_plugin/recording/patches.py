"""Methods of classes that are replaced for a while, and put back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

Method = Callable[..., Any]
Making = Callable[[Method, Callable[[], bool]], Method]
"""Makes a replacement of a method; the function tells whether no other of ours is around it."""


@dataclass(frozen=True, slots=True)
class _Patch:
    owner: type
    name: str
    original: Method
    inherited: bool

    @property
    def in_place(self) -> object:
        return vars(self.owner).get(self.name)

    def undo(self) -> None:
        if self.inherited:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.original)


class Patches:
    """Replaced methods, of which each replacement is known as long as anybody has it.

    Somebody may save ours, put their own in its place, and bring ours back at any time later: it is never replaced
    itself, it is undone when it is there, and where it is called by what replaces it, it does nothing if another of
    ours is around that.

    >>> class Greeter:
    ...     def greet(self): return "hello"
    >>> patches = Patches()
    >>> patches.replace(Greeter, "greet", lambda greet, is_outermost: lambda self: greet(self).upper())
    >>> Greeter().greet(), patches.undo(), Greeter().greet()
    ('HELLO', None, 'hello')
    """

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Method, _Patch] = WeakKeyDictionary()

    def replace(self, owner: object, name: str, make: Making) -> None:
        """Replace a method by what `make` makes of it, unless one of ours is there.

        What is no class, and a method that a test has put a mock in place of, is left alone.
        """
        original = getattr(owner, name, None)
        if not isinstance(owner, type) or not isinstance(original, FunctionType) or original in self._made:
            return
        patch = _Patch(owner, name, original, name not in vars(owner))

        def is_outermost() -> bool:
            found = patch.in_place
            return found is replacement or not isinstance(found, FunctionType) or found not in self._made

        replacement = functools.wraps(original)(make(original, is_outermost))
        self._made[replacement] = patch
        setattr(owner, name, replacement)

    def undo(self) -> None:
        """Put back what is in its place; what is not is left to those who have it."""
        for replacement, patch in list(self._made.items()):
            if patch.in_place is replacement:
                patch.undo()
