"""Reading and posting the dialogs of price models as a browser does."""

from datetime import date
from typing import Any

from lxml import html

from moment.projects.models import PlanItem, PriceModel
from tests.factories import PriceModelFactory
from tests.pages import fields_of


def fixed(project: Any, **values: Any) -> PriceModel:
    """Return a fixed price with a plan of two."""
    made = PriceModelFactory(project=project, kind="fixed", order=1, **values)
    for place, (text, amount) in enumerate((("Start", 4000), ("End", 6000))):
        PlanItem.objects.create(
            price_model=made, order=place, text=text, amount=amount, due_on=date(2027, place + 1, 1)
        )
    return made


def address(model: Any, page: str = "edit") -> str:
    return f"/projects/{model.project.number}/price-models/{model.pk}/{page}/"


def new_address(project: Any) -> str:
    return f"/projects/{project.number}/price-models/new/"


def fields(response: Any) -> dict[str, str]:
    """Return what a browser would post of the dialog, left as it is."""
    return fields_of(response, "form.dialog")


def press(client: Any, url: str, typed: dict[str, str], button: str) -> dict[str, str]:
    """Return what stands in the dialog after a button for rows was pressed over what is typed."""
    response = client.post(url, {**typed, "rows": button})
    assert response.status_code == 200
    return fields(response)


def errors(response: Any) -> dict[str, str]:
    """Return what is said beside fields, by the field's key; what is said of all under none."""
    tree = html.fromstring(response.content.decode())
    found = {}
    for one in tree.find_class("errorlist"):
        key = (one.get("id") or "").removesuffix("_error").removeprefix("pm_")
        found[key] = " ".join(one.text_content().split())
    for banner in tree.find_class("dialog")[0].find_class("banner"):
        found[""] = " ".join(banner.text_content().split())
    return found


def text_of(response: Any) -> str:
    """Return the words of the page, single-spaced."""
    return " ".join(html.fromstring(response.content.decode()).text_content().split())
