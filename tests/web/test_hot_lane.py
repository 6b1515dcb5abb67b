"""The short way of the hot routes, in the whole application."""

import pytest
from fastapi.testclient import TestClient

from tests.web.builders import begin, begin_in_browser


@pytest.mark.parametrize("code", ["fr", "ar"])
def test_a_refusal_on_a_hot_route_is_a_page_in_her_language(
    site: TestClient, code: str
) -> None:
    address = begin_in_browser(site, code)

    answer = site.get(f"{address.rpartition('/')[0]}/99")

    assert (answer.status_code, f'<html lang="{code}"' in answer.text) == (404, True)


def test_a_refusal_on_a_hot_route_is_a_problem_for_programs(site: TestClient) -> None:
    learner = begin(site)
    unknown = learner.answer_url().rpartition("/")[0] + "/no-such-item"

    answer = site.put(unknown, json={"value": 1}, headers=learner.headers)
    misshapen = site.put(
        learner.answer_url(), json={"value": [1]}, headers=learner.headers
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "item-not-found")
    assert (misshapen.status_code, misshapen.json()["code"]) == (422, "invalid-request")


def test_a_session_that_was_remembered_is_asked_for_again(site: TestClient) -> None:
    address = begin_in_browser(site, "en")
    cookie = site.cookies["masar_session"]
    shown = site.get(address)
    site.cookies.clear()
    nobody = site.get(address, follow_redirects=False)
    padded = {"cookie": f"masar_session={cookie}; other={'x' * 600}"}
    long = site.get(address, headers=padded)

    assert (shown.status_code, long.status_code) == (200, 200)
    assert nobody.status_code != 200
    assert long.text == shown.text
