"""Corpora for the benchmarks: NDJSON of clean responses, made by a seed, the same on every machine."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABSENT = object()
SUBJECTS = (
    "Your order {} is on its way",
    "10% off until Sunday: use {} at checkout",
    "Wir haben dein Paket {} übergeben",
    "आपका ऑर्डर {} भेज दिया गया है",
)


def write(path: Path, size: int, *, messages: int = 20, seed: int = 1, defective: float = 0.0) -> int:
    """Write about `size` bytes of responses with `messages` messages each; the number of bytes written."""
    written = 0
    with path.open("wb") as file:
        for line in lines(messages=messages, seed=seed, defective=defective):
            written += file.write(line + b"\n")
            if written >= size:
                return written
    raise AssertionError


def lines(*, messages: int = 20, seed: int = 1, defective: float = 0.0) -> Iterator[bytes]:
    """Responses as JSON texts, without end; a share `defective` of them has a defect of a random kind."""
    chance = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    number = 1_685_581_782_856
    while True:
        half = (messages + 1) // 2
        entries = [_entry(chance, "email", number, half), _entry(chance, "sms", number + half, messages - half)]
        number += messages
        body = {"name": "capillary", "interaction": [one for one in entries if one["count"]], "warnings": []}
        if chance.random() < defective:
            _spoil(chance, body)
        yield orjson.dumps(body)


def _entry(chance: random.Random, name: str, first: int, count: int) -> dict[str, Any]:
    return {"count": count, "name": name, "messageList": [_message(chance, name, first + at) for at in range(count)]}


def _message(chance: random.Random, channel: str, number: int) -> dict[str, Any]:
    day, month, second = chance.randrange(1, 29), chance.randrange(1, 13), chance.randrange(10, 50)
    clock = f"{chance.randrange(24):02}:{chance.randrange(60):02}"
    address = f"customer{chance.randrange(10**6)}@example.com"
    delivered = chance.random() < 0.8  # noqa: PLR2004 - a share
    message = {
        "id": number,
        "receiver": address if channel == "email" else f"4915{chance.randrange(10**7, 10**8)}",
        "subject": chance.choice(SUBJECTS).format(chance.randrange(10**5)),
        "campaignId": chance.randrange(1, 10**5) if chance.random() < 0.7 else -1,  # noqa: PLR2004 - a share
        "status": "DELIVERED" if delivered else chance.choice(("NOT-DELIVERED", "SOFT_BOUNCED", "FAILED")),
        "sentDate": f"{day:02}-{month:02}-2023 {clock}:{second:02}",
        "userId": chance.randrange(1, 10**7),
    }
    return message | ({"deliveredTime": f"2023-{month:02}-{day:02}T{clock}:{second + 9:02}Z"} if delivered else {})


def _spoil(chance: random.Random, body: dict[str, Any]) -> None:
    """One defect: a wrong value, a value of another type, something missing, or something undeclared."""
    entry = chance.choice(body["interaction"])
    message = chance.choice(entry["messageList"])
    holder, name, value = chance.choice((
        (message, "campaignId", 0), (message, "status", "Delivered"), (message, "sentDate", "31-02-2023 10:00:00"),
        (message, "deliveredTime", "2023-13-01T00:00:00Z"), (message, "receiver", ""), (entry, "count", 7),
        (message, "id", "7"), (message, "subject", 7), (message, "userId", 7.5), (message, "userId", None),
        (message, "receiver", ABSENT), (message, "readTime", "never"), (entry, "messageList", None),
    ))  # fmt: skip
    holder[name] = value
    if value is ABSENT:
        del holder[name]
