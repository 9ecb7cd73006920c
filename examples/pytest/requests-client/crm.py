"""A client of the CRM, as an integrator has it."""

import requests


def last_status(base: str, email: str) -> str:
    """The status of the customer's newest text message."""
    query = {"identifierName": "email", "identifierValue": email}
    response = requests.get(f"{base}/v2/customers/interaction", params=query, timeout=10)
    response.raise_for_status()
    entries = {entry["name"]: entry["messageList"] for entry in response.json()["interaction"]}
    return entries["sms"][-1]["status"]
