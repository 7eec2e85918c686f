"""Companies of the register, beside what we know of them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers import einvoicing, register_facts
from customers.models import Customer
from customers.views.alike import of_another
from moment.access import needs
from moment.htmx import render_page
from registry import lookup, org_number, peppol
from registry.models import Entity
from registry.names import display_name

LIMIT = 10
LONGEST = 200  # characters, as a name


@needs("customers.view_customer")
def search(request: HttpRequest) -> HttpResponse:
    """Answer while someone types: our copies at once, the register's answer in a second step."""
    question = request.GET.get("q") or request.GET.get("name") or ""
    return render_page(
        request,
        "customers/lookup.html",
        "customers/new/_results.html",
        {"results": results(request, question), "question": question},
    )


@needs("customers.view_customer", "customers.add_customer")
def chosen(request: HttpRequest) -> HttpResponse:
    """Show what a chosen company will fill in."""
    number = request.GET.get("org_number", "")
    return render(request, "customers/new/_chosen.html", choice(request, number))


def results(request: HttpRequest, question: str) -> dict[str, Any]:
    """Return the companies that a question finds, as options, and our customers with such a name.

    htmx asks twice: first for our copies, then (`asked`) for what the register adds.
    """
    question = "".join(c for c in question[:LONGEST] if c.isprintable()).strip()
    norwegian = request.GET.get("country", request.POST.get("country", "NO")) == "NO"
    first_step = bool(request.htmx) and "asked" not in request.GET  # type: ignore[attr-defined]
    answer = lookup.Answer([])
    if norwegian and len(question) > 1:
        answer = (lookup.local if first_step else lookup.search)(question, limit=LIMIT)
    visible = Customer.objects.visible_to(request.user)
    return {
        "question": question,
        "options": _options(answer.entities, question, visible),
        "alike": of_another(request, name=question),
        "problem": lookup.Problem(answer.problem).label if answer.problem else "",
        "ask_register": norwegian and first_step and not answer.complete and len(question) > 1,
        "norwegian": norwegian,
    }


def choice(request: HttpRequest, number: str | None) -> dict[str, Any]:
    """Return what the chosen company will fill in: its entity, owner and troubles."""
    number = org_number.compact(number or "")
    if not org_number.is_valid(number):
        return {"chosen": None}
    found = lookup.find(number)
    entity = found.entity
    owner = lookup.parent(entity).entity if entity and entity.is_sub_entity else None
    ours = Customer.objects.visible_to(request.user).filter(org_number=number).first()
    reachability = einvoicing.reachability_of([number]).get(number)
    return {
        "chosen": {
            "org_number": number,
            "formatted": org_number.formatted(number),
            "entity": entity,
            "trouble": register_facts.trouble(entity) if entity else "",
            "owner": owner,
            "customer": ours,
            "reachability": reachability,
            "check_now": not (reachability and peppol.is_fresh(reachability)),
            "problem": lookup.Problem(found.problem).label if found.problem else "",
        }
    }


def _options(entities: list[Entity], question: str, visible: QuerySet) -> list[dict[str, Any]]:
    """Return the list's lines, in one query for our customers and one for the owners."""
    if not entities:
        return []
    numbers = [entity.org_number for entity in entities]
    # The country is no condition of the query: to look there first would find all of Norway.
    found = visible.filter(org_number__in=numbers).only("number", "org_number", "status", "country")
    ours = {customer.org_number: customer for customer in found if customer.country == "NO"}
    owners = {entity.parent_org_number for entity in entities if entity.is_sub_entity}
    names = dict(Entity.objects.filter(pk__in=owners).values_list("pk", "name")) if owners else {}
    return [
        _option(entity, question, ours.get(entity.org_number), names.get(entity.parent_org_number))
        for entity in entities
    ]


def _option(
    entity: Entity, question: str, customer: Customer | None, owner: str | None
) -> dict[str, Any]:
    """Return one line of the list, said so that the template only writes.

    The name comes in three parts, cut where it matches what was typed.
    """
    name = entity.display_name
    at = name.casefold().find(question.casefold())
    # Folding can change a text's length (ß), and then nothing is marked.
    if at < 0 or len(name) != len(name.casefold()):
        at, length = 0, 0
    else:
        length = len(question)
    if not entity.is_sub_entity:
        kind = entity.form_code
    elif owner:
        kind = _("Place of business of %(company)s") % {"company": display_name(owner)}
    else:
        kind = _("Place of business")
    return {
        "org_number": entity.org_number,
        "formatted_number": entity.formatted_number,
        "name": name,
        "before": name[:at],
        "match": name[at : at + length],
        "after": name[at + length :],
        # The name that was found, where it is not the present one.
        "formerly": display_name(lookup.former_name(entity, question)),
        "details": " · ".join(filter(None, [kind, entity.business_place])),
        "trouble": register_facts.trouble(entity),
        "customer": customer,
    }
