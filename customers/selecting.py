"""Which customers stay selected while one goes from page to page: those that an address names.

What is ticked is sent as `with`, once for each box. A link was written before that, so it carries
what was selected then as `kept`, all in one, which what is ticked takes the place of.
"""

from collections.abc import Iterable
from itertools import accumulate

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from customers.models.number_series import can_be_number

# In no number, and written as it is in an address.
SEPARATOR = "."
# Characters of an address that are kept for them: 200 customers with numbers of four digits. What
# is ticked comes on top of it, and many servers take no line of more than 4094.
ROOM = 1000


def asked(data: QueryDict) -> list[str]:
    """Return the numbers that an address asks to be selected, each once."""
    numbers = data.getlist("with") + data.get("kept", "").split(SEPARATOR)
    return list(dict.fromkeys(number for number in numbers if can_be_number(number)))


def fitting(numbers: list[str]) -> list[str]:
    """Return the first of these: as many as there is room for."""
    lengths = accumulate(len(number) + len(SEPARATOR) for number in numbers)
    return [number for number, length in zip(numbers, lengths, strict=True) if length <= ROOM]


def together(numbers: Iterable[str]) -> str:
    """Return these numbers as one parameter."""
    return SEPARATOR.join(numbers)


def led_on(request: HttpRequest) -> HttpResponse | None:
    """Answer where a link leads, or the form without scripts, with those that are ticked now.

    None where neither was used.
    """
    ticked = request.GET.copy()
    for name in ("kept", "of"):
        ticked.pop(name, None)
    if request.htmx.boosted:  # type: ignore[attr-defined]
        url = f"{request.path}?{_kept(ticked, ticked)}"
        response: HttpResponse = HttpResponseClientRedirect(url)
    elif "of" in request.GET and not request.htmx:  # type: ignore[attr-defined]
        url = f"{request.path}?{_kept(ticked, QueryDict(request.GET['of'], mutable=True))}"
        response = HttpResponseRedirect(url)
    else:
        return None
    patch_vary_headers(response, ["HX-Boosted"])
    return response


def _kept(ticked: QueryDict, query: QueryDict) -> str:
    """Return the query with what is ticked kept in it."""
    numbers = together(asked(ticked))
    query.pop("with", None)
    if numbers:
        query["kept"] = numbers
    return query.urlencode()
