"""The one hop per request, tried on an application of the test's own."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Annotated

import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.kernel.text import Language
from app.web import problems
from app.web.routes import HotRoute, Route, leave_loop, read_form

events: list[str] = []
names: set[str] = set()


class Shape(BaseModel):
    """What the routes below read and write."""

    number: int


def opened() -> Iterator[str]:
    """Say when a transaction would begin and end."""
    events.append("begin")
    try:
        yield "connection"
    except ValueError:
        events.append("rollback")
        raise
    events.append("commit")


def counted() -> int:
    """Be called once for each request, however many ask."""
    events.append("counted")
    return len(events)


OpenDep = Annotated[str, Depends(opened)]
CountDep = Annotated[int, Depends(counted)]


def second(count: CountDep) -> int:
    """Ask for the same again."""
    return count


def place() -> str:
    """Say in which thread a request runs."""
    return threading.current_thread().name


normal = APIRouter(prefix="/api", route_class=Route)
hot = APIRouter(prefix="/api", route_class=HotRoute)


@normal.post("/twice")
def twice(body: Shape, connection: OpenDep) -> Shape:
    events.append(connection)
    return Shape(number=body.number * 2)


@normal.post("/fails")
def fails(_connection: OpenDep) -> Shape:
    raise ValueError


@normal.get("/lies")
def lies() -> Shape:
    return {"number": "many"}  # type: ignore[return-value]  # on purpose


@normal.get("/shared")
def shared(one: CountDep, other: Annotated[int, Depends(second)]) -> bool:
    return one == other


@normal.get("/normal")
def in_a_thread() -> str:
    return place()


@hot.get("/hot")
def on_the_loop() -> str:
    return place()


@hot.get("/long")
def begun_again(request: Request, _connection: OpenDep) -> str:
    names.add(place())
    leave_loop(request)
    return place()


@normal.post("/form")
def form(request: Request) -> dict[str, list[str]]:
    return read_form(request)


@normal.put("/either")
def either(body: Annotated[int | str, Body()]) -> int | str:
    return body


@pytest.fixture(params=[True, False], ids=["embedded", "network"])
def small(request: pytest.FixtureRequest) -> TestClient:
    app = FastAPI()
    app.state.database = SimpleNamespace(is_embedded=request.param)
    app.state.settings = SimpleNamespace(default_language=Language.EN)
    problems.install(app)
    app.include_router(normal)
    app.include_router(hot)
    events.clear()
    names.clear()
    return TestClient(app, raise_server_exceptions=False)


def test_a_transaction_is_committed_before_the_answer_leaves(small: TestClient) -> None:
    answer = small.post("/api/twice", json={"number": 21})

    assert (answer.json(), events) == (
        {"number": 42},
        ["begin", "connection", "commit"],
    )


def test_a_failure_rolls_back(small: TestClient) -> None:
    assert small.post("/api/fails").status_code == 500
    assert events == ["begin", "rollback"]


def test_an_answer_that_breaks_its_schema_is_a_bug(small: TestClient) -> None:
    assert small.get("/api/lies").status_code == 500


def test_a_dependency_is_called_once_a_request(small: TestClient) -> None:
    assert small.get("/api/shared").json() is True
    assert events == ["counted"]


def test_overrides_reach_every_depth(small: TestClient) -> None:
    app = small.app
    assert isinstance(app, FastAPI)
    app.dependency_overrides[counted] = lambda: 7

    assert small.get("/api/shared").json() is True
    assert events == []


def test_only_hot_routes_stay_on_the_loop_and_only_where_no_network_is(
    small: TestClient,
) -> None:
    app = small.app
    assert isinstance(app, FastAPI)
    with small:
        loop = small.get("/api/hot").json()
        thread = small.get("/api/normal").json()

    assert "AnyIO" in thread
    assert ("AnyIO" in loop) is not app.state.database.is_embedded


def test_long_work_leaves_the_loop_and_begins_again(small: TestClient) -> None:
    app = small.app
    assert isinstance(app, FastAPI)
    place_at_the_end = small.get("/api/long").json()

    assert "AnyIO" in place_at_the_end
    assert len(names) == 1 + app.state.database.is_embedded
    assert events.count("begin") == len(names)


def test_a_form_keeps_every_value_in_order(small: TestClient) -> None:
    answer = small.post("/api/form", data={"a": ["1", "2"], "b": ""})

    assert answer.json() == {"a": ["1", "2"], "b": [""]}


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"7", 200),
        ("APPLICATION/JSON; charset=utf-8", b"7", 200),
        ("application/json", b'"seven"', 200),
        ("application/json", b"{", 422),
        ("application/json", b"null", 422),
        ("application/jsonp", b"7", 415),
        ("application/x-www-form-urlencoded", b"7", 415),
        ("", b"7", 415),
    ],
)
def test_a_body_is_json_or_nothing(
    small: TestClient, kind: str, body: bytes, status: int
) -> None:
    answer = small.put("/api/either", content=body, headers={"content-type": kind})

    assert answer.status_code == status
