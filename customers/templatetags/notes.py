"""How the text of a note is shown."""

from django import template
from django.utils.html import escape, format_html, linebreaks
from django.utils.safestring import SafeString

from customers import mentions
from moment.models import User

register = template.Library()


@register.filter
def with_mentions(text: str, people: dict[str, User]) -> SafeString:
    """Return a note's text in paragraphs, with the full names of those it names by `@`.

    `people` are those of `mentions.people_in`.
    """
    parts, end = [], 0
    for match in mentions.PATTERN.finditer(text):
        person = mentions.called(match[1], people)
        if person is None:
            continue
        written = mentions.length_of(match[1], people)
        parts += [
            escape(text[end : match.start()]),
            format_html('<b class="mention">{}</b>', str(person)),
        ]
        end = match.start(1) + written
    parts.append(escape(text[end:]))
    return SafeString(linebreaks("".join(parts)))  # of escaped parts alone
