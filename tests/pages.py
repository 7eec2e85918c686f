"""Reading pages as a browser does."""

from typing import Any

from lxml import html


def fields_of(response: Any, selector: str) -> dict[str, Any]:
    """Return what a browser would post of the form with this class, left as it is."""
    tree = html.fromstring(response.content.decode())
    tag, _dot, name = selector.partition(".")
    (form,) = tree.xpath(f"//{tag}[contains(concat(' ', @class, ' '), ' {name} ')]")
    # Where nothing stands in a field, browsers post that nothing; lxml leaves it out.
    empty = {
        field.name: ""
        for field in form.inputs
        if field.name and field.tag == "input" and field.get("type") not in ("checkbox", "radio")
    }
    fields = empty | dict(form.form_values())
    del fields["csrfmiddlewaretoken"]
    return fields
