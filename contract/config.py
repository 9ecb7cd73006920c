"""The configuration: `[tool.interpact]` in pyproject.toml, or interpact.toml; the environment and flags win over it."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from ..schemas.rules import Severity
from ..schemas.values import is_object
from .reports.registry import FORMS, UnknownFormError, target
from .settings import unknown_codes
from .tolerance import Tolerance, ToleranceError

PREFIX: Final = "INTERPACT_"
"""How the names of environment variables begin: `INTERPACT_FAIL_ON` is `--fail-on`."""

_FILES: Final = ("interpact.toml", "pyproject.toml")


class ConfigError(Exception):
    """A configuration that cannot be used; the message names the file, the key and the remedy."""


class Config(msgspec.Struct, frozen=True, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """What can be configured; `UNSET` where nothing was said. The names are those of the flags."""

    format: str | msgspec.UnsetType = msgspec.UNSET
    report: list[str] | msgspec.UnsetType = msgspec.UNSET
    fail_on: Severity | msgspec.UnsetType = msgspec.UNSET
    profile: Literal["documented", "strict"] | msgspec.UnsetType = msgspec.UNSET
    strict: bool | msgspec.UnsetType = msgspec.UNSET
    select: list[str] | msgspec.UnsetType = msgspec.UNSET
    ignore: list[str] | msgspec.UnsetType = msgspec.UNSET
    all_places: bool | msgspec.UnsetType = msgspec.UNSET
    max_findings: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET
    coverage: bool | msgspec.UnsetType = msgspec.UNSET
    all_gaps: bool | msgspec.UnsetType = msgspec.UNSET
    fail_under: Annotated[float, msgspec.Meta(ge=0, le=100)] | msgspec.UnsetType = msgspec.UNSET
    max_unchecked: Annotated[float, msgspec.Meta(ge=0, le=100)] | msgspec.UnsetType = msgspec.UNSET
    baseline: str | msgspec.UnsetType = msgspec.UNSET
    hygiene: bool | msgspec.UnsetType = msgspec.UNSET
    max_age: Annotated[float, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET
    tolerance: dict[str, str | dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    body_column: str | msgspec.UnsetType = msgspec.UNSET
    max_body: Annotated[int, msgspec.Meta(ge=1)] | str | msgspec.UnsetType = msgspec.UNSET
    max_expansion: Annotated[int, msgspec.Meta(ge=1)] | msgspec.UnsetType = msgspec.UNSET
    free_expansion: Annotated[int, msgspec.Meta(ge=1)] | str | msgspec.UnsetType = msgspec.UNSET
    max_depth: Annotated[int, msgspec.Meta(ge=8, le=256)] | msgspec.UnsetType = msgspec.UNSET
    jobs: Annotated[int, msgspec.Meta(ge=1)] | msgspec.UnsetType = msgspec.UNSET
    quarantine: str | msgspec.UnsetType = msgspec.UNSET
    findings: str | msgspec.UnsetType = msgspec.UNSET
    messages: str | msgspec.UnsetType = msgspec.UNSET
    resume: str | msgspec.UnsetType = msgspec.UNSET
    show_values: bool | msgspec.UnsetType = msgspec.UNSET
    otp_masked: bool | msgspec.UnsetType = msgspec.UNSET
    color: Literal["auto", "always", "never"] | msgspec.UnsetType = msgspec.UNSET

    def given(self) -> dict[str, Any]:
        """What was said, by the name of the parameter of the command."""
        values: dict[str, Any] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not msgspec.UNSET:
                values[name] = str(value) if isinstance(value, Severity) else value
        return values


KEYS: Final = tuple(name.replace("_", "-") for name in Config.__struct_fields__)
"""The keys of the configuration."""

FILE_ONLY: Final = frozenset({"tolerance"})
"""Keys that are tables, for which there is no flag and no variable."""


def load_config(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """What the nearest configuration file says, looking in `folder` and above it.

    Raises `ConfigError` for a file that cannot be read, an unknown key (of the file or of the environment), or a bad
    value.

    >>> from pathlib import Path
    >>> load_config(Path("/"), {})
    {}
    """
    _check_environment(environment)
    return find_config(folder).given


class Found(msgspec.Struct, frozen=True):
    """A configuration file, what it says, and those that it leaves unread."""

    path: Path | None = None
    given: dict[str, Any] = {}
    """What it says, by the names of the parameters of the commands."""
    table: dict[str, Any] = {}
    """The same as it stands there."""
    others: tuple[Path, ...] = ()

    @property
    def where(self) -> str:
        """The file and the table in it that holds the settings."""
        in_table = self.path is not None and self.path.name == _FILES[1]
        return f"{self.path}, [tool.interpact]" if in_table else f"{self.path}"


def find_config(folder: Path) -> Found:
    """The nearest configuration file, looking in `folder` and above it. Raises `ConfigError`.

    >>> from pathlib import Path
    >>> find_config(Path("/")).path is None
    True
    """
    candidates = _candidates(folder)
    for place, path in enumerate(candidates):
        table = _table(path)
        if table is not None:
            others = tuple(one for one in candidates[place + 1 :] if _has_settings(one))
            return Found(path, _given(path, _read(path, table)), table, others)
    return Found()


def _has_settings(path: Path) -> bool:
    """Whether a file that is not read would have been; whatever else is wrong with it does not matter."""
    try:
        return _table(path) is not None
    except ConfigError:
        return False


def nearest(word: str, known: tuple[str, ...]) -> str:
    """A hint at the known word that `word` may have been meant to be.

    >>> nearest("fail_on", KEYS)
    '; did you mean fail-on?'
    """
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else f"; known are {', '.join(known)}"


def _candidates(folder: Path) -> list[Path]:
    """Configuration files from here upwards, not beyond the root of a repository."""
    found: list[Path] = []
    for here in (folder, *folder.parents):
        found += [path for path in (here / name for name in _FILES) if path.is_file()]
        if (here / ".git").exists():
            break
    return found


def _table(path: Path) -> dict[str, Any] | None:
    """The file's settings, or `None` if it is a pyproject.toml that has none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise ConfigError(message) from None
    if path.name != "pyproject.toml":
        return document
    for name in ("tool", "interpact"):
        document = document.get(name)
        if document is None:
            return None
        if not is_object(document):
            message = f"{path}: {name} must be a table"
            raise ConfigError(message)
    return document


def _given(path: Path, config: Config) -> dict[str, Any]:
    """What a file says: a baseline that it names lies beside it, and tolerances make sense."""
    given = config.given()
    if "baseline" in given:
        given["baseline"] = str(path.parent / given["baseline"])
    if "tolerance" in given:
        given["tolerance"] = tuple(_tolerance(path, *pair) for pair in given["tolerance"].items())
    return given


def _tolerance(path: Path, name: str, told: object) -> Tolerance:
    try:
        return Tolerance.of(name, told)
    except ToleranceError as error:
        message = f"{path}: tolerance: {name!r}: {error}"
        raise ConfigError(message) from None


def _read(path: Path, table: dict[str, Any]) -> Config:
    for key in table:
        if key not in KEYS:
            message = f"{path}: unknown key {key!r}{nearest(key, KEYS)}"
            raise ConfigError(message)
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        message = f"{path}: {str(error).replace('$.', '')}"
        raise ConfigError(message) from None
    _check_reports(path, config.given())
    for name in ("select", "ignore"):
        for code in unknown_codes(tuple(config.given().get(name, ()))):
            message = f"{path}: {name}: no rule code begins with {code!r}; `interpact rules` lists them"
            raise ConfigError(message)
    return config


def _check_reports(path: Path, given: dict[str, Any]) -> None:
    name = given.get("format", "text")
    if name not in FORMS:
        message = f"{path}: format: no report is called {name!r}{nearest(name, tuple(FORMS))}"
        raise ConfigError(message)
    for word in given.get("report", ()):
        try:
            target(word)
        except UnknownFormError as error:
            message = f"{path}: report: {error}"
            raise ConfigError(message) from None


def _check_environment(environment: dict[str, str]) -> None:
    known = tuple(PREFIX + key.replace("-", "_").upper() for key in KEYS if key not in FILE_ONLY)
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            message = f"environment: unknown variable {name}{nearest(name, known)}"
            raise ConfigError(message)


def environment() -> dict[str, str]:
    """The process's environment."""
    return dict(os.environ)
