"""What people read when a certificate cannot be taken or looked at."""

from collections.abc import Mapping

from app.web.marking import N_

CERTIFICATE_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "certificate-not-found": (
        N_("We cannot find this certificate"),
        N_("It does not exist, or it is not yours. Nothing was changed."),
    ),
    "certificate-used": (
        N_("The same certificate counts for somebody else already"),
        N_("Nothing was changed. One certificate counts for one person."),
    ),
    "document-missing": (
        N_("There was no file"),
        N_("Nothing was saved. Please choose a PDF or a photo of your certificate."),
    ),
    "document-too-large": (
        N_("This file is too large"),
        N_(
            "Nothing was saved. A certificate may have 10 MB: a photo in smaller size, or the PDF, is enough."
        ),
    ),
    "documents-busy": (
        N_("Many certificates are being checked at this moment"),
        N_("Nothing was saved. Please send yours again in a minute."),
    ),
    "documents-full": (
        N_("You keep as many certificates here as you can"),
        N_(
            "Nothing was saved. Remove one that you no longer need, then send this one again."
        ),
    ),
    "reason-missing": (
        N_("Please say why"),
        N_(
            "Nothing was decided. Whoever sent the certificate reads your reason, and what to do next."
        ),
    ),
    "review-not-open": (
        N_("Nobody can look at this certificate now"),
        N_(
            "It is decided already, somebody is looking at it, or its file could not be kept. Nothing was changed."
        ),
    ),
}
"""Title and sentence by error code; part of ``sentences.PROBLEMS``."""
