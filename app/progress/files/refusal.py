"""Why a document is not read any further."""


class UnsoundError(Exception):
    """A document is not what we take, or could do harm.

    Args:
        reason: A word for the page: ``heic``, ``unknown-kind``, ``two-in-one``,
            ``encrypted``, ``active``, ``too-complex``, ``too-many-pixels``, ``broken``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
