"""Who may do what: the guard that stands on every view, and how people sign in."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest

from moment.models import User

View = Callable[..., Any]


class SignedInRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware, for views that need the user as one."""

    user: User


def needs(*permissions: str) -> Callable[[View], View]:
    """Answer 403 unless the user has all these permissions; marks the view as guarded."""

    def decorate(view: View) -> View:
        guarded = permission_required(permissions, raise_exception=True)(view)
        guarded.needs = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def for_everyone_signed_in(view: View) -> View:
    """Mark a view that concerns only the user's own account, so that no right is needed."""
    view.needs = ()  # type: ignore[attr-defined]
    return view


class AccountAdapter(DefaultAccountAdapter):
    """Colleagues are added by an admin; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
