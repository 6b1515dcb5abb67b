from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from app.assessment.service import submit_attempt
from app.cohorts import queries
from app.cohorts.domain import (
    About,
    Gender,
    make_invitation_token,
)
from app.cohorts.errors import (
    CampaignClosedError,
    JoinCodeUnknownError,
)
from app.cohorts.models import InvitationRow
from app.cohorts.service import (
    Invitee,
    Letter,
    adopt,
    begin,
    forget_ended,
    get_offer,
    invite,
    join,
    leave,
    stop_mail,
    take_due,
)
from app.identity.domain import Learner
from app.identity.service import erase
from app.kernel.text import Language
from tests.cohorts.builders import (
    TODAY,
    World,
    add_campaign,
    add_cohort,
    add_ministry,
    add_world,
    submit,
)
from tests.constants import NOON, SECRET
from tests.identity.builders import add_learner

DAY = timedelta(days=1)
SITE = "https://masar.example/"
ADA = Invitee(email="ada@example.org", language=Language.PT, name="Ada")


@pytest.fixture
def world(connection: Connection) -> World:
    return add_world(connection)


def letters(
    connection: Connection, *, now: datetime = NOON, limit: int = 100
) -> list[Letter]:
    return take_due(connection, key=SECRET, public_url=SITE, now=now, limit=limit)


def invitations(connection: Connection) -> list[tuple[str | None, int, object]]:
    found = select(InvitationRow.email, InvitationRow.mails, InvitationRow.due_at)
    return [tuple(row) for row in connection.execute(found)]  # type: ignore[misc]  # three columns


def invite_ada(connection: Connection, world: World) -> str:
    """Invite Ada; return the last part of her link."""
    invite(connection, key=SECRET, campaign=world.campaign, people=[ADA], now=NOON)
    number = connection.scalar(select(InvitationRow.invitation_id))
    assert number is not None
    return make_invitation_token(SECRET, number)


def join_by(
    connection: Connection,
    learner: Learner,
    token: str,
    *,
    wants_reminder: bool = False,
    now: datetime = NOON,
) -> None:
    offer = get_offer(connection, key=SECRET, token=token, now=now)
    join(
        connection,
        learner=learner,
        offer=offer,
        about=About(gender=Gender.WOMAN),
        wants_reminder=wants_reminder,
        now=now,
    )


def test_an_address_is_invited_once_and_written_to_in_her_language(
    connection: Connection, world: World
) -> None:
    shouted = Invitee(email="ADA@Example.ORG", language=Language.FR)
    counts = [
        invite(connection, key=SECRET, campaign=world.campaign, people=[each], now=NOON)
        for each in (ADA, shouted)
    ]

    (letter,) = letters(connection)

    assert counts == [1, 0]
    assert (letter.to, letter.template) == (ADA.email, "cohorts-invitation")
    assert str(letter.context["link"]).startswith("https://masar.example/pt/join/")
    assert letters(connection) == []


def test_reminders_come_on_their_days_and_then_no_more(
    connection: Connection, world: World
) -> None:
    invite_ada(connection, world)

    days = [day for day in range(30) if letters(connection, now=NOON + day * DAY)]

    assert days == [0, 7, 14]
    assert invitations(connection) == [(None, 3, None)]


def test_nobody_is_written_to_before_the_campaign_opens(connection: Connection) -> None:
    cohort = add_cohort(connection, add_ministry(connection))
    later = add_campaign(connection, cohort, opens_on=TODAY + 3 * DAY)
    invite(connection, key=SECRET, campaign=later, people=[ADA], now=NOON)

    assert letters(connection, now=NOON + 2 * DAY) == []
    assert len(letters(connection, now=NOON + 3 * DAY)) == 1


def test_joining_forgets_the_address_at_once(
    connection: Connection, world: World
) -> None:
    token = invite_ada(connection, world)
    letters(connection)

    join_by(connection, add_learner(connection), token)

    assert invitations(connection) == [(None, 1, None)]
    assert letters(connection, now=NOON + 7 * DAY) == []


def test_who_asked_for_it_is_reminded_until_she_has_submitted(
    connection: Connection, world: World
) -> None:
    token = invite_ada(connection, world)
    letters(connection)
    learner = add_learner(connection)
    join_by(connection, learner, token, wants_reminder=True)

    first = [
        letter.template
        for day in range(8)
        for letter in letters(connection, now=NOON + day * DAY)
    ]
    submit(connection, learner, world, NOON + 8 * DAY)
    then = [letters(connection, now=NOON + day * DAY) for day in range(9, 29)]

    assert first == ["cohorts-reminder"]
    assert then == [[]] * 20
    assert invitations(connection) == [(None, 2, None)]


def test_who_erased_herself_is_not_reminded(
    connection: Connection, world: World
) -> None:
    token = invite_ada(connection, world)
    learner = add_learner(connection)
    join_by(connection, learner, token, wants_reminder=True)

    erase(connection, learner_id=learner.learner_id)

    assert letters(connection, now=NOON + 7 * DAY) == []
    assert invitations(connection)[0][0] is None


def test_a_forwarded_invitation_admits_but_links_nobody(
    connection: Connection, world: World
) -> None:
    token = invite_ada(connection, world)
    ada, bob = add_learner(connection), add_learner(connection)
    join_by(connection, ada, token, wants_reminder=True)

    join_by(connection, bob, token, wants_reminder=True)
    submit(connection, bob, world, NOON)

    sent = [letters(connection, now=NOON + day * DAY) for day in range(8)]
    assert len([letter for day in sent for letter in day]) == 2
    assert queries.count_members(connection, cohort_id=world.cohort.cohort_id) == 2


def test_stopping_is_for_good(connection: Connection, world: World) -> None:
    token = invite_ada(connection, world)

    for _ in range(2):
        stop_mail(connection, key=SECRET, token=token, now=NOON)
    again = invite(
        connection, key=SECRET, campaign=world.campaign, people=[ADA], now=NOON
    )
    second = add_campaign(
        connection,
        world.cohort,
        number=2,
        opens_on=TODAY + 60 * DAY,
        closes_on=TODAY + 90 * DAY,
    )
    anew = invite(connection, key=SECRET, campaign=second, people=[ADA], now=NOON)

    assert (again, anew) == (0, 0)
    assert letters(connection, now=NOON + 60 * DAY) == []
    with pytest.raises(JoinCodeUnknownError):
        stop_mail(connection, key=SECRET, token="0" * 64, now=NOON)


def test_second_round_invites_those_of_the_first_anew(
    connection: Connection, world: World
) -> None:
    token = invite_ada(connection, world)
    letters(connection)
    join_by(connection, add_learner(connection), token)
    second = add_campaign(
        connection,
        world.cohort,
        number=2,
        opens_on=TODAY + 60 * DAY,
        closes_on=TODAY + 90 * DAY,
    )

    invited = invite(connection, key=SECRET, campaign=second, people=[ADA], now=NOON)

    sent = letters(connection, now=NOON + 60 * DAY)
    assert (invited, [each.template for each in sent]) == (1, ["cohorts-invitation"])


def test_what_is_over_is_forgotten(connection: Connection, world: World) -> None:
    token = invite_ada(connection, world)
    ids = [world.campaign.campaign_id]
    link = queries.list_join_codes(connection, campaign_ids=ids)[ids[0]][1]

    gone = [forget_ended(connection, now=NOON + days * DAY) for days in (28, 29, 60)]

    assert gone == [0, 1, 4]  # her address, then letters and a list of both cohorts
    assert invitations(connection) == [(None, 0, None)]
    assert queries.list_join_codes(connection, campaign_ids=ids)[ids[0]] == ("", link)
    for each in (token, link):
        with pytest.raises(CampaignClosedError):
            get_offer(connection, key=SECRET, token=each, now=NOON + 60 * DAY)


def test_a_learner_goes_on_with_what_she_began_or_sees_what_she_submitted(
    connection: Connection, world: World
) -> None:
    ids = [world.campaign.campaign_id]
    link = queries.list_join_codes(connection, campaign_ids=ids)[ids[0]][1]
    learner = add_learner(connection)
    offer = get_offer(connection, key=SECRET, token=link, now=NOON)

    def go_on() -> tuple[UUID, bool]:
        attempt = begin(
            connection, learner=learner, offer=offer, role_key=None, now=NOON
        )
        return attempt.attempt_id, attempt.is_open

    first, second = go_on(), go_on()
    submit_attempt(
        connection, attempt_id=first[0], learner_id=learner.learner_id, now=NOON
    )

    assert first == second == (first[0], True)
    assert go_on() == (first[0], False)


def test_leaving_ends_the_membership(connection: Connection, world: World) -> None:
    token = invite_ada(connection, world)
    learner = add_learner(connection)
    join_by(connection, learner, token)
    keys = {"learner_id": learner.learner_id, "cohort_id": world.cohort.cohort_id}

    for _ in range(2):
        leave(connection, now=NOON, **keys)

    assert queries.find_membership(connection, **keys) is None


def test_memberships_move_to_the_account_and_nothing_doubles(
    connection: Connection, world: World
) -> None:
    token = invite_ada(connection, world)
    ids = [world.foreign_campaign.campaign_id]
    link = queries.list_join_codes(connection, campaign_ids=ids)[ids[0]][1]
    phone, account = add_learner(connection), add_learner(connection)
    join_by(connection, account, token)
    join_by(connection, phone, token)
    join_by(connection, phone, link)

    for _ in range(2):
        adopt(
            connection,
            from_learner=phone.learner_id,
            to_learner=account.learner_id,
        )

    found = queries.list_memberships(connection, learner_id=account.learner_id)
    assert {each.cohort_id for each in found} == {
        world.cohort.cohort_id,
        world.foreign_cohort.cohort_id,
    }
    assert queries.list_memberships(connection, learner_id=phone.learner_id) == []
