"""The customers that can be chosen somewhere, while one is being typed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from customers import places
from customers.forms.fields import one_line
from customers.models import Customer
from moment.access import needs

LONGEST = 200  # letters


@needs("customers.view_customer")
def choose(request: HttpRequest) -> HttpResponse:
    """Answer the options that fit the field's text, whatever that field is called."""
    place = places.PLACES.get(request.GET.get("place", ""))
    if place is None:
        raise Http404
    typed = [value for name, value in request.GET.items() if name != "place"]
    question = one_line(str(typed[0])[:LONGEST]) if typed else ""
    visible = Customer.objects.visible_to(request.user)
    context = {"customers": places.proposals(visible, place, question)}
    return render(request, "customers/choose/_options.html", context)
