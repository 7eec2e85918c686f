"""The sample invoice of a customer."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from customers import preview
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.content.serving import DOCUMENT


@needs("customers.view_customer")
@require_safe
def invoice_preview(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    return HttpResponse(
        preview.preview(customer),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="Preview {customer.number}.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": DOCUMENT,
            "Cache-Control": "private, no-store",
        },
    )
