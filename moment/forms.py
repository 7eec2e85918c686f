"""How forms look: every field goes through one template."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Renders fields by `templates/form/field.html`."""

    field_template_name = "form/field.html"
