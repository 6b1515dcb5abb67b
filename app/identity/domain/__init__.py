"""Who people are to us: ``learners``, and what proves it: the other modules."""

from app.identity.domain.learners import (
    ALPHABET,
    CODE_LENGTH,
    GROUP,
    NONCE_BYTES,
    KnownSession,
    Learner,
    Strength,
    Visitor,
    check_character,
    digest,
    group_code,
    make_resume_code,
    new_nonce,
    new_secret,
    read_resume_code,
    sign,
)

__all__ = [
    "ALPHABET",
    "CODE_LENGTH",
    "GROUP",
    "NONCE_BYTES",
    "KnownSession",
    "Learner",
    "Strength",
    "Visitor",
    "check_character",
    "digest",
    "group_code",
    "make_resume_code",
    "new_nonce",
    "new_secret",
    "read_resume_code",
    "sign",
]
