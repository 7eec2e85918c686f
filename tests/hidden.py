"""A base in which every amount, and every name of an offer, is told from all else that is said."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.utils import timezone

from customers import merging
from customers.models import Contact, HourlyRate, Merge, Note, OtherAddress, Person
from moment import content as contents
from moment.models import User
from moment.offers import editing, sending
from moment.offers.models import Offer
from moment.projects import figures, hours, payers, sharing
from moment.projects.models import (
    Activity,
    Expense,
    PlanItem,
    PriceList,
    PriceListRate,
    PriceModel,
    Project,
    ProjectMember,
    RolePrice,
    TimeEntry,
)
from moment.projects.pricing import Prices
from tests import walking
from tests.factories import (
    ActivityFactory,
    ContactFactory,
    CustomerFactory,
    EmployeeFactory,
    ExpenseFactory,
    HourlyRateFactory,
    NoteFactory,
    OfferFactory,
    OfferLineFactory,
    OtherAddressFactory,
    PriceModelFactory,
    ProjectFactory,
    ProjectRoleFactory,
    TimeEntryFactory,
    UserFactory,
)

# What is kept, and so is derived from it.
RATES = {
    "price of the employee": Decimal("1937.50"),
    "cost of the employee": Decimal("811.25"),
    "price of the role": Decimal("1741.35"),
    "rate of the price list": Decimal("1653.45"),
    "rate of the activity": Decimal("1439.15"),
    "amount that is due": Decimal("48123.70"),
    "amount that falls due later": Decimal("31917.30"),
    "amount of the subscription": Decimal("2718.35"),
    "cost of the expense": Decimal("3141.65"),
    "charge of the project": Decimal("517.85"),
    "discount of the project": Decimal("12.37"),
    "surcharge of the project": Decimal("16.43"),
    "surcharge of the expense": Decimal("17.29"),
}
# Rates of customers are for whoever may see those.
OF_CUSTOMERS = Decimal("1829.65")
OFFERED, OPTION = Decimal("15513.35"), Decimal("2663.15")
NAME = "Hemmelig"


def somebody(*, without: str) -> User:
    """Return a colleague who may do everything but one thing, and what administrators alone do."""
    user = UserFactory(username=f"without_{without}", first_name="Siri", last_name="Vik")
    all_but = Permission.objects.exclude(codename__in=[without, "delete_person"])
    user.user_permissions.set(all_but)
    return user


class World:
    """Two customers of which one was merged, a participant, projects of each kind, and offers."""

    def __init__(self, by: User) -> None:
        self.by = by
        self.customer = CustomerFactory(number="50001", name="Fjell AS")
        self.payer = CustomerFactory(number="50002", name="Vidde AS", relation="participant")
        self.merged = CustomerFactory(number="50009", name="Fjell A/S")
        self.role = ProjectRoleFactory(name="Engineer")
        RolePrice.objects.create(
            role=self.role, valid_from=date(2020, 1, 1), price=RATES["price of the role"]
        )
        self.worker = UserFactory(username="ida", first_name="Ida", last_name="Berg")
        EmployeeFactory(
            user=self.worker,
            terms__role=self.role,
            terms__sales_price=RATES["price of the employee"],
            terms__cost_rate=RATES["cost of the employee"],
        )
        HourlyRateFactory(customer=self.customer, role=self.role, rate=OF_CUSTOMERS)
        self.contact = ContactFactory(customer=self.customer, person__name="Eva Moen")
        NoteFactory(customer=self.customer, author=by)
        OtherAddressFactory(customer=self.customer)
        self._projects()
        self._offers()
        merging.merge(self.customer.pk, [self.merged.pk], by=by)
        self._changes()

    def _projects(self) -> None:
        self.project = ProjectFactory(
            number="P-1", name="Ny bru", customer=self.customer, leader=self.by, activity=False,
            state="progress", charge_amount=RATES["charge of the project"],
            discount=RATES["discount of the project"],
            expense_surcharge=RATES["surcharge of the project"],
        )  # fmt: skip
        ProjectMember.objects.create(project=self.project, user=self.worker)
        for rates in ("customer", "role", "price_list"):
            self._hourly(rates)
        for kind, more in self._kinds().items():
            self._priced(kind, more)
        ExpenseFactory(
            project=self.project, user=self.worker, cost=RATES["cost of the expense"],
            surcharge=RATES["surcharge of the expense"], receipt=self._receipt(),
            receipt_name="kvittering.txt",
        )  # fmt: skip
        ExpenseFactory(project=self.project, user=self.worker, cost=Decimal("2236.75"))
        first = self.project.price_models.first()
        sharing.store(first, {self.payer.pk: Decimal("37.50")})
        self.moved = ProjectFactory(number="P-2", name="Gangveg", customer=self.merged)
        TimeEntryFactory(activity=self.moved.activities.get(), user=self.worker, hours=3)

    def _receipt(self) -> Any:
        text = f"Betalt: {RATES['cost of the expense']}"
        return contents.receive(ContentFile(text.encode(), name="kvittering.txt"))

    def _hourly(self, rates: str) -> None:
        prices = None
        if rates == "price_list":
            prices = PriceList.objects.create(name="Rammeavtale")
            PriceListRate.objects.create(
                price_list=prices, role=self.role, rate=RATES["rate of the price list"]
            )
        model = PriceModelFactory(project=self.project, rates_from=rates, price_list=prices)
        self._worked(ActivityFactory(project=self.project, price_model=model))

    def _kinds(self) -> dict[str, dict[str, Any]]:
        of_subscription = {"amount": RATES["amount of the subscription"], "interval": 1}
        return {
            "fixed": {},
            "subscription": of_subscription | {"starts_on": date(2026, 1, 1)},
            "offer": {},
        }

    def _priced(self, kind: str, more: Mapping[str, Any]) -> None:
        model = PriceModelFactory(project=self.project, kind=kind, **more)
        if kind == "fixed":
            for name, day in (("amount that is due", 2020), ("amount that falls due later", 2090)):
                PlanItem.objects.create(
                    price_model=model, text="Rate", amount=RATES[name], due_on=date(day, 1, 1)
                )
        rate = RATES["rate of the activity"] if kind == "offer" else None
        self._worked(ActivityFactory(project=self.project, price_model=model, hourly_rate=rate))

    def _worked(self, activity: Activity) -> None:
        """Have somebody work on it, approved and not."""
        done = TimeEntryFactory(activity=activity, user=self.worker, hours=Decimal("3.25"))
        TimeEntryFactory(activity=activity, user=self.worker, hours=Decimal("1.75"))
        hours.approve([done.pk], self.by)

    def _offers(self) -> None:
        self.offers = []
        for place, (state, customer) in enumerate(
            [("draft", self.customer), ("sent", self.customer), ("sent", self.merged),
             ("accepted", self.customer), ("rejected", self.customer)]
        ):  # fmt: skip
            offer = OfferFactory(
                number=f"HT773{place}", name=f"{NAME} tilbud", customer=customer,
                contact=self.contact if customer == self.customer else None, responsible=self.by,
                introduction=f"{NAME} innledning", terms=f"{NAME} betingelse", language="en",
            )  # fmt: skip
            OfferLineFactory(offer=offer, title=f"{NAME} linje", price=OFFERED)
            OfferLineFactory(offer=offer, title=f"{NAME} opsjon", price=OPTION, optional=True)
            self.offers.append(self._become(offer, state))
        Offer.objects.filter(number="HT7733").update(project=self.project)

    def _become(self, offer: Offer, state: str) -> Offer:
        offer.amount, offer.optional = OFFERED, OPTION
        if state != "draft":
            sending.write_down(offer, None)
            offer.state = state
        if state in ("accepted", "rejected"):
            offer.answered_at, offer.answered_name = timezone.now(), "Eva Moen"
            offer.answer_reason = f"{NAME} grunn"
        offer.save()
        return offer

    def _changes(self) -> None:
        """Change what has amounts, so that the history tells of them."""
        self.project.refresh_from_db()
        self.project.charge_amount, self.project.discount = Decimal("617.95"), Decimal("13.19")
        self.project.expense_surcharge, self.project.state = Decimal("18.61"), "paused"
        self.project.save()
        self.project.state = "progress"
        self.project.save()
        for model in self.project.price_models.filter(kind="subscription"):
            model.amount += 100
            model.save()
        editing.new_version(Offer.objects.get(number="HT7731"), self.by)

    # What must not be said

    @cached_property
    def amounts(self) -> dict[str, str]:
        """What is for those who may see amounts of projects: what is kept, and what it makes."""
        found = dict(RATES)
        found |= {
            "charge of the project now": Decimal("617.95"),
            "discount of the project now": Decimal("13.19"),
            "surcharge of the project now": Decimal("18.61"),
        }
        projects = list(Project.objects.select_related("customer"))
        paying = payers.by(Prices(projects))
        for key, sums in figures.of(projects).items():
            for name in ("work", "plan", "subscriptions", "expenses", "coming", "to_invoice"):
                found[f"{name} of {key}"] = getattr(sums, name)
            found[f"remaining of {key}"] = sums.remaining
            for payer, amount in paying[key].split(sums.by_model, sums.currency).items():
                found[f"what {payer} pays of {key}"] = amount
        return _told(found)

    @cached_property
    def offered(self) -> dict[str, str]:
        """What is for those who may see offers."""
        words = {"name": NAME, "number": "HT773"}
        return words | _told({"price": OFFERED, "option": OPTION, "both": OFFERED + OPTION})

    # Where there is something to see

    def known(self, name: str, takes: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return what an address takes, by its name."""
        app, _colon, page = name.partition(":")
        if app == "offers" and page != "of_customer":
            numbers = [offer.number for offer in self.offers]
            return [(number, 1)[: len(takes)] for number in numbers]
        if app == "projects" and page != "of_customer":
            return self._of_projects(page, takes)
        return self._of_customers(page, takes)

    def _of_projects(self, page: str, takes: Sequence[str]) -> list[tuple[Any, ...]]:
        if "pk" not in takes:
            return [("P-1",), ("P-2",)]
        kind = page.partition("_")[0]
        if kind == "entry":
            entries = TimeEntry.objects.select_related("activity__project")
            return [(entry.activity.project.number, entry.pk) for entry in entries[:2]]
        models: dict[str, Any] = {
            "activity": Activity, "member": ProjectMember, "price": PriceModel, "expense": Expense
        }  # fmt: skip
        rows = models[kind].objects.select_related("project")
        return [(row.project.number, row.pk) for row in rows]

    def _of_customers(self, page: str, takes: Sequence[str]) -> list[tuple[Any, ...]]:
        if "pk" not in takes:
            return [("50001",), ("50002",), ("50009",)]
        if page == "put_back":
            entries = LogEntry.objects.exclude(content_type__app_label="customers")
            return [("50001", entry.pk, name) for entry in entries for name in entry.changes]
        models: dict[str, Any] = {
            "merge": Merge, "person": Person, "contact": Contact, "note": Note,
            "address": OtherAddress, "invoicing_rate": HourlyRate,
        }  # fmt: skip
        rows = next((m.objects.all() for kind, m in models.items() if page.startswith(kind)), [])
        # Of what there is none, an address all the same.
        keys = [row.pk for row in rows] or [1]
        return [_args(takes, key) for key in keys]


def _args(takes: Sequence[str], key: int) -> tuple[Any, ...]:
    return tuple({"number": "50001", "pk": key}.get(name, 1) for name in takes)


def _told(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    """Return amounts as they are looked for, without those that anything else could be too."""
    telling = {what: value for what, value in amounts.items() if value % 1 or value > 99_999}
    return {what: walking.amount(value) for what, value in telling.items()}
