"""The service's tests, by FastAPI's test client."""

import pytest
from fastapi.testclient import TestClient
from service import app


def test_summary(crm):
    with TestClient(app) as client:
        answer = client.get(f"/summary/{crm.customers[0]['email']}")
    assert answer.status_code == 200


@pytest.mark.interpact(fault="count-one-less")
def test_summary_of_a_crm_that_miscounts(crm):
    with TestClient(app) as client:
        answer = client.get(f"/summary/{crm.customers[0]['email']}")
    assert answer.status_code == 200
