"""Nothing private leaves: not in any report, log line, error or `repr`, found by a search through the bytes."""

from __future__ import annotations

import json
import re
import traceback
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.cli.main import internal_error
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.secrets import clean_url
from interpact.contract.settings import Settings
from interpact.schemas.examples import edited, model_exchange
from interpact.schemas.rules import RULES

from .test_cli import interpact
from .wire import URL, exchange_of

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {
    "receiver": "grace.hopper@navy.example",
    "subject": "Your appointment about the lump",
    "phone": "4917698765432",
    "identifier": "grace+1906@navy.example",
    "basic": "dGlsbDpuYXZ5",
    "token": "tok-3f9c2e77",
    "cookie": "sid=99aa88bb",
}


def private_body() -> dict[str, Any]:
    """A body that breaks many rules with personal values in most of its places."""
    message = {
        "id": SECRETS["phone"], "receiver": SECRETS["phone"], "subject": SECRETS["subject"], "campaignId": 0,
        "status": SECRETS["subject"], "sentDate": SECRETS["phone"], "deliveredTime": SECRETS["receiver"], "userId": 1,
    }  # fmt: skip
    return {
        "name": SECRETS["receiver"],
        "interaction": [
            {"name": "email", "count": 7, "messageList": [message, {SECRETS["receiver"]: SECRETS["phone"]}]},
            {"name": SECRETS["subject"], "count": int(SECRETS["phone"]), "messageList": SECRETS["receiver"]},
            {"name": "sms", "count": 1, "messageList": [message | {"receiver": SECRETS["receiver"]}]},
        ],
        "warnings": [{"status": True, "code": SECRETS["receiver"], "message": SECRETS["identifier"]}],
        SECRETS["receiver"]: {SECRETS["phone"]: int(SECRETS["phone"])},
    }


def cassette() -> str:
    query = f"identifierName=email&identifierValue={SECRETS['identifier']}&{SECRETS['phone']}=1&type={SECRETS['phone']}"
    headers = {
        "Authorization": [f"Basic {SECRETS['basic']}"],
        "X-CAP-API-OAUTH-TOKEN": [SECRETS["token"]],
        "Cookie": [SECRETS["cookie"]],
    }
    request = {"method": "GET", "uri": f"{URL}?{query}", "body": None, "headers": headers}
    response = {"status": {"code": 200, "message": "OK"}, "headers": {"Set-Cookie": [SECRETS["cookie"]]},
                "body": {"string": json.dumps(private_body())}}  # fmt: skip
    half = json.dumps(private_body())[:-40]
    return yaml.safe_dump({"version": 1, "interactions": [
        {"request": request, "response": response},
        {"request": request, "response": response | {"body": {"string": half}}},
    ]})  # fmt: skip


def leaks(output: bytes | str) -> list[str]:
    text = output.decode("utf-8", "replace") if isinstance(output, bytes) else output
    return [name for name, value in SECRETS.items() if value in text]


@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
@pytest.mark.parametrize("places", [[], ["--all-places"]], ids=["groups", "places"])
def test_no_report_leaks(form: str, places: list[str], tmp_path: Path) -> None:
    (tmp_path / "cassette.yaml").write_text(cassette())
    done = interpact("check", "cassette.yaml", "--format", form, *places, "--strict", folder=tmp_path)
    assert done.returncode == 1
    assert leaks(done.stdout + done.stderr) == []
    assert b"IP501" in done.stdout


def test_values_are_shown_when_asked_for_but_never_credentials(tmp_path: Path) -> None:
    (tmp_path / "cassette.yaml").write_text(cassette())
    done = interpact("check", "cassette.yaml", "--show-values", "--all-places", folder=tmp_path)
    assert not {"basic", "token", "cookie"} & set(leaks(done.stdout + done.stderr))
    assert {"receiver", "subject", "phone"} <= set(leaks(done.stdout))


@pytest.mark.parametrize("cut", [5, 60, 400, -10])
def test_no_error_about_a_broken_file_leaks(cut: int, tmp_path: Path) -> None:
    (tmp_path / "cut.yaml").write_text(cassette()[:cut])
    (tmp_path / "cut.json").write_text(json.dumps({"log": {"entries": [private_body()]}})[:cut])
    done = interpact("check", "cut.yaml", "cut.json", folder=tmp_path)
    assert leaks(done.stdout + done.stderr) == []


def test_nothing_that_is_printed_while_debugging_leaks() -> None:
    exchange = Exchange(
        Place("x"),
        Request.of("GET", f"{URL}?identifierValue={SECRETS['identifier']}", {"Authorization": SECRETS["basic"]}),
        Response.of(json.dumps(private_body()), 200, {"Set-Cookie": SECRETS["cookie"]}),
    )
    outcome = check([exchange], Settings())
    assert leaks(f"{exchange!r} {exchange.request!r} {exchange.response!r} {outcome!r} {Settings()!r}") == []


def test_credentials_are_gone_when_an_exchange_exists() -> None:
    request = Request.of(
        "GET",
        f"https://till:{SECRETS['basic']}@crm.example/v2?access_token={SECRETS['token']}&a=1",
        {"Authorization": SECRETS["basic"], "x-cap-api-oauth-token": [SECRETS["token"]], "cookie": SECRETS["cookie"]},
    )
    assert leaks(f"{request.url} {request.headers}") == []
    assert request.credentials == ("?", "?access_token", "authorization", "x-cap-api-oauth-token")


def test_an_internal_error_tells_no_value() -> None:
    """The message of an exception may quote what was read; only its kind and its places are told."""
    with pytest.raises(KeyError) as caught:
        raise KeyError(SECRETS["receiver"])
    told = internal_error(caught.value)
    assert SECRETS["receiver"] in "".join(traceback.format_exception(caught.value))
    assert leaks(told) == []
    assert "KeyError" in told
    assert "test_privacy.py" in told


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=50)
def test_equal_values_have_equal_placeholders_under_one_key_only(value: str) -> None:
    def actual(key: bytes, text: str) -> str:
        rule = RULES["IP222"]
        document = edited(rule, f"{text} {text}")
        return check([exchange_of(document)], Settings(key=key, select=("IP222",))).findings[0].actual

    assert actual(b"a", value) == actual(b"a", value) != actual(b"b", value)
    assert actual(b"a", value) != actual(b"a", value + "x")


def test_the_model_exchange_is_clean() -> None:
    assert leaks(json.dumps(model_exchange())) == []


URLS = st.from_regex(re.compile(r"\A(?:[hH]ttps?://)?/?[-\w/.:?&=%+]{0,12}\Z", re.ASCII))


@given(URLS)
@settings(max_examples=300)
def test_a_url_without_credentials_is_what_its_parts_make(url: str) -> None:
    """Most URLs are not taken apart, which changes nothing."""
    assert clean_url(url) == (urlsplit(url).geturl(), ())
