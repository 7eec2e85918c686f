"""Two people who edit the same offer: see `moment.meanwhile`."""

from collections.abc import Sequence

from django.http import QueryDict

from moment import meanwhile
from moment.offers.forms.line import Lines, Roles, texts_of
from moment.offers.forms.offer import OfferForm
from moment.offers.models import OfferLine


def seen(form: OfferForm, lines: Sequence[OfferLine]) -> str:
    """Return the marks of an offer as it is stored; `form` is one over it that is not bound."""
    return meanwhile.seen(form.instance, _shown(form), _texts(lines))


def merged(
    data: QueryDict, stored: OfferForm, lines: Sequence[OfferLine]
) -> tuple[QueryDict, dict[str, str]]:
    """Return what was typed over what is stored now, and what is to be said beside fields.

    Fields that were left alone take what is stored. `stored` is a form over that, not bound.
    """
    merged, said = meanwhile.merged(
        data, _shown(stored), lambda name, values: meanwhile.in_words(stored, name, values)
    )
    merged["seen"] = seen(stored, lines)
    return merged, said


def merged_lines(data: QueryDict, lines: Sequence[OfferLine], roles: Roles) -> Lines:
    """Return the lines as typed over those that are stored now, each with what is to be said."""
    merged: Lines = meanwhile.merge_lines(data, Lines.read(data, roles), _texts(lines))  # type: ignore[assignment]
    return merged


def _shown(form: OfferForm) -> dict[str, list[str]]:
    return meanwhile.shown(form, form.Meta.fields)


def _texts(lines: Sequence[OfferLine]) -> dict[str, dict[str, str]]:
    return {str(line.pk): texts_of(line) for line in lines}
