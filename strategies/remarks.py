"""Warnings, errors, and the envelope of a refusal (facts.md §2, §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ..schemas.document import load
from ..schemas.vocabulary import CODES, MERGED_CUSTOMER
from .texts import remarks as texts
from .unusual import undeclared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .sample import Json

_PROPERTIES: Final[Mapping[str, Json]] = load("error")["$defs"]["Remark"]["properties"]
_CODES: Final = sorted(set(CODES) - {MERGED_CUSTOMER})
_NEW_CODES: Final = st.integers(MERGED_CUSTOMER + 1, _PROPERTIES["code"]["maximum"])


def remarks(*, failed: bool = False, unusual: bool = False) -> st.SearchStrategy[dict[str, Json]]:
    """Warnings, or with `failed` errors, as JSON values; with `unusual` also the warning of a merged customer.

    >>> from hypothesis import find
    >>> find(remarks(failed=True), lambda remark: len(remark) == 3)
    {'code': 400, 'message': '', 'status': False}
    """
    codes = st.sampled_from(_CODES) | _NEW_CODES
    required = {"code": st.just(MERGED_CUSTOMER) | codes if unusual else codes, "message": texts()}
    plain = st.fixed_dictionaries(required, optional={"status": st.just(not failed)})
    return plain.flatmap(lambda remark: undeclared(remark, _PROPERTIES)) if unusual else plain


def lists_or_null(elements: st.SearchStrategy[Json], *, min_size: int = 0) -> st.SearchStrategy[Json]:
    """The two ways in which `errors` and `warnings` are there."""
    return st.lists(elements, min_size=min_size, max_size=2) | st.none()


def error_envelopes(*, min_size: int = 0, unusual: bool = False) -> st.SearchStrategy[dict[str, Json]]:
    """Refusals, as JSON values: `errors` with at least `min_size` errors (or null, for 0), and perhaps `warnings`.

    >>> from hypothesis import find
    >>> find(error_envelopes(min_size=1), lambda body: True)
    {'errors': [{'code': 400, 'message': ''}]}
    """
    failures = remarks(failed=True, unusual=unusual)
    errors = st.lists(failures, min_size=min_size, max_size=2) if min_size else lists_or_null(failures)
    warnings = lists_or_null(remarks(unusual=unusual))
    return st.fixed_dictionaries({"errors": errors}, optional={"warnings": warnings})
