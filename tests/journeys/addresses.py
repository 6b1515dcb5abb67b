"""Every page, and who looks at it."""

import pytest

PHONE = (360, 740)
MOOC = "unesco-oxford-ai-dt-gov"
PUBLIC = {
    "front": "",
    "start": "assess",
    "resume": "resume",
    "courses": "courses",
    "courses-none": "courses?q=zzzz",
    "course": f"courses/{MOOC}",
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
PROVEN = {
    "result-proven": "profile",
    "progress": "progress",
    "checklist": f"progress/{MOOC}",
    "enrol": f"courses/{MOOC}/enrol",
    "course-taken": f"courses/{MOOC}",
    "give": f"progress/{MOOC}/certificate",
    "certificates": "certificates",
    "certificate-accepted": "certificates/{accepted}",
    "certificate-refused": "certificates/{refused}",
    "certificate-sent": "certificates/{sent}",
    "reminders": "reminders",
}
"""Of somebody who takes the course and has given certificates for it."""
OFFICE = {
    "reviews": "cohorts/{cohort}/reviews",
    "review": "cohorts/{cohort}/reviews/{review}",
    "completions": "cohorts/institutions/{institution}/completions",
    "completions-report": "cohorts/institutions/{institution}/completions/{report}",
}
"""Of somebody who trains and reports."""
PAGES = [*PUBLIC, *FINISHED, *HALFWAY, *PROVEN, *OFFICE]
BOTH = pytest.mark.parametrize("language", ["ar", "fr"])
