import orjson
from sqlalchemy import Connection, func, select

from app.home.queries import PERSONAL_TABLES, collect
from app.kernel.database import Base, Database
from tests.constants import NOON
from tests.home.builders import add_whole_life, personal_counts
from tests.identity.builders import add_learner, code_of

NOT_HERS_TO_READ = {"identity_email", "identity_resume_code"}
"""Hold nothing but a digest of the address or code that her account page shows."""


def test_export_forgets_no_table_of_learners() -> None:

    personal = {
        name for name, table in Base.metadata.tables.items() if "learner_id" in table.c
    }

    assert {t.__tablename__ for t in PERSONAL_TABLES} == personal - NOT_HERS_TO_READ


def test_tables_without_a_learner_hold_nothing_of_her(database: Database) -> None:
    groups = ("cohorts_", "sharing_", "journal_audit")  # groups, totals, offices
    shared = [
        table
        for name, table in Base.metadata.tables.items()
        if "learner_id" not in table.c and not name.startswith(groups)
    ]

    def counts() -> list[int | None]:
        with database.read() as connection:
            return [
                connection.scalar(select(func.count()).select_from(table))
                for table in shared
            ]

    before = counts()
    add_whole_life(database)

    assert counts() == before


def test_export_holds_every_row_of_hers_and_no_other(database: Database) -> None:
    ada = add_whole_life(database)
    add_whole_life(database)

    with database.read() as connection:
        found = collect(connection, learner_id=ada.learner_id)
        expected = personal_counts(connection, ada.learner_id)

    for name in NOT_HERS_TO_READ:
        del expected[name]
    assert {name: len(rows) for name, rows in found.items()} == expected
    assert {row["learner_id"] for rows in found.values() for row in rows} == {
        ada.learner_id
    }


def test_export_is_readable_and_holds_no_secret(database: Database) -> None:
    ada = add_whole_life(database)

    with database.read() as connection:
        found = collect(connection, learner_id=ada.learner_id)

    text = orjson.dumps(found).decode()
    assert ada.resume_nonce not in text
    assert code_of(ada) not in text
    assert found["identity_learner"] == [
        {
            "learner_id": ada.learner_id,
            "language": "fr",
            "created_at": NOON,
            "has_account": True,
        }
    ]
    answers = found["assessment_answer"]
    assert {(row["value"], row["answered_at"]) for row in answers} == {("1", NOON)}


def test_export_of_a_new_learner_is_almost_empty(connection: Connection) -> None:
    ada = add_learner(connection)

    found = collect(connection, learner_id=ada.learner_id)

    filled = [name for name, rows in found.items() if rows]
    assert filled == ["identity_learner"]
