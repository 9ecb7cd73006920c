"""Faults of input validation: what should be refused is accepted, guessed at, or refused in another way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ...schemas.asked import INVALID, LONGEST, REPEATED, Asked, read
from ...schemas.model import FAILURE, NOT_FOUND, refusal
from .hooks import answering, asking, modelled, rerefused
from .queries import KIND, NETWORK, TYPE, VALUE, first_only, last_only, queried, requeried, valued, values
from .record import Chapter, Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...schemas.model import Answer, Options, Request
    from ...schemas.population import Population
    from .record import Model, Plant

_fault: Final = Chapter(Family.VALIDATION)
_CONTROLS: Final = bytes([*range(32), 127])


def _where(wanted: Callable[[Request], bool], change: Callable[[Answer], Answer]) -> Plant:
    """Plant a change of the answers to those requests of the operation that `wanted` holds for."""
    return answering(lambda request, told: change(told) if told.status != 405 and wanted(request) else told)  # noqa: PLR2004


def _refused(told: Answer) -> bool:
    return told.status == 400  # noqa: PLR2004 - bad request


def _crash(told: Answer) -> Answer:
    return replace(refusal(500, FAILURE), silent=told.silent)


def _unknown(told: Answer) -> Answer:
    return replace(refusal(404, NOT_FOUND), silent=told.silent) if _refused(told) else told


def _lacks(name: bytes) -> Callable[[Request], bool]:
    return lambda request: not values(request, name)


def _defaulted(name: bytes, value: bytes) -> Plant:
    """Plant a default for a parameter that is required."""
    return queried(lambda found: found if any(key == name for key, _ in found) else [*found, (name, value)])


def _spelled(request: Request) -> Request:
    """Unknown values of `type` and `network` are left out."""
    told = read(request.query)
    if isinstance(told, Asked):
        return request
    return requeried(request, lambda found: [pair for pair in found if pair[0] not in {TYPE, NETWORK}])


def _contradiction(keep: bytes) -> Plant:
    """Plant: of a `type` and a `network` that contradict each other, only `keep` counts."""

    def changed(request: Request) -> Request:
        told = read(request.query)
        codes = () if isinstance(told, Asked) else tuple(one.code for one in told)
        other = TYPE if keep == NETWORK else NETWORK
        if codes != (4004,):
            return request
        return requeried(request, lambda found: [pair for pair in found if pair[0] != other])

    return asking(changed)


def _emptied(codes: tuple[int, ...]) -> Plant:
    """Plant: where nothing but this is wrong, the answer is 200 without messages."""

    def wrap(model: Model) -> Model:
        def told(population: Population, request: Request, options: Options) -> Answer:
            usual = model(population, request, options)
            asked = read(request.query)
            if not _refused(usual) or isinstance(asked, Asked) or tuple(one.code for one in asked) != codes:
                return usual
            lenient = model(population, _spelled(request), options)
            return replace(lenient, body={**lenient.body, "interaction": []}) if lenient.status == 200 else usual  # noqa: PLR2004

        return told

    return modelled(wrap)


def _without(request: Request, name: bytes, code: int) -> Request:
    """The request without the parameter `name`, where nothing but `code` is wrong with it."""
    told = read(request.query)
    if isinstance(told, Asked) or tuple(one.code for one in told) != (code,):
        return request
    return requeried(request, lambda found: [pair for pair in found if pair[0] != name])


def _is_lookup(told: Answer) -> bool:
    """Whether this is the refusal of an unknown customer."""
    return told.status == 404 and told.body["errors"][0]["code"] == NOT_FOUND.code  # noqa: PLR2004 - not found


def _paged(request: Request) -> bool:
    return any(name in request.query for name in (b"page=", b"limit=", b"offset="))


def _has_unknown(request: Request) -> bool:
    parts = [part.partition(b"=")[0] for part in request.query.split(b"&") if part]
    return any(name not in {KIND, VALUE, TYPE, NETWORK} for name in parts)


def _beyond_ascii(request: Request) -> bool:
    return any(not value.isascii() for value in values(request, VALUE))


def _has_control(request: Request) -> bool:
    return any(set(value) & set(_CONTROLS) for value in values(request, VALUE))


def _is_long(request: Request, most: int = LONGEST) -> bool:
    return any(len(value.decode("utf-8", "replace").strip(" ")) > most for value in values(request, VALUE))


def _is_bad_utf8(request: Request) -> bool:
    return any("\ufffd" in value.decode("utf-8", "replace") for value in values(request, VALUE))


def _is_blank(request: Request) -> bool:
    return any(not value.strip(b" ") for value in values(request, VALUE))


def _utf8(value: bytes) -> bytes:
    return value.decode("utf-8", "replace").encode()


def _repeats(request: Request) -> bool:
    told = read(request.query)
    return not isinstance(told, Asked) and REPEATED in told


VALIDATION: Final = (
    _fault("name-defaults-to-email", "without `identifierName` the value is an address", "R2",
           _defaulted(KIND, b"email")),
    _fault("name-missing-not-found", "without `identifierName` the answer is 404", "R2",
           _where(_lacks(KIND), _unknown)),
    _fault("name-missing-crash", "without `identifierName` the server fails", "R2 R9",
           _where(_lacks(KIND), _crash), "IP412"),
    _fault("value-missing-not-found", "without `identifierValue` the answer is 404", "R2",
           _where(_lacks(VALUE), _unknown)),
    _fault("value-missing-crash", "without `identifierValue` the server fails", "R2 R9",
           _where(_lacks(VALUE), _crash), "IP412"),
    _fault("value-blank-not-found", "a blank `identifierValue` gives 404", "R2", _where(_is_blank, _unknown)),
    _fault("value-blank-crash", "a blank `identifierValue` makes the server fail", "R2 R9",
           _where(_is_blank, _crash), "IP412"),
    _fault("no-parameters-ok", "a request without any parameter gives 200 and nothing", "R2",
           answering(lambda request, told: replace(
               told, status=200, body={"name": "all", "interaction": [], "warnings": []}
           ) if _refused(told) and not request.query else told)),
    _fault("value-repeated-first", "of several `identifierValue` the first counts", "R2", queried(first_only(VALUE))),
    _fault("value-repeated-last", "of several `identifierValue` the last counts", "R2", queried(last_only(VALUE))),
    _fault("name-repeated-first", "of several `identifierName` the first counts", "R2", queried(first_only(KIND))),
    _fault("type-repeated-last", "of several `type` the last counts", "R2", queried(last_only(TYPE))),
    _fault("type-repeated-first", "of several `type` the first counts", "R2", queried(first_only(TYPE))),
    _fault("network-repeated-last", "of several `network` the last counts", "R2", queried(last_only(NETWORK))),
    _fault("repeated-crash", "a repeated parameter makes the server fail", "R2 R9", _where(_repeats, _crash), "IP412"),
    _fault("repeated-equal", "a parameter that is repeated with the same value is accepted", "R2",
           queried(lambda found: list(dict.fromkeys(found)))),
    _fault("unknown-name-not-found", "an unknown `identifierName` gives 404", "R2",
           _where(lambda request: any(value not in {b"email", b"mobile", b"external_id", b"external id"}
                                      for value in values(request, KIND)), _unknown)),
    _fault("unknown-name-is-external", "an unknown `identifierName` is read as `external_id`", "R2",
           valued(KIND, lambda value: value if value in {b"email", b"mobile"} else b"external_id")),
    _fault("name-camel-case", "`externalId` is accepted", "R2",
           valued(KIND, lambda value: b"external_id" if value == b"externalId" else value)),
    _fault("name-any-case", "`identifierName` may have capitals", "R2", valued(KIND, bytes.lower)),
    _fault("name-padded", "spaces around `identifierName` are passed over", "R2",
           valued(KIND, lambda value: value.strip())),
    _fault("type-any-case", "`type` may have capitals", "R2", valued(TYPE, bytes.lower)),
    _fault("network-any-case", "`network` may have capitals", "R2", valued(NETWORK, bytes.lower)),
    _fault("type-padded", "spaces around `type` are passed over", "R2", valued(TYPE, lambda value: value.strip(b" "))),
    _fault("type-unknown-ignored", "an unknown `type` is passed over", "R2",
           asking(lambda request: _without(request, TYPE, 4003))),
    _fault("network-unknown-ignored", "an unknown `network` is passed over", "R2",
           asking(lambda request: _without(request, NETWORK, 4002))),
    _fault("type-unknown-is-empty", "an unknown `type` gives 200 and nothing", "R2", _emptied((4003,))),
    _fault("network-unknown-is-empty", "an unknown `network` gives 200 and nothing", "R2", _emptied((4002,))),
    _fault("type-unknown-crash", "an unknown `type` makes the server fail", "R2 R9",
           _where(lambda request: not isinstance(told := read(request.query), Asked)
                  and any(one.code == 4003 for one in told), _crash), "IP412"),  # noqa: PLR2004
    _fault("type-empty-ignored", "an empty `type` is an absent one", "R2", valued(TYPE, lambda value: value or None)),
    _fault("network-empty-ignored", "an empty `network` is an absent one", "R2",
           valued(NETWORK, lambda value: value or None)),
    _fault("type-sms-accepted", "`type=sms` is accepted", "R2",
           asking(lambda request: _without(request, TYPE, 4003) if values(request, TYPE) == [b"sms"] else request)),
    _fault("type-list-accepted", "`type=email,sms` is accepted: its first word counts", "R2",
           valued(TYPE, lambda value: value.partition(b",")[0])),
    _fault("contradiction-is-empty", "a `type` of another `network` gives 200 and nothing", "R3", _emptied((4004,))),
    _fault("contradiction-type-wins", "a `type` of another `network` is answered by `type`", "R3",
           _contradiction(TYPE)),
    _fault("contradiction-network-wins", "a `type` of another `network` is answered by `network`", "R3",
           _contradiction(NETWORK)),
    _fault("checkin-anywhere", "`type=checkin` is accepted with `network=twitter`", "R3",
           asking(lambda request: _without(request, NETWORK, 4004) if values(request, TYPE) == [b"checkin"]
                  and values(request, NETWORK) == [b"twitter"] else request)),
    _fault("email-anywhere", "`type=email` is accepted with every `network`", "R3",
           asking(lambda request: _without(request, NETWORK, 4004)
                  if values(request, TYPE) == [b"email"] else request)),
    _fault("checkin-on-foursquare-refused", "`type=checkin` is refused with `network=foursquare`", "R3",
           queried(lambda found: [(key, b"twitter") if (key, value) == (NETWORK, b"foursquare")
                                  and (TYPE, b"checkin") in found else (key, value) for key, value in found])),
    _fault("control-characters-dropped", "control characters are dropped from `identifierValue`", "R2",
           valued(VALUE, lambda value: value.translate(None, _CONTROLS) or value)),
    _fault("control-characters-not-found", "control characters in `identifierValue` give 404", "R2",
           _where(_has_control, _unknown)),
    _fault("nul-ends-value", "`identifierValue` ends at a NUL", "R2",
           valued(VALUE, lambda value: value.partition(b"\0")[0] or value)),
    _fault("nul-crash", "a NUL in `identifierValue` makes the server fail", "R2 R9",
           _where(lambda request: any(b"\0" in value for value in values(request, VALUE)), _crash), "IP412"),
    _fault("newline-trimmed", "tabs and line ends around `identifierValue` are passed over", "R2",
           valued(VALUE, lambda value: value.strip() or value)),
    _fault("long-not-found", "an over-long `identifierValue` gives 404", "R2",
           valued(VALUE, lambda value: value[:LONGEST] if value.isascii() and len(value.strip()) > LONGEST else value)),
    _fault("long-crash", "an over-long `identifierValue` makes the server fail", "R2 R9",
           _where(_is_long, _crash), "IP412"),
    _fault("long-uri", "an over-long `identifierValue` gives 414", "R2",
           answering(lambda request, told: rerefused(told, 414) if _refused(told) and _is_long(request) else told)),
    _fault("length-one-more", "`identifierValue` may have 257 characters", "R2",
           valued(VALUE, lambda value: value[:LONGEST] if len(value.strip()) == LONGEST + 1 else value)),
    _fault("length-one-less", "`identifierValue` may have no more than 255 characters", "R2",
           _where(lambda request: _is_long(request, LONGEST - 1), lambda _: refusal(400, INVALID)), rare=True),
    _fault("length-in-bytes", "`identifierValue` may have no more than 64 bytes", "R2",
           _where(lambda request: any(len(value) > 64 for value in values(request, VALUE)),  # noqa: PLR2004
                  lambda _: refusal(400, INVALID))),
    _fault("bad-utf8-replaced", "bytes that are not UTF-8 become replacement characters", "R2", valued(VALUE, _utf8)),
    _fault("bad-utf8-crash", "bytes that are not UTF-8 make the server fail", "R2 R9",
           _where(_is_bad_utf8, _crash), "IP412"),
    _fault("beyond-ascii-refused", "an identifier with letters beyond ASCII is refused", "R2 R5",
           _where(_beyond_ascii, lambda _: refusal(400, INVALID))),
    _fault("beyond-ascii-crash", "an identifier with letters beyond ASCII makes the server fail", "R9",
           _where(_beyond_ascii, _crash), "IP412"),
    _fault("astral-crash", "an identifier with a character beyond 16 bits makes the server fail", "R9",
           _where(lambda request: any(max(value, default=0) >= 0xF0 for value in values(request, VALUE)), _crash),  # noqa: PLR2004
           "IP412"),
    _fault("quote-crash", "an apostrophe in the identifier makes the server fail", "R9",
           _where(lambda request: any(b"'" in value for value in values(request, VALUE)), _crash), "IP412"),
    _fault("unknown-parameter-refused", "an unknown parameter is refused", "R4",
           answering(lambda request, told: replace(refusal(400, REPEATED), silent=told.silent)
                     if told.status == 200 and _has_unknown(request) else told)),  # noqa: PLR2004
    _fault("unknown-parameter-empties", "page, limit and offset are obeyed: nothing is on the second page", "R4",
           answering(lambda request, told: replace(told, body={**told.body, "interaction": []})
                     if told.status == 200 and _paged(request) else told)),  # noqa: PLR2004
    _fault("unknown-parameter-crash", "an unknown parameter makes the server fail", "R4 R9",
           _where(_has_unknown, _crash), "IP412"),
    _fault("bad-as-422", "invalid requests are refused with 422", "R2",
           answering(lambda _, told: rerefused(told, 422) if _refused(told) else told)),
    _fault("bad-as-404", "invalid requests are refused with 404", "R2",
           answering(lambda _, told: rerefused(told, 404) if _refused(told) else told)),
    _fault("bad-as-200", "invalid requests get errors with status 200", "R2 E1",
           answering(lambda _, told: rerefused(told, 200) if _refused(told) else told), "IP410"),
    _fault("unknown-as-200", "an unknown customer gets errors with status 200", "R5 E1",
           answering(lambda _, told: rerefused(told, 200) if _is_lookup(told) else told), "IP410"),
    _fault("unknown-as-400", "an unknown customer gives 400", "R5",
           answering(lambda _, told: rerefused(told, 400) if _is_lookup(told) else told)),
    _fault("unknown-as-204", "an unknown customer gives 204", "R5 R10",
           answering(lambda _, told: replace(told, status=204) if _is_lookup(told) else told), "IP411"),
)  # fmt: skip
