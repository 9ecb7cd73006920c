"""A capture that tries to get out of a report: markup, controls, overrides of direction, texts of a megabyte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from interpact.schemas.examples import model_exchange

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT: Final = "document.title='owned'"
TEXTS: Final = [
    f"<script>{SCRIPT}</script>",
    "invoice\u202egnp.exe \u2066isolated\u2069 \u200b\u200d\ufeff \U000e0041",
    f"</style><script>{SCRIPT}</script>",
    f'</title></code></details></main><svg onload="{SCRIPT}">',
    f'<img src=x onerror="{SCRIPT}">',
    f'" autofocus onfocus="{SCRIPT}" x="',
    f"' onmouseover='{SCRIPT}' style='position:fixed;inset:0",
    f"javascript:{SCRIPT}",
    "<iframe srcdoc='&lt;script&gt;top.document.title=1&lt;/script&gt;'>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css><img src=http://127.0.0.1:9/x.png>",
    "{{ 7*7 }}{% for x in y %}{{ config.__class__ }}",
    "&lt;script&gt;&amp;&#60;b&#62;",
    "]]><!--><!DOCTYPE html><plaintext>",
    "</textarea></noscript></template><table><tr><td>",
    "\x00\x01\x07\x08\x1b[31m\x1b]0;owned\x07\x7f\x85\u2028\u2029",
    "Z" + "\u0300\u0301\u0302" * 40,
    "مرحبا بالعالم שלום",
    "W" * 5_000,
    "wide\u3000\ufdfd" * 40,
]
"""Each tries another way out."""

LONG: Final = "<b>1 MB</b> \u202e" * 85_000


def write(path: Path) -> list[str]:
    """Write exchanges whose every free text is hostile; what of it is personal and must not be repeated."""
    secrets: list[str] = []
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(TEXTS):
            address = f"secret-{number}-ada-lovelace"
            secrets += [address, f"+4915550{number:05}99"]
            file.write(json.dumps(_record(number, text, address)) + "\n")
    return secrets


def _record(number: int, text: str, address: str) -> dict[str, Any]:
    body = model_exchange()["response"]["body"]
    email, sms = (entry["messageList"][0] for entry in body["interaction"])
    email |= {"receiver": f"{text}{address}", "status": text, "sentDate": text, text: text}
    email["subject"] = text if number else LONG
    sms |= {"receiver": f"+4915550{number:05}99", "subject": text, "deliveredTime": text, "campaignId": 0}
    body["interaction"][0] |= {"name": text, "count": 0}
    body |= {"warnings": [{"code": 1, "message": text, "status": text}], text[:50]: text}
    url = "https://crm.example/v2/customers/interaction?identifierName=email&identifierValue=x%40example.com"
    headers = {"X-CAP-RequestId": text[:200], "Content-Type": f"application/json {text[:80]}", "Date": text[:100]}
    response = {"status": 200, "headers": headers, "body": json.dumps(body)}
    return {"request": {"method": "GET", "url": url}, "response": response}
