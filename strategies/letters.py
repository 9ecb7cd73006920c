"""The messages of one customer of a made population: ids, times, receivers and subjects that a seed decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ..schemas.population import NETWORKS_OF, Message
from ..schemas.vocabulary import EMAIL_CHANNELS, PHONE_CHANNELS, TIME_REQUIRED
from .times import FIRST, LAST, SECOND, delivered_time, sent_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .dice import Dice

STATUSES: Final = ("DELIVERED", "NOT-DELIVERED", "SOFT_BOUNCED")
"""The three statuses of reference-behaviour S9."""

IDS: Final = {
    "usual": 1_685_581_782_856,
    "just past 2^31": 2**31 + 1,
    "past 2^53": 2**53 + 1,
    "past 2^60": 2**60,
    "below 2^63": 2**63 - 2**52,
}
"""Where ranges of ids begin; each customer has a block of `BLOCK` in each of them (S5: ids are unique)."""

BLOCK: Final = 4096
"""More messages than any customer has."""

PLAIN: Final = (
    "Your order 20417 is on its way", "20% off until Sunday", "Thank you for your visit", "Your points: 1500",
    "We miss you!", "Parcel arrives tomorrow, 9:00-12:00", "Invoice 2023-0815", "Happy birthday",
)  # fmt: skip
FOREIGN: Final = ("Grüße aus Köln", "नमस्ते, आपका ऑर्डर", "你好, 訂單已寄出", "Chào bạn 👋", "Ёлки-палки", "مرحبا")
SECRET: Final = ("Your OTP is 493021", "4711 is your otp, valid 10 minutes", "OTP: 00123456. Do not share")
"""Subjects that a server has to mask (S12)."""

_NOTABLE: Final = (
    datetime(2008, 1, 1, tzinfo=UTC),
    datetime(2020, 2, 29, 12, 30, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2024, 12, 30, 8, tzinfo=UTC),
    datetime(2023, 3, 26, 1, 30, tzinfo=UTC),
    LAST,
)
"""Leap days, ends of years (of ISO weeks too), midnight, an hour that local clocks skip, the first and last instant."""

_DAY: Final = 86_400
_SPAN: Final = (LAST - FIRST) // SECOND
_RECENT: Final = 40 * _DAY


@dataclass
class Letterbox:
    """Writes the messages of the customer number `index`, who has this e-mail address and this mobile number."""

    dice: Dice
    index: int
    email: str
    mobile: str
    written: int = field(default=0, init=False)

    def write(  # noqa: PLR0913 - keyword-only choices
        self,
        channel: str,
        *,
        network: str | None = None,
        status: str | None = None,
        subjects: Sequence[str] = PLAIN,
        ids: str | None = None,
        sent: datetime | None = None,
        owned: bool | None = None,
    ) -> Message:
        """A message of `channel`; what is not given is left to the dice. `owned`: has a campaign and a user."""
        where = self.dice.one_of(NETWORKS_OF[channel]) if network is None else network
        what = self.dice.one_of(STATUSES) if status is None else status
        moment = self._moment() if sent is None else sent
        body = {
            "id": self._id(ids),
            "receiver": self._receiver(channel),
            "subject": self.dice.one_of(subjects),
            "campaignId": self._owner(owned),
            "status": what,
            "sentDate": sent_date(moment),
            **({"deliveredTime": delivered_time(self._later(moment))} if what == TIME_REQUIRED else {}),
            "userId": self._owner(owned),
        }
        return Message(channel, where, body)

    def _id(self, ids: str | None) -> int:
        kind = ids or self.dice.one_of(("usual",) * 16 + tuple(IDS))
        number = self.index * BLOCK + self.written
        self.written += 1
        return IDS[kind] + (2 * number if kind == "past 2^53" else number)

    def _receiver(self, channel: str) -> str:
        if channel in EMAIL_CHANNELS:
            return self.email
        return self.mobile if channel in PHONE_CHANNELS else "@" + self.email.partition("@")[0]

    def _owner(self, owned: bool | None) -> int:  # noqa: FBT001 - not a switch but a wish
        known = not self.dice.chance(15) if owned is None else owned
        return self.dice.between(1, 2**31 if self.dice.chance(5) else 99_999) if known else -1

    def _moment(self) -> datetime:
        if self.dice.chance(10):
            return self.dice.one_of(_NOTABLE)
        if self.dice.chance(30):
            return LAST - self.dice.below(_RECENT) * SECOND
        return FIRST + self.dice.below(_SPAN) * SECOND

    def _later(self, sent: datetime) -> datetime:
        room = (LAST - sent) // SECOND
        most = 3 * _DAY if self.dice.chance(10) else 30
        return sent + self.dice.between(0, min(most, room)) * SECOND
