"""One merge: what moved, and taking it back."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from customers import merging
from customers.merging.account import Account
from customers.merging.preview import Preview
from customers.models import Customer, Merge
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.keyset import is_key
from moment.models import User


@needs("customers.view_customer")
def merge_log(request: SignedInRequest, pk: int) -> HttpResponse:
    merge = _visible(request.user, pk)
    account = Account(merge, request.user)
    return render(request, "customers/merge_log.html", {"merge": merge, "account": account})


@needs("customers.view_customer", "customers.change_customer")
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the merge back; without a post, say what that does and ask first."""
    merge = _visible(request.user, pk)
    posted = request.method == "POST"
    preview = Preview(merge, request.user, request.POST)
    refused, changed = "", []
    if posted and not preview.problem:
        try:
            merging.undo(
                pk, by=request.user, seen=_seen(request.POST, preview), decided=preview.decided
            )
        except merging.ChangedMeanwhile as error:
            changed = list(error.changed)
        except merging.CannotUndo as error:
            refused = str(error)
        else:
            messages.success(request, _("The merge is undone."))
            return redirect_to(request, merge.get_absolute_url())
        merge = _visible(request.user, pk)
        preview = Preview(merge, request.user, request.POST)
    return render_page(
        request,
        "customers/merge_undo.html",
        "customers/merge_log/_undo.html",
        {"merge": merge, "preview": preview, "refused": refused, "changed": changed},
        status=INVALID if posted else 200,
    )


def _visible(user: User, pk: int) -> Merge:
    """Return the merge if the user may know of the kept customer, or of what that is now."""
    merge = get_object_or_404(Merge.objects.select_related("kept", "made_by", "undone_by"), pk=pk)
    get_object_or_404(
        Customer.objects.visible_to(user), pk=merge.kept.merged_into_id or merge.kept_id
    )
    return merge


def _seen(data: QueryDict, preview: Preview) -> dict[int, int]:
    """Return the versions of the customers that the person was shown; what is none as 0."""
    shown = {customer.pk: data.get(f"seen-{customer.pk}", "") for customer in preview.customers}
    return {pk: int(version) if is_key(version) else 0 for pk, version in shown.items()}
