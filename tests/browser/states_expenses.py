"""States of expenses, of a customer's projects, and of chosen columns; see `states`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.content import receive
from moment.models import User
from moment.projects import hours
from moment.projects.models import PriceModelShare, Project
from tests.factories import (
    CustomerFactory,
    EmployeeFactory,
    ExpenseFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.moment.samples import picture, upload

LONG = "Landskapsarkitekturprosjekteringsassistent"
_EXPENSES = "/projects/EX1/expenses/"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer projects of each state and role, with work and expenses of each kind."""
    project = ProjectFactory(
        number="EX1", name=f"Kai {LONG}", customer=customer, leader=kari,
        activity__estimated_hours=4,
    )  # fmt: skip
    for n, state in enumerate(Project.State.values):
        ProjectFactory(number=f"EX2{n}", name=state, customer=customer, state=state)
    CustomerFactory(number="EX8", status=Customer.Status.BLOCKED, country="SE")
    theirs = ProjectFactory(number="EX9", customer=CustomerFactory(number="EX9", name=LONG * 2))
    for one, payer in ((project, CustomerFactory(name=f"{LONG} AS")), (theirs, customer)):
        model = one.price_models.get()
        PriceModelShare.objects.create(price_model=model, customer=payer, percent=Decimal("33.33"))
        employee = EmployeeFactory(user=UserFactory(first_name=LONG, last_name=LONG))
        today = {"activity": one.activities.get(), "day": timezone.localdate()}
        TimeEntryFactory(**today, user=kari)
        hours.approve([TimeEntryFactory(**today, user=employee.user).pk], kari)
    unpriced = EmployeeFactory(terms__sales_price=None)
    TimeEntryFactory(
        activity=project.activities.get(), user=unpriced.user, day=timezone.localdate()
    )
    receipt = receive(upload("Kvittering.png", picture("PNG")))
    ExpenseFactory(
        project=project, user=kari, text=f"Ferge {LONG * 2}", cost=Decimal("1234567.89"),
        receipt=receipt, receipt_name=f"{LONG * 3}.png",
    )  # fmt: skip
    ExpenseFactory(project=project, surcharge=Decimal("12.5"), day=date(2025, 3, 1))
    ExpenseFactory(project=project, billable=False)
    ExpenseFactory(project=ProjectFactory(customer=customer, currency="EUR"), cost=90)


def expenses(page: Page) -> None:
    page.goto(_EXPENSES)
    expect(page.locator(".expenses tbody tr")).to_have_count(3)
    expect(page.locator(".expenses tfoot strong")).to_be_visible()


def expenses_none(page: Page) -> None:
    page.goto("/projects/EX21/expenses/")
    expect(page.locator(".empty .btn--primary")).to_be_visible()


def expenses_closed(page: Page) -> None:
    page.goto("/projects/EX24/expenses/")
    expect(page.locator(".empty .muted")).to_be_visible()


def expense_errors(page: Page) -> None:
    expenses(page)
    page.locator("[hx-get$='/expenses/new/']").click()
    page.locator("#expense_text").fill(LONG)
    page.locator("#expense_cost").fill("-1")
    page.locator("#expense_surcharge").fill("101")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("#expense_cost[aria-invalid=true]")).to_be_visible()


def expense_edit_page(page: Page) -> None:
    expenses(page)
    page.goto(page.locator(".row-actions a[href$='/edit/']").last.get_attribute("href") or "")
    expect(page.locator("form.dialog [name=cost]")).to_be_visible()


def expense_delete(page: Page) -> None:
    expenses(page)
    page.locator(".expenses [hx-get$='/delete/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def expense_receipt(page: Page) -> None:
    expenses(page)
    page.locator(".expenses .receipt a").click()
    expect(page.locator("dialog[open] img")).to_be_visible()


def projects_of_customer(page: Page) -> None:
    page.goto("/customers/1200/projects/?state=all")
    expect(page.locator(".of-customer [data-state=cancelled]").first).to_be_visible()
    expect(page.locator(".of-customer .role .sub").first).to_be_visible()


def projects_of_customer_none(page: Page) -> None:
    page.goto("/customers/EX8/projects/")
    expect(page.locator(".empty .muted")).to_be_visible()


def profile_with_projects(page: Page) -> None:
    page.goto("/customers/1200/")
    expect(page.locator(".key-figures strong").first).to_be_visible()
    expect(page.locator(".worked progress").first).to_be_visible()


def project_figures(page: Page) -> None:
    page.goto("/projects/EX1/")
    expect(page.locator("[aria-labelledby=figures-title] .banner")).to_be_visible()
    expect(page.locator("[aria-labelledby=figures-title] .facts a")).to_have_count(2)


def columns_chosen(page: Page) -> None:
    page.goto("/customers/?status=all&columns=in_progress")
    page.locator(".menu--columns summary").click()
    page.locator(".menu--columns input[value=not_invoiced]").check()
    expect(page.locator("td.extra .sums").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    expenses, expenses_none, expenses_closed, expense_errors, expense_edit_page, expense_delete,
    expense_receipt, projects_of_customer, projects_of_customer_none, profile_with_projects,
    project_figures, columns_chosen,
]  # fmt: skip
