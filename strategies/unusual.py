"""What is legal but worth a remark: new words, undeclared properties, other spellings of a time (facts.md §2, §3)."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Container

    from .sample import Json

_KEY_ALPHABET: Final = string.ascii_letters + string.digits + "_-.~/ é"
_TEXT: Final = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufffd"), max_size=8)
_SCALARS: Final = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e9, 1e9) | _TEXT


def json_values() -> st.SearchStrategy[Json]:
    """Small JSON values of any kind, without lone surrogates and replacement characters."""
    return st.recursive(_SCALARS, _containers, max_leaves=4)


def _containers(values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.lists(values, max_size=3) | st.dictionaries(_TEXT, values, max_size=3)


def new_statuses() -> st.SearchStrategy[str]:
    """Statuses in upper case that nobody has documented: the prefix keeps them apart from every known one.

    >>> from hypothesis import find
    >>> find(new_statuses(), lambda status: True)
    'NEW_'
    """
    return st.text(string.ascii_uppercase + string.digits + "_-", max_size=12).map("NEW_".__add__)


def new_channels() -> st.SearchStrategy[str]:
    """Entry names that nobody has documented.

    >>> from hypothesis import find
    >>> find(new_channels(), lambda name: True)
    'new_'
    """
    return st.text(string.ascii_lowercase + "_", max_size=12).map("new_".__add__)


def new_keys() -> st.SearchStrategy[str]:
    """Names of properties that nobody has documented, some of which need escaping in a JSON Pointer."""
    return st.text(_KEY_ALPHABET, max_size=8).map("new".__add__)


def undeclared(value: dict[str, Json], declared: Container[str]) -> st.SearchStrategy[dict[str, Json]]:
    """The object as it is, or with properties that are not `declared`."""
    extra = st.dictionaries(new_keys(), json_values(), max_size=2)
    return extra.map(lambda found: value | {key: found[key] for key in found if key not in declared})


def fractions() -> st.SearchStrategy[str]:
    """Fractions of a second, with the mark before them: ISO 8601 allows a comma as well."""
    return st.builds(str.__add__, st.sampled_from(".,"), st.text(string.digits, min_size=1, max_size=9))


def offsets() -> st.SearchStrategy[int]:
    """Offsets from UTC that are in use, in minutes."""
    return st.sampled_from([0, 60, 120, 330, 345, 480, 765, 840, -60, -210, -300, -720])
