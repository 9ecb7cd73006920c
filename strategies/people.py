"""Customers that a seed decides: the first dozen are the rare cases, one after the other, the others are mixed."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Final

from ..schemas.population import CHANNELS, NETWORKS_OF, Customer, Customers, Message
from .dice import Dice
from .letters import FOREIGN, PLAIN, SECRET, STATUSES, Letterbox
from .times import FIRST, LAST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_GIVEN: Final = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Ken", "Frances", "Tim")
_FAMILY: Final = ("Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Perlman", "Allen", "O'Brien", "Lee")
_FOREIGN: Final = ("Zoë Müller", "李小龍", "Nguyễn Thị Minh", "Ольга Ёлкина", "José Ángel Peña", "محمد", "Ana 👋 Souza")
_PREFIXES: Final = ("1", "44", "49151", "62", "84", "91")
"""Country codes, none the beginning of another, so that numbers of equal length never collide."""

_DIGITS: Final = 12
_MODULUS: Final = 10**6
_STEP: Final = 7919


def customers(seed: int, number: int) -> Iterator[Customer]:
    """The first `number` customers of the population `seed`, one at a time; a longer one begins with a shorter one.

    >>> [customer.name for customer in customers(1, 2)] == [customer.name for customer in customers(1, 9)][:2]
    True
    """
    start = Dice(seed).below(_MODULUS)
    return (_customer(Dice(seed, index + 1), index, start) for index in range(number))


def make_population(seed: int, number: int) -> Customers:
    """A population in memory, the same for the same arguments on every platform and version of Python.

    From twelve customers on, every rare case is there. No time lies after 2025.

    >>> len(make_population(1, 12))
    12
    """
    return Customers(customers(seed, number))


def _customer(dice: Dice, index: int, start: int) -> Customer:
    if index < len(_RARE):
        return _RARE[index](dice, index, start)
    name = dice.one_of(_FOREIGN) if dice.chance(12) else f"{dice.one_of(_GIVEN)} {dice.one_of(_FAMILY)}"
    box = _box(dice, index, start)
    return _with(name, box, _external(dice, index, start), _mixed(dice, box))


def _mixed(dice: Dice, box: Letterbox) -> list[Message]:
    chosen = dice.some_of(CHANNELS, dice.one_of((0, 1, 1, 2, 3, 4, 6)))
    subjects = FOREIGN if dice.chance(10) else (*PLAIN, *SECRET[:1]) if dice.chance(10) else PLAIN
    return [
        box.write(channel, subjects=subjects)
        for channel in chosen
        for _ in range(dice.between(21, 30) if dice.chance(1) else dice.between(1, 4))
    ]


def _box(dice: Dice, index: int, start: int, *, email: str | None = None, mobile: str | None = None) -> Letterbox:
    word = dice.one_of(_GIVEN).lower()
    return Letterbox(
        dice,
        index,
        email or f"{word}.{_number(index, start):06}@example.{dice.one_of(('com', 'org', 'net'))}",
        mobile or _mobile(dice, index, start),
    )


def _mobile(dice: Dice, index: int, start: int) -> str:
    prefix = dice.one_of(_PREFIXES)
    return prefix + str(index * _STEP + start).zfill(_DIGITS - len(prefix))[-(_DIGITS - len(prefix)) :]


def _number(index: int, start: int) -> int:
    """A number that no other customer has."""
    return start + index + 1


def _external(dice: Dice, index: int, start: int) -> str:
    number = _number(index, start)
    return dice.one_of((f"C-{number:07}", f"{number}", f"shop/{number}", f"{number:09}", f"ÖX {number}", f"{number}+A"))


def _with(name: str, box: Letterbox, external: str, messages: list[Message]) -> Customer:
    return Customer(name, (("email", box.email), ("mobile", box.mobile), ("external_id", external)), tuple(messages))


def _of_everything(dice: Dice, index: int, start: int) -> Customer:
    """All channels, all statuses, check-ins on both networks, one with the other in turn."""
    box = _box(dice, index, start)
    statuses = cycle(STATUSES)
    messages = [
        box.write(channel, network=network, status=next(statuses))
        for channel in CHANNELS
        for network in NETWORKS_OF[channel] * (2 if channel == "checkin" else 3)
    ]
    return _with("Ada Lovelace", box, f"A-{_number(index, start)}", messages)


def _of_letters(dice: Dice, index: int, start: int) -> Customer:
    """Nothing in ASCII but the address, which has a tag."""
    box = _box(dice, index, start, email=f"zoe+news.{_number(index, start)}@example.com")
    messages = [box.write(one, subjects=FOREIGN) for one in ("email", "sms", "whatsapp", "zalo", "feedback", "comment")]
    return _with("Zoë 李 Müller 👋", box, f"Ångström/日本-{_number(index, start)}", messages)


def _of_many(dice: Dice, index: int, start: int) -> Customer:
    """More messages than a page has room for, and an external id with leading zeros."""
    box = _box(dice, index, start, mobile=_shared_mobile(start))
    messages = [box.write(one) for one, times in (("sms", 26), ("email", 21), ("tweet", 2)) for _ in range(times)]
    return _with("Grace Hopper", box, f"000{_number(2, start)}", messages)


def _of_nothing(dice: Dice, index: int, start: int) -> Customer:
    """No messages; the external id of the one before, without its zeros."""
    return _with("Alan Turing", _box(dice, index, start), f"{_number(2, start)}", [])


def _of_one_channel(dice: Dice, index: int, start: int) -> Customer:
    """One channel only; external id and mobile begin with those of others."""
    box = _box(dice, index, start, mobile=_shared_mobile(start) + "1")
    return _with("Barbara Liskov", box, f"000{_number(2, start)}-1", [box.write("whatsapp") for _ in range(3)])


def _of_large_ids(dice: Dice, index: int, start: int) -> Customer:
    """Ids that floats cannot tell apart, at both ends of their range, and more than twenty in bulk."""
    box = _box(dice, index, start)
    messages = [box.write("emailbulk", ids="past 2^60") for _ in range(22)]
    messages += [box.write(one, ids=ids) for one in ("email", "sms") for ids in ("past 2^53", "below 2^63")]
    return _with("Donald Knuth", box, f"K{_number(index, start)}", messages)


def _of_signs(dice: Dice, index: int, start: int) -> Customer:
    """An external id of all that has to be percent-encoded, and what looks as if it were; one-time passwords."""
    box = _box(dice, index, start, email=f"o'brien.{_number(index, start)}@example.com")
    messages = [box.write(one, subjects=SECRET) for one in ("sms", "sms", "email", "whatsapp")]
    messages += [box.write("email"), box.write("zalo", network="capillary")]
    return _with("Conan O'Brien", box, f"A+B 50%20/&x=#{_number(index, start)}?", messages)


def _of_capitals(dice: Dice, index: int, start: int) -> Customer:
    """An address with capitals; the smallest ids."""
    box = _box(dice, index, start, email=f"Radia.Perlman.{_number(index, start)}@Example.COM")
    messages = [box.write(one, ids="just past 2^31") for one in ("email", "mention", "retweet", "retweet")]
    return _with("Radia Perlman", box, f"Case-{_number(7, start)}", messages)


def _of_small_letters(dice: Dice, index: int, start: int) -> Customer:
    """The external id of the one before, in small letters; the address begins with the one before, too."""
    box = _box(dice, index, start, email=f"radia.perlman.{_number(7, start)}@example.com.au")
    messages = [box.write(one) for one in ("email", "tweet", "like", "comment")]
    return _with("Tim Berners-Lee", box, f"case-{_number(7, start)}", messages)


def _of_times(dice: Dice, index: int, start: int) -> Customer:
    """Leap days, midnights and ends of years; neither campaign nor user."""
    box = _box(dice, index, start)
    moments = (FIRST, LAST, FIRST.replace(month=2, day=29), LAST.replace(year=2024, month=2, day=29),
               LAST.replace(year=2023, month=12, day=31, hour=23, minute=59, second=59),
               LAST.replace(year=2024, month=12, day=30, hour=13))  # fmt: skip
    messages = [box.write("email", sent=moment, owned=False, status=status)
                for moment in moments for status in STATUSES]  # fmt: skip
    return _with("Edsger Dijkstra", box, f"T.{_number(index, start)}", messages)


def _of_one_place(dice: Dice, index: int, start: int) -> Customer:
    """Check-ins on one of the two networks only."""
    box = _box(dice, index, start)
    return _with("Ken Thompson", box, f"9 {_number(index, start)}",
                 [box.write("checkin", network="foursquare", status=one) for one in STATUSES])  # fmt: skip


def _of_lengths(dice: Dice, index: int, start: int) -> Customer:
    """The longest external id and mobile number that there may be; messages with and without a campaign."""
    box = _box(dice, index, start, mobile=f"{_number(index, start):0<15}"[:15])
    messages = [box.write(one, owned=owned) for one in ("sms", "email", "like") for owned in (True, False)]
    return _with("Frances Allen", box, f"{_number(index, start)}-".ljust(256, "x"), messages)


_RARE: Final[tuple[Callable[[Dice, int, int], Customer], ...]] = (
    _of_everything, _of_letters, _of_many, _of_nothing, _of_one_channel, _of_large_ids, _of_signs, _of_capitals,
    _of_small_letters, _of_times, _of_one_place, _of_lengths,
)  # fmt: skip


def _shared_mobile(start: int) -> str:
    """The number of one customer, and the beginning of another's."""
    return "4479" + str(start).zfill(_DIGITS - 4)
