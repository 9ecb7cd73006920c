"""The tests that were there before: they play recorded answers."""

import vcr
from crm import last_status


def test_a_message_that_was_sent():
    with vcr.use_cassette("cassettes/sent.yaml", record_mode="none"):
        assert last_status("https://crm.example", "ada@example.com") == "SENT"


def test_a_message_that_was_delivered():
    with vcr.use_cassette("cassettes/delivered.yaml", record_mode="none"):
        assert last_status("https://crm.example", "bob@example.com") == "DELIVERED"
