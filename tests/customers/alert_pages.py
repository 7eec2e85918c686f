"""Reading the pages of alerts as people do."""

import re

from customers import alerting
from registry.models import Alert

URL, ANSWER, BLOCK = "/customers/alerts/", "/customers/alerts/answer/", "/customers/alerts/block/"


def page(client, url: str = URL) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def text(html: str) -> str:
    """Return what a page says, without markup, blanks put together."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def plain(number: str) -> str:
    """Return a number with blanks that break, as `text` has them."""
    return " ".join(number.split())


def rows(html: str) -> list[str]:
    """Return what each row of the table says."""
    body = html[html.index("<tbody>") : html.index("</tbody>")] if "<tbody>" in html else ""
    return [text(row.partition(">")[2]) for row in body.split("<tr")[1:]]


def answer(client, what: str, alert: Alert, query: str = ""):
    return client.post(f"{ANSWER}?{query}", {"do": f"{what} {alerting.name_of(alert)}"})


def toasts(client, response) -> list[str]:
    return [str(message) for message in client.get(response["Location"]).context["messages"]]
