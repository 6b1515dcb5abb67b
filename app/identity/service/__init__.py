"""Use cases of identity, one module for each kind; this is their door."""

from app.identity.service.accounts import (
    change_email,
    create_account,
    set_display_name,
    set_password,
)
from app.identity.service.learners import (
    choose_language,
    erase,
    forget_expired,
    resume,
    welcome,
)
from app.identity.service.sessions import (
    close_session,
    mark_seen,
    open_session,
    revoke_other_sessions,
    revoke_session,
)
from app.identity.service.throttle import (
    HOUR,
    count_use,
    give_back,
    throttle_scope,
)
from app.identity.service.tickets import (
    check_code,
    check_link,
    count_try,
    issue_ticket,
    take_ticket,
)

__all__ = [
    "HOUR",
    "change_email",
    "check_code",
    "check_link",
    "choose_language",
    "close_session",
    "count_try",
    "count_use",
    "create_account",
    "erase",
    "forget_expired",
    "give_back",
    "issue_ticket",
    "mark_seen",
    "open_session",
    "resume",
    "revoke_other_sessions",
    "revoke_session",
    "set_display_name",
    "set_password",
    "take_ticket",
    "throttle_scope",
    "welcome",
]
