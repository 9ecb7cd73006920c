"""Schemathesis, as a source of requests: the one place that knows its engine.

Its documented entry point also sends probes to paths that nobody documented, and its transport reads bodies of any
size and records credentials. So its phases are run one by one, with a transport of ours; it sees neither a credential
nor an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event as Flag
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from urllib.parse import quote, urlencode

from hypothesis import Phase as HypothesisPhase
from hypothesis import settings
from schemathesis.config import (
    CacheConfig,
    ChecksConfig,
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    ExtraDataSourcesConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    HealthCheck,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine import events, run
from schemathesis.engine.context import EngineContext
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport.requests import RequestsTransport

from ...schemas.document import without_extensions
from .ask import Ask
from .events import Mode, Phase
from .filling import Filling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemathesis.generation.case import Case
    from schemathesis.hooks import HookContext

_BASE: Final = "http://localhost"
"""Stands for the endpoint: where a request goes is the client's to know."""
_MODES: Final = {Mode.POSITIVE: GenerationMode.POSITIVE, Mode.NEGATIVE: GenerationMode.NEGATIVE}


class Halted(KeyboardInterrupt):
    """No more requests are wanted. An interrupt, since Schemathesis passes nothing else on as it is."""


class Explorer(Protocol):
    """Who sends the requests, and says what was wrong with the answers."""

    def tried(self, attempt: Attempt) -> str | None:
        """Send a request and judge what comes back: a mistake that is worth a smaller example. Raises `Halted`."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that Schemathesis came up with, and what it says of it."""

    ask: Ask
    mode: Mode
    about: str


@dataclass(frozen=True, slots=True)
class Task:
    """One phase to be run: how many examples it may make, in which modes, from which seed."""

    phase: Phase
    modes: tuple[Mode, ...]
    examples: int
    seed: int


class Source:
    """The document, opened once for one worker, and the requests that its phases come up with."""

    def __init__(self, customers: Sequence[Mapping[str, str]], explorer: Explorer) -> None:
        self._customers = customers
        self._explorer = explorer

    def run(self, task: Task) -> Iterator[str]:
        """Run one phase to its end; yields what Schemathesis itself could not do, in words without values."""
        document = _Document(without_extensions(), config=_config(task))
        document.carrier = _Carrier(self._explorer)
        self._hook(document, task)
        context = EngineContext(schema=cast("Any", document), stop_event=Flag())
        for event in run.execute(context, run.Phase(run.PhaseName(task.phase.value))):
            if isinstance(event, events.NonFatalError):
                yield f"{event.info.title}: {type(event.value).__name__}"

    def _hook(self, document: _Document, task: Task) -> None:
        """Have our strategies fill the requests; hooks of this document only."""

        def before_add_examples(context: HookContext, examples: list[Case[Any]]) -> None:
            filling.examples(context, examples, task.examples)

        filling, register = Filling(self._customers), cast("Any", document.hooks).register_hook_with_name
        register(before_add_examples, "before_add_examples")
        register(filling.map_case, "map_case")
        if task.phase is Phase.FUZZING and Mode.NEGATIVE in task.modes:
            register(filling.flatmap_query, "flatmap_query")
        elif task.phase is Phase.FUZZING:
            register(filling.before_generate_query, "before_generate_query")


class _Document(OpenApiSchema):
    """The contract's document, with a transport of its own."""

    carrier: _Carrier

    @property
    def transport(self) -> _Carrier:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.carrier


@dataclass(frozen=True, slots=True)
class _Sent:
    """The parts of a request that Schemathesis records."""

    method: str
    url: str
    headers: dict[str, str]
    body: None = None


class _Carrier(RequestsTransport):
    """Hands requests to the explorer, so that Schemathesis sees neither credentials nor bodies.

    A mistake is raised from here and not from a check: Schemathesis puts the failures of checks into a group that is
    no `Exception`, which Hypothesis takes for an interrupt, so nothing would be shrunk. One class for each mistake,
    since Hypothesis tells them apart by class and line.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._kinds: dict[str, type[Failure]] = {}

    def send(self, case: Case[Any], *, session: object = None, **_: Any) -> Response:  # noqa: ARG002 - its interface
        attempt = _attempt(case)
        key = self._explorer.tried(attempt)
        if key is not None:
            kind = self._kinds.setdefault(key, type("Mistake", (Failure,), {}))
            raise kind(operation=case.operation.label, message="")
        request = _Sent(attempt.ask.method, _BASE + attempt.ask.target, dict(attempt.ask.headers))
        return Response(200, {}, b"", cast("Any", request), elapsed=0.0, verify=True)


def _attempt(case: Case[Any]) -> Attempt:
    meta = case.meta
    if meta is None:
        return Attempt(_ask(case), Mode.POSITIVE, "a known customer")
    mode = Mode.POSITIVE if meta.generation.mode.is_positive else Mode.NEGATIVE
    return Attempt(_ask(case), mode, _one_line(meta.phase.data.description or ""))


def _ask(case: Case[Any]) -> Ask:
    """What is to be sent, percent-encoded: a space is `%20`, since a plus is a plus (RFC 3986 §2.1)."""
    parts = case.as_transport_kwargs()
    asked: Any = parts["params"] or {}
    query = asked if isinstance(asked, str) else _encoded(asked)
    path = str(parts["url"]).removeprefix(_BASE)
    given = cast("Mapping[str, object]", cast("Any", case).headers)
    headers = tuple((name, str(value)) for name, value in given.items())
    return Ask(case.method.upper(), f"{path}?{query}" if query else path, headers, label="explored")


def _one_line(description: str) -> str:
    return "; ".join(line.removeprefix("- ") for line in description.splitlines())


def _encoded(query: Mapping[str, Any]) -> str:
    given = [(name, value) for name, value in query.items() if value is not None]
    return urlencode(given, doseq=True, quote_via=quote, safe="", errors="surrogatepass")


class _Project(ProjectConfig):
    """Settings of one run, without Hypothesis's search for targets: nothing here comes closer to a mistake by steps."""

    def get_hypothesis_settings(self, **kinds: Any) -> settings:
        chosen = ProjectConfig.get_hypothesis_settings(self, **kinds)  # pyright: ignore[reportUnknownMemberType]
        return settings(chosen, phases=[phase for phase in chosen.phases if phase is not HypothesisPhase.target])


def _config(task: Task) -> ProjectConfig:
    """Everything that is ours to do, or that asks for more than the documented operation, is off."""
    project = _Project(
        base_url=_BASE,
        checks=_no_checks(),
        generation=GenerationConfig(
            modes=[_MODES[mode] for mode in task.modes],
            max_examples=task.examples,
            database="none",
            with_security_parameters=False,
            allow_extra_parameters=False,
        ),
        phases=_phases(),
    )
    config = SchemathesisConfig(
        seed=task.seed,
        suppress_health_check=list(HealthCheck),
        cache=CacheConfig(enabled=False),
        projects=ProjectsConfig(default=project),
    )
    return config.projects.default


def _phases() -> PhasesConfig:
    nothing = ExtraDataSourcesConfig(responses=False)
    fuzzing = FuzzingPhaseConfig.from_dict({"error-feedback": {"enabled": False}})
    fuzzing.extra_data_sources = nothing
    return PhasesConfig(
        examples=ExamplesPhaseConfig(extra_data_sources=nothing),
        coverage=CoveragePhaseConfig(extra_data_sources=nothing, unexpected_methods=set()),
        fuzzing=fuzzing,
        stateful=StatefulPhaseConfig(enabled=False),
    )


def _no_checks() -> ChecksConfig:
    checks = ChecksConfig()
    checks.update(included_check_names=[])
    return checks
