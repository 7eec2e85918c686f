"""What an import would do, row by row, as things stand now."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, F, Func, Value
from django.db.models.base import ModelState
from django.utils.translation import gettext as _

from customers import creating, duplicates, numbers
from customers.duplicates import spelling
from customers.forms.fields import one_line
from customers.importing.checking import Row, Warning, check_places
from customers.importing.headings import RESPONSIBLE, TAGS
from customers.models import Customer, MatchKey, Tag, UsedNumber
from customers.register_facts import trouble_of
from moment.models import User
from registry.models import Entity

MOST_NEW_TAGS = 50
_LONGEST_TAG = 40
_BARE = re.compile(r"[1-9][0-9]*")
_SHOWN = ("number", "name", "country", "org_number", "merged_into")


class Plan:
    """The rows of a file as customers that `who` wants to import. A fixed number of queries.

    `tags`: all that there are, where they are at hand. `warn`: look for what is worth a look too,
    which the import itself does without.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        who: User,
        *,
        tags: Sequence[Tag] | None = None,
        warn: bool = True,
    ) -> None:
        """Compare rows that nobody has compared yet with what there is now."""
        self.rows, self.who, self._tags = rows, who, tags
        self.new_tags: dict[str, str] = {}  # names by key
        self.problem = ""  # of the whole
        check_places(self.rows)
        self._find_people()
        self._find_tags()
        self._find_customers()
        self.entities = self._registered()
        self._check_series()
        if warn:
            self._check_numbers()
            self._warn()

    @cached_property
    def new(self) -> list[Row]:
        return [row for row in self.rows if row.is_new]

    @cached_property
    def there(self) -> list[Row]:
        return [row for row in self.rows if row.there]

    @cached_property
    def refused(self) -> list[Row]:
        return [row for row in self.rows if row.problems and not row.there]

    @cached_property
    def doubtful(self) -> list[Row]:
        """Return those to import that are worth a look."""
        return [row for row in self.new if row.warnings]

    @property
    def left_out(self) -> list[Row]:
        return [row for row in self.rows if not row.is_new]

    @property
    def can_be_imported(self) -> bool:
        return bool(self.new) and not self.problem

    def customer_of(self, row: Row, number: str = "") -> Customer:
        """Return the customer that a row would be, with what our copy of the register has."""
        customer = _new(row.values | {"number": number or row.number})
        customer.responsible = row.responsible
        if entity := self.entities.get(row.watched):
            creating.fill_from_register(customer, entity)
        return customer

    @cached_property
    def tags_to_make(self) -> dict[str, str]:
        """Return the names of the tags that the new customers need and nobody has made, by key."""
        needed = {tag.lower() for row in self.new for tag in row.tags if isinstance(tag, str)}
        return {key: name for key, name in self.new_tags.items() if key in needed}

    # What is there already

    def _find_customers(self) -> None:
        """Tell which rows are customers already: by number, else by reg. no. Five queries."""
        used = UsedNumber.objects.select_related("customer__merged_into").in_bulk(
            {row.number for row in self.rows if row.number}
        )
        known = self._by_org_number()
        bare = self._by_bare_number(used)
        lines: dict[tuple[str, str], int] = {}
        numbered: dict[str, int] = {}
        for row in self.rows:
            key = row.country, _key(row)
            if holder := used.get(row.number):
                row.customer, row.there = _kept(holder.customer), _("Number used already")
            elif key[1] and key in known:
                row.customer, row.there = _kept(known[key]), _("Same company reg. no.")
            elif one := bare.get(row.number):
                row.customer, row.there = one, _("Number used already")
            elif key[1] and key in lines:
                row.there = _("Same company reg. no. as row %(row)s") % {"row": lines[key]}
            elif row.number and row.number in numbered:
                words = _("Number %(number)s stands in row %(row)s too.")
                told = {"number": row.number, "row": numbered[row.number]}
                row.problems["number"] = words % told
            if row.is_new:
                lines.setdefault(key, row.line)
                numbered.setdefault(row.number, row.line)

    def _by_org_number(self) -> dict[tuple[str, str], Customer]:
        written = {row.values["org_number"] for row in self.rows if "org_number" in row.values}
        if not written:
            return {}
        keys = {_key(row) for row in self.rows} - {""}
        rows = MatchKey.objects.filter(kind=MatchKey.Kind.ORG_NUMBER, key__in=keys)
        # By the column too, for those never compared.
        visible = Customer.with_merged.visible_to(self.who)
        same = visible.filter(org_number__in=written).order_by()
        pks = {*rows.values_list("customer_id", flat=True), *same.values_list("pk", flat=True)}
        columns = [*_SHOWN, *(f"merged_into__{name}" for name in _SHOWN)]
        found: dict[tuple[str, str], Customer] = {}
        for one in visible.filter(pk__in=pks).select_related("merged_into").only(*columns):
            key = str(one.country), spelling.org_number(one.org_number, str(one.country))
            # Whoever is a customer still goes before whoever was merged.
            if key not in found or found[key].merged_into_id:
                found[key] = one
        return found

    def _by_bare_number(self, used: Container[str]) -> dict[str, Customer]:
        """Return who has a number that only lacks the zeros which spreadsheets take away.

        By the number as it is written. Where several could be meant, nobody is.
        """
        written = {row.number for row in self.rows if _BARE.fullmatch(row.number)}
        wanted = [number for number in written if number not in used]
        if not wanted:
            return {}
        bare: Any = Func(F("number"), Value("0"), function="LTRIM", output_field=CharField())
        visible = Customer.objects.visible_to(self.who).filter(number__startswith="0")
        found: dict[str, list[Customer]] = {}
        for one in visible.alias(bare=bare).filter(bare__in=wanted).order_by().only(*_SHOWN):
            found.setdefault(one.number.lstrip("0"), []).append(one)
        return {number: same[0] for number, same in found.items() if len(same) == 1}

    # What a row names

    def _find_people(self) -> None:
        asked = [row for row in self.rows if RESPONSIBLE in row.cells.keys() - row.problems.keys()]
        if not asked:
            return
        people: dict[str, set[User]] = {}
        for user in User.objects.filter(is_active=True):
            for name in {_folded(str(user)), _folded(user.username), _folded(user.email)} - {""}:
                people.setdefault(name, set()).add(user)
        for row in asked:
            found = people.get(_folded(row.cells[RESPONSIBLE]), set())
            if len(found) == 1:
                (row.responsible,) = found
            elif found:
                row.problems[RESPONSIBLE] = _("Several have this name. Give the user name.")
            else:
                row.problems[RESPONSIBLE] = _("There is no such colleague.")

    def _find_tags(self) -> None:
        asked = [row for row in self.rows if TAGS in row.cells.keys() - row.problems.keys()]
        if not asked:
            return
        tags = Tag.objects.all() if self._tags is None else self._tags
        known = {tag.name.lower(): tag for tag in tags}
        may_add = self.who.has_perm("customers.add_tag")
        for row in asked:
            whole = one_line(row.cells[TAGS])
            names = [whole] if whole.lower() in known else _split(whole)
            for name in names:
                if tag := known.get(name.lower()):
                    row.tags.append(tag)
                elif problem := self._wrong_tag(name, may_add=may_add):
                    row.problems[TAGS] = problem
                else:
                    row.tags.append(self.new_tags.setdefault(name.lower(), name))

    def _wrong_tag(self, name: str, *, may_add: bool) -> str:
        """Return why a tag that is not there is not made."""
        if not may_add:
            words = _("There is no tag “%(tag)s”. An administrator can add it.")
            return words % {"tag": name}
        if len(name) > _LONGEST_TAG:
            return _("At most %(most)s characters.") % {"most": _LONGEST_TAG}
        if name.lower() not in self.new_tags and len(self.new_tags) == MOST_NEW_TAGS:
            return _("At most %(most)s new tags at a time.") % {"most": MOST_NEW_TAGS}
        return ""

    # What the series has

    def _check_series(self) -> None:
        series = numbers.CUSTOMERS.series()
        if series.locked or series.hidden:
            words = _("The series %(series)s gives out the numbers itself.")
            for row in self.rows:
                if row.number and row.is_new:
                    row.problems["number"] = words % {"series": series}

    def _check_numbers(self) -> None:
        try:
            numbers.check_free(sum(not row.number for row in self.rows if row.is_new))
        except ValidationError as error:
            self.problem = error.messages[0]

    # What the register has, and what is worth a look

    def _registered(self) -> Mapping[str, Entity]:
        """Return our copies of what the register says, by number. Nobody is asked."""
        sought = self._org_numbers()
        return Entity.objects.in_bulk(sought) if sought else {}

    def _org_numbers(self) -> list[str]:
        return [row.watched for row in self.rows if row.watched and row.is_new]

    def _warn(self) -> None:
        new = [row for row in self.rows if row.is_new]
        visible = Customer.with_merged.visible_to(self.who)
        alike = duplicates.alike_each(visible, [row.name for row in new])
        troubles = trouble_of(self._org_numbers())
        lines: dict[str, int] = {}
        for place, row in enumerate(new):
            if like := alike.get(place):
                row.warnings.append(_alike(like))
            first = lines.setdefault(spelling.spelled(row.name), row.line)
            if first != row.line:
                row.warnings.append(Warning(_("Same name as row %(row)s") % {"row": first}))
            if trouble := troubles.get(row.watched):
                row.warnings.append(Warning(trouble))


def _new(values: Mapping[str, Any]) -> Customer:
    """Return a new customer with these values: a copy of an empty one, which is much quicker."""
    customer = Customer.__new__(Customer)
    customer.__dict__.update(_empty().__dict__, _state=ModelState(), **values)
    return customer


@cache
def _empty() -> Customer:
    return Customer()


def _kept(customer: Customer) -> Customer:
    return customer.merged_into or customer


def _alike(like: duplicates.Likeness) -> Warning:
    one, kept = like.customer, like.kept
    if kept is None:
        return Warning(_("Looks like"), one.number, one.name, like.why)
    text = f"{_('Looks like')} {one.number} {one.name} ({like.why}), {_('now part of')}"
    return Warning(text, kept.number, kept.name)


def _key(row: Row) -> str:
    """Return the reg. no. of a row as all ways of writing it have it."""
    return spelling.org_number(row.values.get("org_number", ""), row.country)


def _folded(text: str) -> str:
    return " ".join(text.upper().split())


def _split(text: str) -> Iterable[str]:
    """Return the names of tags that stand in a cell, each once."""
    names = (name.strip() for name in text.replace(";", ",").split(","))
    return {name.lower(): name for name in names if name}.values()


def tags_of(row: Row, made: Mapping[str, Tag]) -> list[Any]:
    """Return the tags of a row once those that were new are there, each once."""
    tags = (made[one.lower()] if isinstance(one, str) else one for one in row.tags)
    return list({tag.pk: tag for tag in tags}.values())
