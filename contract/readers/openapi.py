"""OpenAPI documents: the examples that they give for the responses of the contracted operation."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from ...schemas.document import operation
from ...schemas.values import is_array, is_object
from ..exchange import Exchange, Place, Reason, Response
from ..limits import NO_CONTEXT, Context
from .base import NoCaptureError, Problem, UnreadableError
from .json_text import BrokenJsonError, load, unsigned
from .sketch import sketched
from .whole import read_document
from .yaml_values import BrokenYamlError, yaml_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .base import Head

_YAML: Final = re.compile(rb"^[\"']?openapi[\"']?[ \t]*:[ \t]*[\"']?3\.[0-9]", re.MULTILINE)
_VARIABLE: Final = re.compile(r"\{([^{}/]{1,100})\}")
_HOPS: Final = 8
_RANGES: Final = {"1XX": 100, "2XX": 200, "3XX": 300, "4XX": 400, "5XX": 500}
_REFUSED: Final = 400


class OpenApiReader:
    """Documents of version 3; entries are the examples of the operation, counted in the order of the document."""

    name = "openapi"
    title = "the examples in OpenAPI documents 3.x (.yaml, .json)"

    def recognises(self, head: Head) -> bool:
        """A member `openapi` with version 3 at the top."""
        data = unsigned(head.data)
        if not data.startswith((b"{", b"[", b"<")):
            return _YAML.search(data) is not None
        found = sketched(head, b'"openapi"')
        return found is not None and not found.is_list and found.begins("openapi", b'"3.')

    def read(self, stream: BinaryIO, place: Place, context: Context = NO_CONTEXT) -> Iterator[Exchange | Problem]:
        """Every example as a response to an unknown request; other operations are not looked at."""
        whole = read_document(stream, place, context)
        try:
            document = _loaded(whole.data)
        except (BrokenJsonError, BrokenYamlError) as error:
            raise UnreadableError(Problem(place, whole.damage or str(error))) from None
        found = False
        for number, example in enumerate(_Document(document).examples(), 1):
            found = True
            yield _exchange(example, Place(place.file, number, None, place.member))
        if not found:
            what = f"{operation().method} {operation().path}"
            raise NoCaptureError(Problem(place, f"an OpenAPI document without examples of responses of {what}"))


OPENAPI: Final = OpenApiReader()


class _Example(NamedTuple):
    status: int | None
    media: str
    value: Any
    recorded: bool


def _loaded(data: bytes) -> Any:
    if not unsigned(data).startswith(b"{"):
        return yaml_document(io.BytesIO(data))
    try:
        return json.loads(data)  # unlike others, it keeps large integers
    except (ValueError, RecursionError):
        return load(data)


def _exchange(example: _Example, place: Place) -> Exchange:
    is_json = "json" in example.media.lower()
    headers = () if is_json else (("content-type", example.media),)
    if not example.recorded:
        return Exchange(place, None, Response.of(None, example.status, headers, Reason.NOT_RECORDED))
    return Exchange(place, None, Response.of(_body(example.value, is_json=is_json), example.status, headers))


def _body(value: Any, *, is_json: bool) -> bytes:
    """The body that an example stands for; people write JSON as a text as well."""
    if isinstance(value, str) and (not is_json or value.lstrip().startswith(("{", "["))):
        return value.encode("utf-8", "surrogatepass")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "surrogatepass")


def _status(key: str, keys: list[str]) -> int | None:
    """The status that a key of `responses` means; `default` is a refusal where successes have keys of their own."""
    if key.isascii() and key.isdigit() and len(key) == len("200"):
        return int(key)
    if key.upper() in _RANGES:
        return _RANGES[key.upper()]
    return _REFUSED if any(one.startswith("2") for one in keys) else None


class _Document:
    """A document whose references are followed within it, and nowhere else."""

    def __init__(self, root: Any) -> None:
        self._root = root

    def examples(self) -> Iterator[_Example]:
        """The examples of all responses of the operation."""
        for written, item in _members(_get(self._root, "paths")):
            path = self._followed(item)
            found = self._followed(_get(path, operation().method.lower()))
            if self._is_ours(written, path, found):
                yield from self._of_responses(_get(found, "responses"))

    def _is_ours(self, written: str, path: Any, found: Any) -> bool:
        servers = [server for node in (self._root, path, found) for server in _listed(_get(node, "servers"))]
        bases = {"", *map(_base, servers)}
        return any(base + written == operation().path for base in bases)

    def _of_responses(self, responses: Any) -> Iterator[_Example]:
        keys = [key for key, _ in _members(responses)]
        for key, response in _members(responses):
            for media, content in _members(_get(self._followed(response), "content")):
                for value, recorded in self._values(content):
                    yield _Example(_status(key, keys), media, value, recorded)

    def _values(self, content: Any) -> Iterator[tuple[Any, bool]]:
        """Values of one media type, and whether they are there; those of its schema where it has none of its own."""
        if _get(content, "example") is not None:
            yield content["example"], True
        named = _members(_get(content, "examples"))
        for _, reference in named:
            example = self._followed(reference)
            yield _get(example, "value"), _get(example, "value") is not None
        if named or _get(content, "example") is not None:
            return
        schema = self._followed(_get(content, "schema"))
        for value in [_get(schema, "example"), *_listed(_get(schema, "examples"))]:
            if value is not None:
                yield value, True

    def _followed(self, node: Any) -> Any:
        for _ in range(_HOPS):
            reference = _get(node, "$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return node
            node = self._root
            for word in reference[2:].split("/"):
                node = _get(node, unquote(word).replace("~1", "/").replace("~0", "~"))
        return None


def _base(server: Any) -> str:
    """The path of a server's URL, with the variables that it has by default."""
    url, variables = _get(server, "url"), _get(server, "variables")
    if not isinstance(url, str):
        return ""
    filled = _VARIABLE.sub(lambda found: str(_get(_get(variables, found[1]), "default") or "x"), url)
    try:
        return urlsplit(filled).path.rstrip("/")
    except ValueError:
        return ""


def _get(node: Any, key: str) -> Any:
    return node.get(key) if is_object(node) else None


def _listed(node: Any) -> list[Any]:
    return node if is_array(node) else []


def _members(node: Any) -> list[tuple[str, Any]]:
    return list(node.items()) if is_object(node) else []
