"""Forms over rows that carry a version, for two who edit one at once."""

from typing import Any, ClassVar, Self

from django import forms

from customers.forms.seen import SeenForm


def shown_in(form: forms.BaseForm, name: str) -> Any:
    """Return what a field of a form shows before anything is typed."""
    field, bound = form.fields[name], form[name]
    return field.widget.format_value(field.prepare_value(bound.initial))


class VersionedForm(SeenForm, forms.ModelForm):
    """Tells, field by field, what somebody else has changed in a row that is stored already."""

    # Before the names of the fields: a dialog stands over a page with fields of its own.
    prefix_of_ids: ClassVar[str] = "id"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # What it takes beside what was posted and the row, to make it anew.
        self.options = {key: value for key, value in kwargs.items() if key not in ("instance",)}
        super().__init__(*args, **{"auto_id": f"{self.prefix_of_ids}_%s"} | kwargs)

    def ready(self) -> None:
        """Note down what is shown of a row that is stored. Call when all fields are there."""
        if self.instance.pk:
            version = getattr(self.instance, "version", 0)
            self.fields["seen"].initial = self.seen_now(version, self.shown_values())

    @property
    def shown(self) -> dict[str, Any]:
        """What the person was shown, by field; empty when that is unclear."""
        values: dict[str, Any] = self._shown().get("values", {})
        return values

    def shown_values(self) -> dict[str, list[str]]:
        """Return the row's values as a browser would post them."""
        values = {}
        for name, field in self.fields.items():
            if name == "seen" or field.disabled:
                continue
            shown = shown_in(self, name)
            if isinstance(shown, (list, tuple)) and field.widget.allow_multiple_selected:
                values[name] = sorted(str(one) for one in shown)
                continue
            one = shown[0] if isinstance(shown, (list, tuple)) and shown else shown
            text = "" if one is None or one == [] else str(one)
            # Browsers post line breaks as CRLF.
            values[name] = ["\r\n".join(text.splitlines()) if "\n" in text else text]
        return values

    def after_change_by_others(self, stored: Any) -> Self:
        """Return the form anew over what is stored now; where both changed a field, both is said.

        What the person typed stays; fields they left alone show what is stored.
        """
        now = type(self)(instance=stored, **self._anew(stored)).shown_values()
        data, both = self.merged(getattr(stored, "version", 0), now)
        form = type(self)(data, instance=stored, **self._anew(stored))
        for name in both:
            form.tell(name, now[name])
        return form

    def _anew(self, stored: Any) -> dict[str, Any]:
        """Return what makes this form, over the row as it is stored now."""
        return self.options
