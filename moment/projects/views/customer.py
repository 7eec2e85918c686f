"""The projects of a customer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.places import PLACES
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.projects.of_customer import ProjectsOfCustomer


@needs("customers.view_customer", "projects.view_project")
def of_customer(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    may_add = request.user.has_perm("projects.add_project")
    return render(
        request,
        "projects/of_customer.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "list": ProjectsOfCustomer(customer, request.user, request.GET),
            "why_not": PLACES["project"].why_not(customer) if may_add else "",
        },
    )
