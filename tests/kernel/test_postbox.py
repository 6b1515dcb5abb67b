import pytest

from app.kernel.postbox import MailServer, read_mailbox


def test_the_address_of_a_server_is_read_whole() -> None:
    server = MailServer.from_url("smtp://ma%40sar:p%3A%2F@mail.example.org")

    assert (server.host, server.port) == ("mail.example.org", 587)
    assert (server.user, server.password) == ("ma@sar", "p:/")
    assert (server.is_wrapped, server.needs_tls) == (False, True)
    assert "p:/" not in repr(server)


@pytest.mark.parametrize(
    ("url", "port", "is_wrapped", "needs_tls"),
    [
        ("smtps://mail.example.org", 465, True, True),
        ("smtp://relay:25?tls=none", 25, False, False),
        ("smtp://127.0.0.1:1025", 1025, False, False),
        ("smtp://[::1]:1025", 1025, False, False),
        ("smtp://localhost.example.org", 587, False, True),
    ],
)
def test_tls_is_given_up_only_when_asked_or_at_home(
    url: str, port: int, *, is_wrapped: bool, needs_tls: bool
) -> None:
    server = MailServer.from_url(url)

    assert (server.port, server.is_wrapped, server.needs_tls) == (
        port,
        is_wrapped,
        needs_tls,
    )


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org", "http://mail.example.org", "smtp://", "smtp://x/path",
        "smtp://user:s3cret@relay?tls=none", "smtp://relay?tls=maybe",
        "smtp://relay:99999", "smtp://relay?x", "smtp://[::1",
    ],
)  # fmt: skip
def test_what_is_no_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*s3cret).*$"):
        MailServer.from_url(url)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada <ada@example.org>", "ada@example.org"),
        ("ada@وزارة.مصر", "ada@xn--mgbexc3i.xn--wgbh1c"),
        ("مها@example.org", "مها@example.org"),
    ],
)
def test_addresses_are_read_in_any_script(text: str, address: str) -> None:
    assert read_mailbox(text).addr_spec == address
