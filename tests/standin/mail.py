"""A stand-in for the mail server: a real SMTP server on loopback that can refuse people."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class MailServer(Controller):
    """Keeps what it is given in `letters`; answers 550 to those named in `refuses`.

    `reached` are the addresses of the envelopes that got through, in their order.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.reached: list[str] = []
        self.refuses: set[str] = set()
        super().__init__(self, hostname="127.0.0.1", port=0)

    def _trigger_server(self) -> None:
        # The controller connects to itself to see that it runs: where, the system has chosen.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    def go_down(self) -> None:
        """Take no more connections. Nothing happens when it is down already."""
        if not self.loop.is_closed():
            self.stop()

    @property
    def to(self) -> list[str]:
        """Whom the letters went to, in order of address."""
        return sorted(str(letter["To"]) for letter in self.letters)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return "550 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.reached.extend(envelope.rcpt_tos)
        return "250 OK"


def part(letter: EmailMessage, kind: str) -> str:
    """Return the text of the letter's `plain` or `html` part."""
    body = letter.get_body(preferencelist=(kind,))
    assert body is not None
    return body.get_content()
