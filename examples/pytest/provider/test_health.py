"""The provider's own tests."""


def test_health():
    assert True
