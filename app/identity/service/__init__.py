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
    lock_learner,
    resume,
    welcome,
)
from app.identity.service.passwords import (
    hash_password,
    is_right_password,
    prove_password,
)
from app.identity.service.providers import (
    add_provider,
    link_subject,
    remove_provider,
    unlink_provider,
)
from app.identity.service.second_factor import (
    check_second_factor,
    drop_second_factor,
    prove_second_factor,
    renew_recovery_codes,
    set_second_factor,
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
    "add_provider",
    "change_email",
    "check_code",
    "check_link",
    "check_second_factor",
    "choose_language",
    "close_session",
    "count_try",
    "count_use",
    "create_account",
    "drop_second_factor",
    "erase",
    "forget_expired",
    "give_back",
    "hash_password",
    "is_right_password",
    "issue_ticket",
    "link_subject",
    "lock_learner",
    "mark_seen",
    "open_session",
    "prove_password",
    "prove_second_factor",
    "remove_provider",
    "renew_recovery_codes",
    "resume",
    "revoke_other_sessions",
    "revoke_session",
    "set_display_name",
    "set_password",
    "set_second_factor",
    "take_ticket",
    "throttle_scope",
    "unlink_provider",
    "welcome",
]
