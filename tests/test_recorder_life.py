"""The recorder over a long run: what it leaves behind, what it keeps meanwhile, and what it counts."""

# What is deleted, replaced in other people's classes and told to misbehave here is not for a type checker.
# pyright: reportPossiblyUnboundVariable=false, reportUnknownLambdaType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportAttributeAccessIssue=false, reportIncompatibleVariableOverride=false
# pyright: reportAssignmentType=false, reportUnknownMemberType=false

from __future__ import annotations

import copy
import gc
import weakref
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
import urllib3

from interpact.contract.exchange import Exchange, Place, Reason
from interpact.contract.pytest_plugin.recorder import Recorder
from interpact.contract.pytest_plugin.recording.notes import MOST, MOST_BYTES

from .serving import by_httpx, by_requests
from .test_recorder import FAILURES, FETCHES, GOOD, PATH, TARGET, Fetch, sound, statuses, untouched

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["sound", "untouched"]  # fixtures

HERE = f"https://crm.example{TARGET}"


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def answering(body: bytes = GOOD) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=iter([body]))))


def wrappers(method: Any) -> int:
    """How many of ours are around a method, one in the other."""
    chain = [method]
    while hasattr(chain[-1], "__wrapped__"):
        chain.append(chain[-1].__wrapped__)
    return sum("interpact" in one.__globals__["__name__"] for one in chain)


# What replaces methods for longer than one test


class Replacing:
    """A fixture of a class, that replaces a method for as long as several tests take."""

    def __init__(self) -> None:
        self.saved: Any = requests.Session.send
        saved = self.saved

        def theirs(*given: Any, **options: Any) -> Any:
            return copy.copy(saved(*given, **options))

        theirs.__wrapped__ = saved  # pyright: ignore[reportFunctionMemberAccess] - so that `wrappers` can follow
        self.theirs = theirs
        requests.Session.send = theirs

    def end(self) -> None:
        requests.Session.send = self.saved


def test_wrappers_do_not_pile_up(sound: str) -> None:
    original = requests.Session.send
    past: list[weakref.ref[Recorder]] = []
    for _ in range(5):
        first, second = Recorder(), Recorder()
        with first.on():
            fixture = Replacing()
            by_requests(sound + TARGET)
        assert requests.Session.send is fixture.theirs
        with second.on():
            by_requests(sound + TARGET)
            fixture.end()
            assert wrappers(requests.Session.send) == 1
            by_requests(sound + TARGET)
            second.refresh()
            by_requests(sound + TARGET)
        assert requests.Session.send is original
        assert [len(first.take()), len(second.take())] == [1, 3]
        past += [weakref.ref(first), weakref.ref(second)]
    del first, second, fixture
    gc.collect()
    assert not [one for one in past if one() is not None]


def test_a_wrapper_that_is_brought_back_late_does_nothing_and_is_removed_next_time(sound: str) -> None:
    original, first, second = requests.Session.send, Recorder(), Recorder()
    with first.on():
        fixture = Replacing()
    fixture.end()
    by_requests(sound + TARGET)
    with second.on():
        assert wrappers(requests.Session.send) == 1
        by_requests(sound + TARGET)
    assert requests.Session.send is original
    assert [len(first.take()), len(second.take())] == [0, 1]


# One of two recorders, and what is attached


def test_recorders_at_the_same_time_hear_all_clients(recorder: Recorder, sound: str) -> None:
    other = Recorder()
    with recorder.on(), other.on():
        for fetch in FETCHES:
            fetch(sound + TARGET)
    assert (len(recorder.take()), len(other.take())) == (4, 4)


def test_clients_are_left_as_they_were(recorder: Recorder, sound: str) -> None:
    with urllib3.PoolManager() as plain, urllib3.PoolManager() as owned, requests.Session() as session:
        own = owned.urlopen = lambda *given, **options: urllib3.PoolManager.urlopen(owned, *given, **options)  # pyright: ignore[reportUnknownLambdaType]
        with recorder.on():
            for client in (plain, plain, owned, session, session):
                recorder.attach(client)
            plain.request("GET", sound + TARGET)
            owned.request("GET", sound + TARGET)
            session.get(sound + TARGET)
        assert "urlopen" not in vars(plain)
        assert vars(owned)["urlopen"] is own
        assert session.hooks == {"response": []}
        recorder.attach(owned)
        theirs = owned.urlopen = lambda *_, **__: None  # pyright: ignore[reportUnknownLambdaType]
        recorder.detach()
        assert vars(owned)["urlopen"] is theirs
    assert len(recorder.take()) == 3


def test_a_client_that_cannot_be_let_go_is_in_nobodys_way(recorder: Recorder) -> None:
    class Odd(requests.Session):
        @property
        def hooks(self) -> Any:
            return vars(self)["hooks"]

        @hooks.setter
        def hooks(self, hooks: Any) -> None:
            if not hooks["response"] and "hooks" in vars(self):
                raise LookupError
            vars(self)["hooks"] = hooks

    with requests.Session() as before, Odd() as odd, requests.Session() as after:
        for client in (before, odd, after):
            recorder.attach(client)
        with pytest.raises(LookupError):
            recorder.detach()
        assert before.hooks == after.hooks == {"response": []}
        vars(odd)["hooks"] = {"response": []}


# Tracebacks


@pytest.mark.parametrize(("fetch", "kind"), list(zip(FETCHES, FAILURES, strict=True)))
def test_tracebacks_are_those_of_the_code_under_test(recorder: Recorder, fetch: Fetch, kind: type[Exception]) -> None:
    with recorder.on(), pytest.raises(kind) as caught:
        fetch(f"http://127.0.0.1:9{PATH}")
    shown = [str(entry.path) for entry in caught.traceback.filter(caught)]
    assert len(shown) > 1
    assert not [path for path in shown if "recording" in path]


# What is kept, and counted


def test_places_are_numbered_over_the_life_of_a_recorder(recorder: Recorder, sound: str) -> None:
    for number in (1, 2):
        with recorder.on():
            by_requests(sound + TARGET)
        assert [one.place for one in recorder.take("a")] == [Place("a", entry=number)]


def test_other_operations_are_not_kept(recorder: Recorder, sound: str) -> None:
    with recorder.on():
        kept = [weakref.ref(fetch(f"{sound}/elsewhere")) for fetch in FETCHES]
        gc.collect()
        assert not [one for one in kept if one() is not None]


def test_what_was_read_is_given_in_portions_and_not_kept(recorder: Recorder) -> None:
    sizes: list[int] = []
    places: list[str] = []
    most = 0
    living: weakref.WeakSet[httpx.Response] = weakref.WeakSet()

    def take() -> None:
        found = recorder.take("a", finished=True)
        sizes.append(len(found))
        places.extend(str(one.place) for one in found)

    recorder.on_full = take
    with recorder.on(), answering() as client:
        for _ in range(2 * MOST + 50):
            living.add(client.get(HERE))
            most = max(most, len(living))
    assert len(sizes) == 2
    assert all(MOST <= size < MOST + 50 for size in sizes)
    take()
    assert places == [f"a entry {number}" for number in range(1, 2 * MOST + 51)]
    assert most < MOST // 2


def test_large_bodies_are_given_before_there_are_many(recorder: Recorder) -> None:
    portions: list[list[Exchange]] = []
    recorder.on_full = lambda: portions.append(recorder.take(finished=True))
    with recorder.on(), answering(b" " * (MOST_BYTES // 20)) as client:
        for _ in range(70):
            client.get(HERE)
    assert 2 <= len(portions) <= 3
    assert len(recorder.take()) == 70 - sum(map(len, portions))


def test_what_has_yet_to_be_read_is_waited_for(recorder: Recorder) -> None:
    portions: list[Exchange] = []
    recorder.on_full = lambda: portions.extend(recorder.take(finished=True))
    with recorder.on(), answering() as client, client.stream("GET", HERE) as first:
        for _ in range(MOST + 20):
            client.get(HERE)
        assert [one.place.entry for one in portions][:1] == [2]
        assert first.read()
    assert [one.place.entry for one in recorder.take()][:1] == [1]


def test_what_is_never_read_is_not_waited_for_for_ever(recorder: Recorder) -> None:
    kept: list[weakref.ref[httpx.Response]] = []
    with recorder.on(), answering() as client:
        for _ in range(4 * MOST):
            with client.stream("GET", HERE) as response:
                kept.append(weakref.ref(response))
        del response
        gc.collect()
        assert len([one for one in kept if one() is not None]) <= 2 * MOST + 20
    found = recorder.take()
    assert {one.response is not None and one.response.missing for one in found} == {Reason.NOT_RECORDED}
    assert [one.place.entry for one in found] == list(range(1, 4 * MOST + 1))


def test_a_response_that_the_test_has_judged_counts_once(recorder: Recorder, sound: str) -> None:
    with recorder.on(), urllib3.PoolManager() as manager, httpx.Client() as client, requests.Session() as session:
        ours: Iterable[Any] = [fetch("GET", sound + TARGET) for fetch in (manager.request, client.request)]
        assert [recorder.judged(one) for one in ours] == [True, True]
        assert [recorder.judged(one) for one in ours] == [False, False]
        response = session.get(sound + TARGET)
        assert statuses(recorder.take()) == [200]
        assert not recorder.judged(response)
        assert recorder.judged(requests.Response()), "it was never heard of"
        assert recorder.judged({"name": "capillary"})
    assert recorder.take() == []


def test_a_response_of_a_portion_that_waits_can_still_be_judged(recorder: Recorder) -> None:
    with recorder.on(), answering() as client:
        found = [client.get(HERE) for _ in range(40)]
        assert all(map(recorder.judged, found[:20]))
    assert [one.place.entry for one in recorder.take()] == list(range(21, 41))


def test_another_response_in_the_same_place_is_another(recorder: Recorder, sound: str) -> None:
    with recorder.on():
        for _ in range(3):
            by_httpx(sound + TARGET)
            assert len(recorder.take()) == 1
            gc.collect()
