"""Credentials towards the endpoint: read from the environment or a file, shown nowhere, revealed only to the socket."""

from __future__ import annotations

import binascii
import hashlib
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from ...schemas.document import secret_headers
from ..secrets import REPLACED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TELLING: Final = 6
_MASK: Final = "[Credential]"
_LONGEST: Final = 8192
"""Bytes of a credential; most servers refuse longer header fields anyway."""


class CredentialsError(ValueError):
    """Credentials that cannot be read; the message names the source, never what it holds."""


class Secret:
    """A text that shows itself to nobody who does not ask for it by name.

    It cannot be printed, formatted, pickled or inspected.

    >>> secret = Secret("hunter2")
    >>> f"{secret} {secret!r}", len(secret.reveal())
    ('[Credential] [Credential]', 7)
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def __repr__(self) -> str:
        return _MASK

    def __reduce__(self) -> NoReturn:
        message = "a secret is not written anywhere"
        raise TypeError(message)

    def reveal(self) -> str:
        """The text itself. Never keep it in a variable: tracebacks show those."""
        return self.__value


@dataclass(frozen=True, slots=True)
class Credentials:
    """The header field that carries a credential, its right value, and a wrong one of the same form."""

    header: str
    right: Secret
    wrong: Secret
    near: Mapping[str, Secret] = field(default_factory=dict[str, Secret], repr=False)
    """Values that are wrong in one respect only, by what that is: `NEAR`."""

    def without(self, body: bytes) -> bytes:
        """A body in which no credential stands: neither a field's value, nor what it encodes, nor the password."""
        for secret in sorted(
            {part for one in (self.right, self.wrong, *self.near.values()) for part in _forms(one)},
            key=len,
            reverse=True,
        ):
            body = body.replace(secret, REPLACED.encode()) if secret in body else body
        return body

    @classmethod
    def basic(cls, user: str, password: Secret) -> Credentials:
        """HTTP Basic (RFC 7617). The wrong value has the same user and another password."""
        return cls("authorization", _basic(user, password), _basic(user, _other(password)), _near(user, password))

    @classmethod
    def token(cls, token: Secret) -> Credentials:
        """A token in the header of the API's own security scheme, or a bearer token (RFC 6750) where it has none."""
        name = min(secret_headers(), default="authorization")
        start = "Bearer " if name == "authorization" else ""
        return cls(name, Secret(start + token.reveal()), Secret(start + _other(token).reveal()))

    @classmethod
    def nobodys(cls) -> Credentials:
        """Credentials for an endpoint to which we have none: both values are wrong.

        >>> Credentials.nobodys().header
        'authorization'
        """
        return cls.basic("interpact", Secret("nobody"))


def read_credentials(source: str, variable: Callable[[str], str | None] = os.getenv) -> Credentials:
    """The credentials at `source`, which is `env:NAME` or `file:PATH`.

    There stands `user:password` for HTTP Basic, or `token:VALUE` or a bare token for the API's own header. `variable`
    looks a name up in the environment; it is a function, since a traceback would show a mapping with all its values.
    Raises `CredentialsError`.

    >>> read_credentials("env:TILL", {"TILL": "till:hunter2"}.get)
    Credentials(header='authorization', right=[Credential], wrong=[Credential])
    """
    found = _read(source, variable)
    complaint = _complaint(found)
    if complaint:
        message = f"--auth {source}: {complaint}"
        raise CredentialsError(message)
    return _understood(found)


def _understood(found: Secret) -> Credentials:
    user, colon, rest = found.reveal().partition(":")
    if not colon:
        return Credentials.token(found)
    return Credentials.token(Secret(rest)) if user == "token" else Credentials.basic(user, Secret(rest))


def _read(source: str, variable: Callable[[str], str | None]) -> Secret:
    kind, _, name = source.partition(":")
    if kind == "env" and name:
        return _from_environment(name, variable)
    if kind == "file" and name:
        return _from_file(Path(name))
    message = "--auth takes env:NAME or file:PATH: a secret on a command line is seen by every user of the machine"
    raise CredentialsError(message)


def _from_environment(name: str, variable: Callable[[str], str | None]) -> Secret:
    if variable(name) is None:
        message = f"--auth env:{name}: there is no such variable in the environment; export it first"
        raise CredentialsError(message)
    return Secret((variable(name) or "").strip())


def _from_file(path: Path) -> Secret:
    try:
        with path.open("rb") as file:
            return Secret(file.read(_LONGEST + 1).decode("utf-8-sig", "surrogateescape").strip())
    except OSError as error:
        reason = error.strerror
    message = f"--auth file:{path}: cannot be read: {reason}"
    raise CredentialsError(message)


def _complaint(found: Secret) -> str | None:
    """What is wrong with a credential; said elsewhere, so that no traceback passes here."""
    text = found.reveal()
    if not text or text in {":", "token:"}:
        return "it is empty; expected user:password or token:VALUE"
    if not text.isprintable():
        return "it holds line breaks or control characters; expected one line, user:password or token:VALUE"
    if ":" not in text and " " in text:
        return "it holds a blank and no colon; expected user:password or token:VALUE, without a word such as Basic"
    return "it is too long for a header field" if len(text) > _LONGEST else None


def _basic(user: str, password: Secret) -> Secret:
    return Secret("Basic " + b64encode(f"{user}:{password.reveal()}".encode()).decode("ascii"))


def _forms(secret: Secret) -> list[bytes]:
    """The forms in which a server may repeat a credential; those that are too short to be told from other words not."""
    value = secret.reveal().rpartition(" ")[2].encode()
    try:
        plain = b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        plain = b""
    return [form for form in (value, plain, plain.partition(b":")[2]) if len(form) >= _TELLING]


def _near(user: str, password: Secret) -> dict[str, Secret]:
    """What a comparison that is not exact takes for the right credentials."""
    secret = password.reveal()
    return {
        "another user": _basic(f"{user}x", password),
        "no user": _basic("", password),
        "no password": _basic(user, Secret("")),
        "the beginning of the password": _basic(user, Secret(secret[:-1])),
        "a longer password": _basic(user, Secret(f"{secret}x")),
        "capitals": _basic(user, Secret(secret.swapcase() if secret.swapcase() != secret else f"{secret} ")),
        "another scheme": Secret("Bearer " + _basic(user, password).reveal().removeprefix("Basic ")),
    }


NEAR: Final = tuple(_near("", Secret("x")))
"""The respects in which credentials can be nearly right."""


def _other(password: Secret) -> Secret:
    """Another password: the same at each run, and one that tells nothing about the right one."""
    return Secret(hashlib.sha256(b"interpact, another than " + password.reveal().encode()).hexdigest()[:32])
