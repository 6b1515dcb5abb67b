"""Who has signed in, how well, and how lately."""

import re
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.identity.access.visitors import VisitorDep
from app.identity.domain import Learner, Strength
from app.identity.errors import (
    FreshProofNeededError,
    SecondFactorNeededError,
    SignInNeededError,
)
from app.kernel.clock import Now
from app.web.languages import language_of
from app.web.problems import is_for_programs, show_domain_error
from app.web.rendering import redirect

FRESH = timedelta(minutes=15)
"""How long a proof counts as fresh (OWASP ASVS 5.0, 7.5.1)."""


def signed_in(found: VisitorDep) -> Learner:
    """Return the learner who has signed in here.

    Raises:
        SignInNeededError: Nobody has; ``send_to_proof`` leads there.
    """
    if found.learner is None or not found.is_signed_in:
        raise SignInNeededError
    return found.learner


SignedInDep = Annotated[Learner, Depends(signed_in)]
"""For pages of people with an account."""


def signed_in_twice(found: VisitorDep, learner: SignedInDep) -> Learner:
    """Return the learner who has signed in here with a second factor.

    Raises:
        SignInNeededError: Nobody has signed in.
        SecondFactorNeededError: She has, without a second factor.
    """
    if found.session is None or found.session.strength is not Strength.TWO_FACTOR:
        raise SecondFactorNeededError
    return learner


TwoFactorDep = Annotated[Learner, Depends(signed_in_twice)]
"""For pages of administrators; ask for it before the transaction is opened."""


def freshly_proved(found: VisitorDep, learner: SignedInDep, now: Now) -> Learner:
    """Return the learner who has proved who she is within ``FRESH``.

    Raises:
        SignInNeededError: Nobody has signed in.
        FreshProofNeededError: She has, but too long ago for something delicate.
    """
    proved_at = found.session.proved_at if found.session else None
    if proved_at is None or now - proved_at >= FRESH:
        raise FreshProofNeededError
    return learner


FreshDep = Annotated[Learner, Depends(freshly_proved)]
"""For changes of address, password and second factor, and for erasing an account."""


PROOF_ERRORS = (SignInNeededError, SecondFactorNeededError, FreshProofNeededError)
"""What ``send_to_proof`` answers."""


def send_to_proof(request: Request, error: Exception) -> Response:
    """Lead a person who looks at a page to where she proves who she is, and back.

    A form that was sent, and a program, get the problem itself.
    """
    if request.method != "GET" or is_for_programs(request):
        return show_domain_error(request, error)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    route = (
        "home:second-factor"
        if isinstance(error, SecondFactorNeededError)
        else "home:sign-in"
    )
    return redirect(request, language_of(request), route, query={"next": here})


def local_path(text: str, *, otherwise: str) -> str:
    r"""Return a path of this site, never an address elsewhere (OWASP ASVS 5.0, 1.2.2).

    Browsers read ``//host`` and ``/\\host`` as another site, and skip control
    characters.
    """
    is_ours = re.fullmatch(r"/[a-z]{2}/[A-Za-z0-9/_.?&=%~+@:,-]{0,500}", text)
    return text if is_ours else otherwise
