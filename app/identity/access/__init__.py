"""Who is asking: a browser by its cookie, a program by its token.

``visitors`` knows browsers, ``proofs`` what they have proved, ``bearers`` programs,
``frame`` what a page needs; this is their door.
"""

from app.identity.access.bearers import (
    ApiLearnerDep,
    BearerDep,
    MaybeApiLearnerDep,
    bearer,
    bearer_or_nobody,
)
from app.identity.access.cookies import (
    FORM_COOKIE,
    SESSION_COOKIE,
    cookie_name,
    drop_session,
    keep_form_anchor,
    keep_session,
)
from app.identity.access.frame import (
    PageDep,
    PageFrame,
    page_frame,
)
from app.identity.access.proofs import (
    FRESH,
    PROOF_ERRORS,
    FreshDep,
    SignedInDep,
    TwoFactorDep,
    freshly_proved,
    local_path,
    send_to_proof,
    signed_in,
    signed_in_twice,
)
from app.identity.access.visitors import (
    FORM_FIELD,
    FORM_HEADER,
    FormDep,
    LearnerDep,
    SettingsDep,
    VisitorDep,
    address_of,
    checked_form,
    get_settings,
    known_learner,
    limit_starts,
    secret_of,
    visitor,
)

__all__ = [
    "FORM_COOKIE",
    "FORM_FIELD",
    "FORM_HEADER",
    "FRESH",
    "PROOF_ERRORS",
    "SESSION_COOKIE",
    "ApiLearnerDep",
    "BearerDep",
    "FormDep",
    "FreshDep",
    "LearnerDep",
    "MaybeApiLearnerDep",
    "PageDep",
    "PageFrame",
    "SettingsDep",
    "SignedInDep",
    "TwoFactorDep",
    "VisitorDep",
    "address_of",
    "bearer",
    "bearer_or_nobody",
    "checked_form",
    "cookie_name",
    "drop_session",
    "freshly_proved",
    "get_settings",
    "keep_form_anchor",
    "keep_session",
    "known_learner",
    "limit_starts",
    "local_path",
    "page_frame",
    "secret_of",
    "send_to_proof",
    "signed_in",
    "signed_in_twice",
    "visitor",
]
