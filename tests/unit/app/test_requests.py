"""A wrong request is answered with its field and its fault, and with nothing that was sent."""

import pytest

from tests.unit.app.served import answer

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (r'{"title": "\ud800"}', "title"),
        (r'{"title": "canary", "contact": "\ud800"}', "contact"),
        (r'{"title": "canary", "description": "\udfff"}', "description"),
        ('{"title": NaN}', "title"),
        ('{"title": "canary", "contact": -Infinity}', "contact"),
        ('{"title": ["canary"]}', "title"),
        ('{"title": "x", "contact": {"canary": "canary"}}', "contact"),
    ],
)
def test_what_no_text_can_hold_is_refused_by_its_field_and_not_sent_back(
    content: str, field: str
) -> None:
    told = answer("POST", "/api/tasks", content=content, headers=JSON)
    assert told.status_code == 422
    (fault,) = told.json()["detail"]
    assert fault["loc"] == ["body", field] and fault["msg"]
    assert set(fault) == {"loc", "msg", "type"}
    assert "canary" not in told.text


def test_a_field_whose_name_no_text_can_hold_is_refused() -> None:
    content = r'{"title": "canary", "\ud800": 1}'
    told = answer("POST", "/api/tasks", content=content, headers=JSON)
    assert told.status_code == 422
    assert "canary" not in told.text


def test_a_body_that_is_no_json_is_refused_without_it() -> None:
    told = answer("POST", "/api/tasks", content='{"contact": "canary', headers=JSON)
    assert told.status_code == 422
    assert "canary" not in told.text


@pytest.mark.parametrize("path", ["/api/tasks/", "/api/statistics/", "/api/health/"])
def test_an_address_with_a_slash_too_many_leads_nowhere(path: str) -> None:
    """A redirect would be to http, as the edge ends TLS, and a client would follow in clear."""
    told = answer("GET", path)
    assert "Location" not in told.headers
    assert told.status_code == 404
