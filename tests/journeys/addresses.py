"""Every page, and who looks at it."""

import pytest

PUBLIC = {
    "front": "",
    "start": "assess",
    "resume": "resume",
    "courses": "courses",
    "courses-none": "courses?q=zzzz",
    "course": "courses/unesco-oxford-ai-dt-gov",
    "frameworks": "frameworks",
    "framework": "frameworks/unesco-ai-dt",
    "competency": "frameworks/unesco-ai-dt/problem-framing",
    "role": "frameworks/unesco-ai-dt/roles/service-manager",
    "privacy": "privacy",
    "help": "help",
    "unknown-visitor": "profile",
    "not-found": "frameworks/none",
}
FINISHED = {
    "front-known": "",
    "start-again": "assess",
    "result": "profile",
    "path": "path",
    "account": "account",
    "handed-in": "assess/{attempt}/review",
}
HALFWAY = {
    "front-open": "",
    "start-open": "assess",
    "group-1": "assess/{attempt}/1",
    "group-2": "assess/{attempt}/2",
    "group-3": "assess/{attempt}/3",
    "group-4": "assess/{attempt}/4",
    "overview": "assess/{attempt}/review",
    "no-result": "profile",
}
PAGES = [*PUBLIC, *FINISHED, *HALFWAY]
BOTH = pytest.mark.parametrize("language", ["ar", "fr"])
