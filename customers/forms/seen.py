"""What a form showed when it was opened, so that two who edit at once are both heard."""

import json
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _


class SeenForm(forms.Form):
    """Carries, in `seen`, a version and the values that the person was shown.

    Against them, what they changed is told from what somebody else changed meanwhile. Values are
    lists, sorted, as a browser would post them.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def version(self) -> int:
        """Return the version that the person was shown; 0 when that is unclear."""
        version = self._shown().get("version", 0)
        return version if isinstance(version, int) else 0

    def merged(self, version: int, now: dict[str, list[str]]) -> tuple[QueryDict, list[str]]:
        """Return what was posted over what is stored now, and the fields that both changed.

        What the person typed stays; fields they left alone take the stored value.
        """
        shown = self._shown().get("values", {})
        data = cast(QueryDict, self.data).copy()
        both = []
        for name, stored in now.items():
            typed = sorted(data.getlist(name))
            if typed == shown.get(name):
                data.setlist(name, stored)
            elif stored not in (shown.get(name), typed):
                both.append(name)
        data["seen"] = self.seen_now(version, now)
        return data, both

    def tell(self, name: str, values: list[str]) -> None:
        """Say beside a field what somebody else saved there meanwhile."""
        field: Any = self.fields[name]
        labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
        words = ", ".join(labels.get(value, value) for value in values if value) or _("empty")
        self.add_error(
            name,
            _("Changed meanwhile to “%(value)s”. Save again to keep what is here.")
            % {"value": words.replace("\r\n", ", ")},
        )

    @staticmethod
    def seen_now(version: int, values: dict[str, list[str]]) -> str:
        return json.dumps({"version": version, "values": values})

    def _shown(self) -> dict[str, Any]:
        try:
            shown = json.loads(self.data.get("seen", ""))
        except (ValueError, RecursionError):
            return {}
        whole = isinstance(shown, dict) and isinstance(shown.get("values"), dict)
        return shown if whole else {}
