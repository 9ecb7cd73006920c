"""The URL that a WireMock mapping answers, as far as it says which one that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from .templates import with_query

if TYPE_CHECKING:
    from .bodies import Record

_PLAIN: Final = re.compile(r"(?:[^\\.*+?()\[\]{}|^$]|\\[^\w\s]|\.(?![*+?{]))*")
_ANYTHING: Final = re.compile(r"(?:\(?(?:\\\?|\[\?\]|\?)?\.\*\)?\??|\$)+$")
_LONGEST: Final = 2000
"""Characters of a pattern that is looked at."""


def url_of_mapping(request: Record) -> tuple[str, bool]:
    """The URL that a mapping answers, and whether that is all of it, so that the request can be judged.

    >>> url_of_mapping({"urlPath": "/v2", "queryParameters": {"a": {"equalTo": "b"}}})
    ('/v2?a=b', True)
    >>> url_of_mapping({"urlPathPattern": "/v2/customers/.*"})
    ('/v2/customers/', False)
    """
    for key in ("absoluteUrl", "url"):
        if isinstance(url := request.get(key), str):
            return url, True
    query = _query(request.get("queryParameters"))
    for key in ("urlPath", "urlPathTemplate"):
        if isinstance(path := request.get(key), str):
            return with_query(path, query or {}), bool(query)
    for key in ("urlPattern", "urlPathPattern"):
        if isinstance(pattern := request.get(key), str):
            return _spelled(pattern), False
    return "", False


def _spelled(pattern: str) -> str:
    """The path that a regular expression spells out, where it is little more than a path; it is never run."""
    if len(pattern) > _LONGEST:
        return ""
    text = _ANYTHING.sub("", pattern.removeprefix("^"))
    text = text.removesuffix("\\?").removesuffix("[?]")
    return re.sub(r"\\(\W)", r"\1", text) if _PLAIN.fullmatch(text) else ""


def _query(parameters: object) -> dict[str, list[str]] | None:
    """The values that parameters have to be equal to; `None` where one of them may have others."""
    if not isinstance(parameters, dict):
        return None
    found = {name: _values(matcher) for name, matcher in cast("dict[str, object]", parameters).items()}
    return {name: values for name, values in found.items() if values} if all(found.values()) else None


def _values(matcher: object) -> list[str]:
    if not isinstance(matcher, dict):
        return []
    known = cast("dict[str, object]", matcher)
    exact = known.get("hasExactly", [known])
    listed = [cast("dict[str, object]", one) for one in cast("list[object]", exact) if isinstance(one, dict)]
    return [str(one["equalTo"]) for one in listed if "equalTo" in one]
