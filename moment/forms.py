"""How forms look, and the log-in form."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _


class Renderer(TemplatesSetting):
    """Renders fields by `templates/form/field.html`."""

    field_template_name = "form/field.html"


class LoginForm(AllauthLoginForm):
    """User name or e-mail, and password; labels say it, not placeholders that go away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["password"].help_text = ""
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}
