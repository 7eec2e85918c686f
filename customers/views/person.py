"""One person: what they are at which customers; for administrators, their data out or away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import contact_rows, persons, privacy, traces
from customers.models import ContactTag, Customer, Person
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to, render_page


@needs("customers.view_customer")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Person, pk=pk)
    if shown.erased_at:
        kept = privacy.kept_of(shown) if request.user.has_perm("customers.delete_person") else []
        return render(request, "customers/person_erased.html", {"person": shown, "kept": kept})
    shown = get_object_or_404(persons.visible_to(request.user), pk=pk)
    visible = shown.contacts.filter(customer__in=Customer.objects.visible_to(request.user))
    posts = contact_rows.of_contacts(
        visible.order_by("customer__sort_name", "pk"), ContactTag.objects.all()
    )
    return render(request, "customers/person.html", {"person": shown, "posts": posts})


@needs("customers.view_customer", "customers.delete_person")
def export(request: HttpRequest, pk: int) -> JsonResponse:
    """Hand over everything kept on the person as a file."""
    shown = get_object_or_404(Person, pk=pk)
    response = JsonResponse(
        privacy.export(shown), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = f'attachment; filename="person-{pk}.json"'
    return response


@needs("customers.view_customer", "customers.delete_person")
def erase(request: SignedInRequest, pk: int) -> HttpResponse:
    """Erase a person's data after a question that says what goes and what stays."""
    shown = get_object_or_404(Person, pk=pk)
    page = reverse("customers:person", args=[pk])
    if shown.erased_at:
        return redirect_to(request, page)
    if request.method == "POST":
        try:
            privacy.erase(shown, request.user)
        except Person.DoesNotExist:
            messages.info(request, _("The data were erased already."))
        else:
            messages.success(request, _("The person's data are erased."))
        return redirect_to(request, page)
    known = traces.known_of(shown)
    return render_page(
        request,
        "customers/person_erase.html",
        "customers/person/_erase.html",
        {
            "person": shown,
            "posts": shown.contacts.filter(customer__merged_into=None)
            .select_related("customer")
            .order_by("customer__sort_name"),
            "recipient_of": privacy.customers_of_recipients(shown, known),
            "kept": traces.mentions(traces.in_free_text(known)),
        },
    )
