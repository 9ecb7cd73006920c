"""What people write by hand today: json + jsonschema + pandera on pandas, response by response.

It checks the structure by the same JSON Schema, and eight of the rules about meaning.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa
from jsonschema import Draft202012Validator

from interpact.schemas.document import load

if TYPE_CHECKING:
    from collections.abc import Iterable

STATUSES = ["DELIVERED", "NOT-DELIVERED", "SOFT_BOUNCED", "FAILED", "SENT", "OPENED", "READ"]
VALIDATOR = Draft202012Validator(load("response"))


def _instants(messages: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    sent = pd.to_datetime(messages["sentDate"], format="%d-%m-%Y %H:%M:%S", errors="coerce", utc=True)
    return sent, pd.to_datetime(messages["deliveredTime"], format="%Y-%m-%dT%H:%M:%SZ", errors="coerce", utc=True)


def _real_dates(messages: pd.DataFrame) -> pd.Series:
    return _instants(messages)[0].notna()


def _in_order(messages: pd.DataFrame) -> pd.Series:
    sent, delivered = _instants(messages)
    return delivered.isna() | (delivered >= sent)


def _time_if_delivered(messages: pd.DataFrame) -> pd.Series:
    return (messages["status"] == "DELIVERED") == messages["deliveredTime"].notna()


def _receivers(messages: pd.DataFrame) -> pd.Series:
    email = messages["channel"] == "email"
    good = messages["receiver"].str.fullmatch(r"[^@\s]+@[^@\s]+").where(email, messages["receiver"].str.isdigit())
    return good.astype(bool)


MESSAGES = pa.DataFrameSchema(
    {
        "id": pa.Column("int64"),
        "receiver": pa.Column(str),
        "subject": pa.Column(str),
        "campaignId": pa.Column("int64", pa.Check(lambda column: (column == -1) | (column > 0))),
        "status": pa.Column(str, pa.Check.isin(STATUSES)),
        "sentDate": pa.Column(str, pa.Check.str_matches(r"^\d{2}-\d{2}-\d{4} \d{2}:\d{2}:\d{2}$")),
        "deliveredTime": pa.Column(object, nullable=True),
        "userId": pa.Column("int64", pa.Check(lambda column: (column == -1) | (column > 0))),
        "channel": pa.Column(str),
    },
    checks=[pa.Check(check) for check in (_real_dates, _in_order, _time_if_delivered, _receivers)],
    unique=["channel", "id"],
)


def check(lines: Iterable[bytes]) -> int:
    """The number of responses that keep the contract."""
    return sum(_keeps(json.loads(line)) for line in lines)


def _keeps(body: dict[str, Any]) -> bool:
    if next(VALIDATOR.iter_errors(body), None) is not None:
        return False
    rows = [
        {"deliveredTime": None, **message, "channel": entry["name"]}
        for entry in body["interaction"]
        for message in entry["messageList"]
    ]
    try:
        MESSAGES.validate(pd.DataFrame(rows), lazy=True)
    except pa.errors.SchemaErrors:
        return False
    return True
