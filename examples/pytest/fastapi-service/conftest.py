"""The CRM of the tests: interpact's reference server, which keeps the contract unless a test wants it otherwise."""

import pytest


@pytest.fixture
def crm(interpact_server, monkeypatch):
    monkeypatch.setenv("CRM_URL", interpact_server.url)
    return interpact_server
