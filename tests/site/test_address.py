"""Where a site is served, from what the environment says."""

import pytest
from hosting import Place, place


@pytest.mark.parametrize(
    "environment,expected",
    [
        ({}, Place("", "/")),
        ({"SITE_URL": "https://a.example"}, Place("https://a.example/", "/")),
        ({"SITE_URL": "https://a.example/b/"}, Place("https://a.example/b/", "/b/")),
        (
            {"SITE_URL": "https://a.example/b", "SITE_VERSION": "0.1.0"},
            Place("https://a.example/b/latest/", "/b/0.1.0/", "0.1.0"),
        ),
        ({"SITE_VERSION": "0.1.0"}, Place("", "/", "0.1.0")),
    ],
)
def test_place_is_what_the_environment_says(environment, expected):
    """The address ends with a slash; a version is found at the newest and served from its own."""
    assert place(environment) == expected


@pytest.mark.parametrize(
    "address", ["a.example", "/b/", "ftp://a.example/", "https://", "https://a.example/?q=1"]
)
def test_an_address_that_is_none_is_refused(address):
    """What no browser could open, or what has a query, is an error that shows a right one."""
    with pytest.raises(ValueError, match=r"must be a whole one, such as SITE_URL=https://"):
        place({"SITE_URL": address})
