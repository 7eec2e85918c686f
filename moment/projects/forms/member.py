"""A colleague in a project, and as what."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _

from moment.models import User
from moment.projects.forms.versioned import VersionedForm
from moment.projects.models import ProjectMember


class _WithRole(VersionedForm):
    prefix_of_ids = "member"

    def _role(self) -> None:
        role: Any = self.fields["role"]
        role.empty_label = _("By the employee's terms")
        role.help_text = _(
            "The role can decide what an hour costs. "
            "Another one holds for hours that are not approved yet, too."
        )


class NewMemberForm(_WithRole):
    """Somebody who is not in the project yet."""

    class Meta:
        model = ProjectMember
        fields: ClassVar = ["user", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = self.instance.project.members.values("user")
        user: Any = self.fields["user"]
        user.queryset = User.objects.filter(is_active=True).exclude(pk__in=there)
        user.queryset = user.queryset.order_by(*User.NAME_ORDER)
        user.empty_label = _("Choose…")
        self._role()


class MemberForm(_WithRole):
    """What a member is in the project."""

    class Meta:
        model = ProjectMember
        fields: ClassVar = ["role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = {}
        self._role()
        self.ready()

    @property
    def shown_role(self) -> int | None:
        """Return the key of the role that the person was shown; None for none."""
        shown = self._shown().get("values", {}).get("role", [""])
        text = str(shown[0]) if isinstance(shown, list) and shown else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
