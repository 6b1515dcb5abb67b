from concurrent.futures import ThreadPoolExecutor

from app.identity import service
from app.identity.errors import ResumeCodeUnknownError, TooManyAttemptsError
from app.kernel.database import Database
from tests.constants import NOON, SECRET

LIMIT = 5
AT_ONCE = 16
NOBODYS = "0000-0000-0000"


def test_many_wrong_codes_at_once_are_counted_one_by_one(database: Database) -> None:
    def guess(_number: int) -> type[Exception] | None:
        try:
            service.resume(
                database,
                key=SECRET,
                typed=NOBODYS,
                address="203.0.113.9",
                limit=LIMIT,
                now=NOON,
            )
        except (ResumeCodeUnknownError, TooManyAttemptsError) as refusal:
            return type(refusal)
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        refusals = list(pool.map(guess, range(AT_ONCE)))

    assert refusals.count(ResumeCodeUnknownError) == LIMIT
    assert refusals.count(TooManyAttemptsError) == AT_ONCE - LIMIT
