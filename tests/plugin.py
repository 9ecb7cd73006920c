"""Other people's projects: made in a folder, with their suites run in processes of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .wire import URL

if TYPE_CHECKING:
    import pytest

ALONE = ("-p", "no:schemathesis", "-p", "no:asyncio", "-p", "no:randomly", "-p", "no:cacheprovider")
"""What is left out where it is not what a test is about; a project of anybody has some of them."""

ANSWER: dict[str, Any] = {
    "name": "capillary",
    "interaction": [
        {
            "name": "sms",
            "count": 1,
            "messageList": [
                {
                    "id": 1685581782999,
                    "receiver": "4915112345678",
                    "subject": "Your parcel arrives tomorrow",
                    "campaignId": -1,
                    "status": "SENT",
                    "sentDate": "02-06-2023 08:00:00",
                    "userId": 98231,
                }
            ],
        }
    ],
    "warnings": [],
}
"""A small answer that keeps every rule."""


def answer(**changes: Any) -> dict[str, Any]:
    """The answer, with other values in its only entry."""
    (entry,) = ANSWER["interaction"]
    return ANSWER | {"interaction": [entry | changes]}


def interaction(body: Any, query: str = "identifierName=email&identifierValue=a%40b.example") -> dict[str, Any]:
    """One entry of a cassette."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "request": {"method": "GET", "uri": f"{URL}?{query}", "headers": {}, "body": None},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"Content-Type": ["application/json"]},
            "body": {"string": text},
        },
    }


def cassette(*bodies: Any) -> str:
    """A cassette of VCR.py, in JSON, with one exchange a body."""
    entries = [body if "request" in body else interaction(body) for body in bodies]
    return json.dumps({"version": 1, "interactions": entries})


def run(pytester: pytest.Pytester, *arguments: str, alone: bool = True) -> pytest.RunResult:
    """Run a project's suite as a person does."""
    return pytester.runpytest_subprocess(*(ALONE if alone else ()), *arguments)


def lines(result: pytest.RunResult) -> str:
    """All that a run printed."""
    return result.stdout.str() + result.stderr.str()
