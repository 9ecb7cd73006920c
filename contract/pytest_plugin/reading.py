"""What was asked for: the values of flags and ini keys, and what follows from them."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

from .options import JUDGING, LIVE, OPTIONS, Kind, Option, is_said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..fuzz.launch import Aim
    from ..gates import Asked
    from ..keep import Keep
    from ..reports.registry import Target
    from ..settings import Settings


class Options:
    """What was asked for; `given` holds it by the words of the options.

    >>> Options({"record": True}).record, Options({}).record
    (True, False)
    """

    def __init__(self, given: Mapping[str, Any], config: pytest.Config | None = None) -> None:
        self.given = given
        self.config = config

    @property
    def captures(self) -> tuple[str, ...]:
        """Paths and patterns of captures, absolute."""
        return tuple(self.given.get("captures", ()))

    @property
    def record(self) -> bool:
        """Whether every test is listened to."""
        return bool(self.given.get("record"))

    def shown(self, path: Path) -> str:
        """A path as it is named in reports: from the root of the project, where it lies below it; fit to print."""
        from .recording.naming import shown

        return shown(path, Path.cwd() if self.config is None else self.config.rootpath)

    def is_flag(self, word: str) -> bool:
        """Whether an option was given on the command line, and not in an ini file."""
        return self.config is not None and self.config.getoption(f"interpact_{word}") is not None

    @property
    def live(self) -> bool:
        """Whether a live implementation is to be tested."""
        return "url" in self.given

    @property
    def reports(self) -> tuple[Target, ...]:
        """The reports that are to be written, with absolute paths."""
        return tuple(self.given.get("report", ()))

    @property
    def keep(self) -> Keep:
        """What is to be kept of what is judged, for those reports."""
        from ..keep import Keep

        return Keep(statistics=any(target.form.has_figures for target in self.reports))

    @property
    def fail_under(self) -> float | None:
        """The least coverage of the contract, in percent."""
        return self.given.get("fail_under")

    def asked(self) -> Asked:
        """What is asked of the run as a whole. Raises `pytest.UsageError` for a baseline that cannot be used."""
        from ..baseline import Baseline, BaselineError, read_baseline
        from ..gates import Asked

        try:
            baseline = read_baseline(self.given["baseline"]) if "baseline" in self.given else Baseline()
        except BaselineError as error:
            raise pytest.UsageError(str(error)) from None
        return Asked(fail_under=self.fail_under, max_unchecked=self.given.get("max_unchecked"), baseline=baseline)

    def settings(self, marked: Mapping[str, Any] | None = None) -> Settings:
        """How exchanges are judged; what a marker says wins. Raises `pytest.UsageError` for a bad configuration."""
        own = {name: value for name, value in (marked or {}).items() if name in JUDGING}
        if own or self.config is None:
            return self._settings(own)
        known = self.config.stash.get(_SETTINGS, None)
        return known or self.config.stash.setdefault(_SETTINGS, self._settings({}))

    def _settings(self, own: Mapping[str, Any]) -> Settings:
        from ...schemas.rules import Profile, Severity
        from ..baseline import today
        from ..settings import Settings

        given = {name: self.given[name] for name in JUDGING if name in self.given}
        values: dict[str, Any] = {**_configured(self.config), **given, **own}
        return Settings(
            fail_on=Severity(values.get("fail_on", "error")),
            profile=Profile(values.get("profile", "documented")),
            select=_codes(values.get("select", ())),
            ignore=_codes(values.get("ignore", ())),
            strict=bool(values.get("strict")),
            show_values=bool(values.get("show_values")),
            otp_masked=bool(values.get("otp_masked")),
            hygiene=bool(values.get("hygiene")),
            max_age=values.get("max_age"),
            accepted=self.asked().baseline.accepts(today()),
            tolerances=tuple(values.get("tolerance", ())),
            key=os.urandom(16) if self.config is None else _key(self.config),
        )

    def aim(self) -> Aim:
        """The live implementation to be tested; there is one only if `live`."""
        from ..fuzz.launch import Aim

        given = {option.word: self.given[option.word] for option in LIVE if option.word in self.given}
        return Aim(url=self.given["url"], **{**_of_hypothesis(self.config), **given})


def read(config: pytest.Config) -> Options:
    """What flags and ini keys ask for. Raises `pytest.UsageError`, whose message names the flag, for a bad value."""
    found = {option.word: value for option in OPTIONS if (value := _value(config, option)) is not None}
    options = Options(found, config)
    options.settings()
    return options


def told_by_marker(name: str, value: Any, where: str) -> Any:
    """What a marker's argument says; raises `pytest.UsageError`, whose message begins with `where`, for a bad one."""
    option = _named(name.replace("_", "-"))
    try:
        return _parsed(option, value, Path(), where)
    except TypeError:
        message = f"{where}: {option.kind.value} was expected, not {type(value).__name__}"
        raise pytest.UsageError(message) from None


def _value(config: pytest.Config, option: Option) -> Any:
    """What a flag says, else what the ini key does, else `None`; an option that says nothing is not there."""
    flag: Any = config.getoption(option.key)
    if flag is not None:
        return _parsed(option, flag, config.invocation_params.dir, option.flag)
    try:
        told: Any = config.getini(option.key)
    except (ValueError, TypeError, pytest.UsageError) as error:
        _complain(option, f"{option.key} in {config.inipath}", f"{error}")
    if told is not False and not is_said(told):
        return None
    base = config.rootpath if config.inipath is None else config.inipath.parent
    return _parsed(option, told, base, f"{option.key} in {config.inipath}")


def _parsed(option: Option, told: Any, base: Path, where: str) -> Any:
    readers: dict[Kind, Callable[[Option, Any, Path, str], Any]] = {
        Kind.TEXT: _text,
        Kind.WHOLE: _number,
        Kind.NUMBER: _number,
        Kind.CODES: _rules,
        Kind.FILE: _file,
        Kind.PATHS: _paths,
        Kind.REPORTS: _reports,
    }
    return bool(told) if option.kind is Kind.FLAG else readers[option.kind](option, told, base, where)


def _text(option: Option, told: Any, _: Path, where: str) -> str:
    if option.choices and told not in option.choices:
        _complain(option, where, f"{told!r} is none of {', '.join(option.choices)}")
    return str(told)


def _number(option: Option, told: Any, _: Path, where: str) -> float:
    try:
        value = int(told) if option.kind is Kind.WHOLE else float(told)
    except ValueError:
        _complain(option, where, f"{told!r} is no {option.kind.value}")
    if not option.least <= value <= option.most:
        bounds = f"at least {option.least:g}" if option.most == float("inf") else f"{option.least:g} to {option.most:g}"
        _complain(option, where, f"{told} is out of bounds: {bounds} is expected")
    return value


def _rules(option: Option, told: Any, _: Path, where: str) -> tuple[str, ...]:
    from ..settings import unknown_codes

    codes = _codes(told)
    for code in unknown_codes(codes):
        _complain(option, where, f"no rule code begins with {code!r}; `interpact rules` lists them")
    return codes


def _file(option: Option, told: Any, base: Path, where: str) -> Path:
    path = base / str(told)
    if not path.is_file():
        _complain(option, where, f"there is no file {told}")
    return path


def _paths(option: Option, told: Any, base: Path, where: str) -> tuple[str, ...]:
    found = tuple(os.path.join(base, str(one)) for one in told)  # noqa: PTH118 - a pattern is no path
    for path, name in zip(found, told, strict=True):
        if not str(name).strip():
            _complain(option, where, "an empty path")
        if where != option.flag and option.name == "captures":
            continue  # they may still be recorded: the run says that they are not there
        if not os.path.lexists(path) and not any(glob.iglob(path, recursive=True)):  # noqa: PTH207
            _complain(option, where, f"nothing is called {name}, and no pattern matches")
    return found


def _reports(option: Option, told: Any, base: Path, where: str) -> tuple[Target, ...]:
    from ..reports.registry import Target, UnknownFormError, target

    try:
        found = [target(str(word)) for word in told]
    except UnknownFormError as error:
        _complain(option, where, str(error))
    return tuple(Target(one.form, None if one.path is None else str(base / one.path)) for one in found)


def _codes(told: Any) -> tuple[str, ...]:
    """Codes separated by blanks or commas, in one text or in several."""
    words: list[str] = [told] if isinstance(told, str) else list(told)
    return tuple(code.strip().upper() for word in words for code in word.replace(",", " ").split())


def _complain(option: Option, where: str, what: str) -> NoReturn:
    named = "" if where == option.flag else f" ({option.flag})"
    message = f"{where}{named}: {what}"
    raise pytest.UsageError(message) from None


def _named(name: str) -> Option:
    return next(option for option in OPTIONS if option.name == name)


def _configured(config: pytest.Config | None) -> dict[str, Any]:
    """What `[tool.interpact]` and the environment say about judging."""
    from ..config import PREFIX, ConfigError, load_config

    if config is None:
        return {}
    if _CONFIGURED in config.stash:
        return config.stash[_CONFIGURED]
    try:
        file = load_config(config.rootpath, {})
    except ConfigError as error:
        message = f"interpact: {error}"
        raise pytest.UsageError(message) from None
    variables = {name: os.environ.get(PREFIX + name.upper(), "") for name in JUDGING}
    told = {name: _of_environment(name, text) for name, text in variables.items() if text}
    known = {name: value for name, value in (file | told).items() if name in {*JUDGING, "tolerance"}}
    return config.stash.setdefault(_CONFIGURED, known)


def _of_environment(name: str, text: str) -> Any:
    option = _named(name.replace("_", "-"))
    if option.kind is Kind.FLAG:
        return text.strip().lower() in {"1", "true", "yes", "on", "t", "y"}
    return _parsed(option, text, Path(), f"the variable INTERPACT_{name.upper()}")


def _of_hypothesis(config: pytest.Config | None) -> dict[str, Any]:
    """What Hypothesis's own flags and its profile say: `--hypothesis-seed`, `max_examples`, `derandomize`."""
    from hypothesis import settings

    profile = settings()
    told: dict[str, Any] = {"examples": profile.max_examples}
    seed = None if config is None else config.getoption("--hypothesis-seed", default=None)
    if seed is not None and str(seed).isdecimal():
        return told | {"seed": int(seed)}
    return told | ({"seed": 0} if profile.derandomize else {})


def _key(config: pytest.Config) -> bytes:
    """The key of the placeholders of this run: the workers of pytest-xdist have that of their controller."""
    given: dict[str, Any] = getattr(config, "workerinput", {})
    if "interpact_key" in given:
        return bytes.fromhex(given["interpact_key"])
    return config.stash.setdefault(_KEY, os.urandom(16))


_KEY: Final = pytest.StashKey[bytes]()
_CONFIGURED: Final = pytest.StashKey[dict[str, Any]]()
_SETTINGS: Final[pytest.StashKey[Settings]] = pytest.StashKey()


def key_of(config: pytest.Config) -> str:
    """The key for a worker of pytest-xdist, as hexadecimal digits."""
    return _key(config).hex()
