from fastapi.testclient import TestClient


def test_begin(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/attempts", json={"framework": "unesco-ai-dt", "lang": "fr"}
    )

    assert answer.status_code == 201
    assert len(answer.json()["items"]) == 19
