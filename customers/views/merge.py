"""Making several customers one: choosing whom, what stays of each, and doing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers import merging
from customers.forms.merge import Asked, Choices, asked, leads_to
from customers.merging.choosing import Candidates, proposed
from customers.merging.page import Comparison
from customers.models import Customer, Merge
from customers.views.loading import moved, visible_customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page


@needs("customers.view_customer", "customers.change_customer")
def merge(request: SignedInRequest, number: str) -> HttpResponse:
    """Show customers side by side; without any, ask whom; a post makes them one."""
    customer = visible_customer(request.user, number)
    if request.method == "POST":
        return _merge(request, customer, number)
    if moved_on := moved(request, customer, number):
        return moved_on
    if "ask" in request.GET:
        return _ask(request, customer)
    others = _asked(request, customer)
    if "choose" in request.GET or not others or len(others.customers) >= merging.MOST:
        return _choose(request, customer, others)
    page = Comparison([customer, *others.customers], Choices.of(request.GET), request.user)
    return _show(request, page, others)


@needs("customers.view_customer", "customers.change_customer")
def selected(request: SignedInRequest) -> HttpResponse:
    """Lead to the page of the customers that were selected in a list, one of them as kept."""
    chosen = asked(request.GET.getlist("with"), Customer.objects.visible_to(request.user))
    if len(chosen.customers) < 2:
        for remark in chosen.remarks:
            messages.warning(request, remark)
        messages.warning(request, _("Select two or more customers to merge them."))
        return redirect("customers:overview")
    kept = proposed(chosen.customers)
    others = [customer for customer in chosen.customers if customer.pk != kept.pk]
    if len(chosen.customers) > merging.MOST:
        return _choose(request, kept, Asked(others, chosen.remarks))
    for remark in chosen.remarks:
        messages.warning(request, remark)
    return redirect(_url(kept, {"with": [other.number for other in others]}))


def _ask(request: SignedInRequest, customer: Customer) -> HttpResponse:
    """Ask before it is done, with all that was chosen; what was left open is settled there."""
    others, choices = _asked(request, customer), Choices.of(request.GET)
    page = Comparison([customer, *others.customers], choices, request.user)
    query = request.GET.copy()
    del query["ask"]
    back = f"{request.path}?{query.urlencode()}"
    are_too_many = len(others.customers) >= merging.MOST
    if not others or others.remarks or are_too_many or page.refusals:
        return redirect_to(request, back)
    return render_page(
        request,
        "customers/merge/question.html",
        "customers/merge/_question.html",
        {"customer": customer, "page": page, "back": back},
    )


def _merge(request: SignedInRequest, customer: Customer, number: str) -> HttpResponse:
    """Make them one, or show the page again with all that was chosen and why it was not done."""
    choices, others = Choices.of(request.POST), _asked(request, customer)
    if done := _merged_already(customer, choices):
        return _choose(request, customer, Asked(), done=done, status=INVALID)
    problem, changed, missing = "", [], set()
    try:
        if others.remarks:
            raise merging.CannotMerge("")
        made = merging.merge(
            customer.pk,
            [other.pk for other in others.customers],
            by=request.user,
            seen=choices.seen,
            chosen=choices.chosen,
            decided=choices.decided,
        )
    except merging.CannotMerge as error:
        problem = str(error)
    except merging.ChangedMeanwhile as error:
        changed = list(error.changed)
    except merging.Undecided as error:
        missing = {decision.key for decision in error.decisions}
    else:
        return _done(request, made)
    # As they are now: what was loaded above is older than what was found under the lock.
    customer = visible_customer(request.user, number)
    others = _asked(request, customer)
    if not others or len(others.customers) >= merging.MOST:
        return _choose(request, customer, others, problem=problem, status=INVALID)
    if customer.number != number:
        others.remarks.insert(0, leads_to(customer, number))
    page = Comparison([customer, *others.customers], choices, request.user, changed, missing)
    return _show(request, page, others, problem=problem, status=INVALID)


def _done(request: SignedInRequest, made: Merge) -> HttpResponse:
    kept = Customer.objects.get(pk=made.kept_id)
    # By name where its number has become the kept one's.
    numbers = [
        merged.name if merged.number == kept.number else merged.number
        for merged in made.merged.all()
    ]
    told = {"numbers": ", ".join(numbers), "number": kept.number, "name": kept.name}
    text = ngettext(
        "%(numbers)s is part of %(number)s %(name)s now.",
        "%(numbers)s are part of %(number)s %(name)s now.",
        len(numbers),
    )
    messages.success(
        request,
        format_html('{} <a href="{}">{}</a>', text % told, made.get_absolute_url(), _("Undo")),
    )
    return redirect_to(request, kept.get_absolute_url())


def _merged_already(customer: Customer, choices: Choices) -> Merge | None:
    """Return by what all that were shown have become one meanwhile; None where they have not."""
    rows = Customer.with_merged.filter(pk__in=choices.seen)
    living = {into or pk for pk, into in rows.values_list("pk", "merged_into")}
    if len(choices.seen) < 2 or living != {customer.pk}:
        return None
    merges = Merge.objects.filter(merged__customer__in=choices.seen, undone_at=None)
    return merges.select_related("made_by").order_by("-pk").first()


def _show(
    request: SignedInRequest,
    page: Comparison,
    others: Asked,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "customer": page.kept,
        "page": page,
        "remarks": others.remarks,
        "problem": problem,
        "is_refused": status != 200,
    }
    return render(request, "customers/merge.html", context, status=status)


def _choose(
    request: SignedInRequest,
    customer: Customer,
    others: Asked,
    *,
    problem: str = "",
    done: Merge | None = None,
    status: int = 200,
) -> HttpResponse:
    """Ask whom to merge into the customer."""
    question = request.GET.get("q", "")
    context = {
        "customer": customer,
        "candidates": Candidates(customer, request.user, question=question, given=others.customers),
        "most": merging.MOST,
        "remarks": others.remarks,
        "problem": problem,
        "done": done,
    }
    page, fragment = "customers/merge/choose.html", "customers/merge/_found.html"
    return render_page(request, page, fragment, context, status=status)


def _asked(request: SignedInRequest, customer: Customer) -> Asked:
    """Return whom the numbers that came with the request mean, without the customer itself."""
    data = request.POST if request.method == "POST" else request.GET
    numbers = data.getlist("with")
    if request.method != "POST" and f"seen-{customer.pk}" in data:
        # From the page itself, where it stood among the others before they were swapped.
        numbers = [number for number in numbers if number != customer.number]
    return asked(numbers, Customer.objects.visible_to(request.user), into=customer)


def _url(customer: Customer, query: dict[str, Any]) -> str:
    url = reverse("customers:merge", args=[customer.number])
    return f"{url}?{urlencode(query, doseq=True)}" if query else url
