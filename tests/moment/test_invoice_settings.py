"""Which level decides, for every setting on every level; and what a level's form makes of input."""

from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from customers.invoice_lines import vat_rate
from moment.invoice_settings.choices import Group, Kind, Level, VatCode
from moment.invoice_settings.declared import SETTINGS, on
from moment.invoice_settings.fields import kept, typed
from moment.invoice_settings.form import InvoiceSettingsForm
from moment.invoice_settings.levels import Effective, own, put
from moment.invoice_settings.saving import ChangedMeanwhile, write
from moment.invoice_settings.words import show, words
from tests.moment.setting_values import (
    EACH,
    LEVELS,
    NAMES,
    attribute,
    company,
    project,
    values,
    zero,
)

CONTACTS = {1: "Marit Olsen", 2: "Nils Berg"}
every_setting_on_every_level = pytest.mark.parametrize(("level", "setting"), EACH, ids=NAMES)


def owners(level: Level, **present) -> list:
    """Return the levels from this one up; only this one has values of its own."""
    bare = SimpleNamespace(**{attribute(name): None for name in SETTINGS})
    chain = [(one, bare) for one in LEVELS]
    mine = company(**present) if level == Level.COMPANY else project(**present)
    return [(one, mine if one == level else owner) for one, owner in chain]


def form_of(level: Level, posted: dict | None = None, chain: list | None = None):
    """Return the form of a level; `posted` is laid over what its page shows."""
    effective = Effective(chain or owners(level))
    form = InvoiceSettingsForm(level=level, effective=effective, contacts=CONTACTS)
    if posted is None:
        return form
    data = QueryDict(mutable=True)
    data.update({name: form[name].value() or "" for name in form.fields} | posted)
    return InvoiceSettingsForm(data, level=level, effective=effective, contacts=CONTACTS)


# Every setting on every level


@every_setting_on_every_level
def test_without_a_value_of_its_own_a_level_inherits(level, setting):
    higher = setting.above(level)
    own_value = values(setting)[0].kept
    chain = owners(level)
    for other in higher:
        theirs = SimpleNamespace(**{attribute(name): None for name in SETTINGS})
        setattr(theirs, attribute(setting.name), own_value)
        found = Effective([(one, theirs if one == other else it) for one, it in chain])
        if level == Level.COMPANY and setting.name in ("currency", "invoice_type"):
            continue
        assert (found[setting.name].value, found[setting.name].origin) == (own_value, other)
    found = Effective(chain)[setting.name]
    if level == Level.COMPANY and setting.name in ("currency", "invoice_type"):
        assert found.origin == Level.COMPANY  # it has always one
    else:
        assert (found.value, found.origin) == (setting.standard, Level.STANDARD)


@every_setting_on_every_level
def test_a_value_typed_is_kept_on_its_level_and_wins(level, setting):
    for value in values(setting):
        chain = owners(level)
        form = form_of(level, {setting.name: value.typed}, chain)
        assert form.is_valid(), form.errors
        mine = dict(chain)[level]
        written = write(mine, form.changes, form.shown)
        if kept(value.kept) != form.present[setting.name]:
            assert (form.changes, written) == ({setting.name: value.kept}, [setting.name])
        found = Effective(chain)[setting.name]
        assert (found.value, found.origin) == (value.kept, level)


@every_setting_on_every_level
def test_zero_is_a_value_and_empty_is_none(level, setting):
    nil = zero(setting)
    lasting = {setting.name: values(setting)[0].kept} if setting.kind != Kind.CONTACT else {}
    if nil:
        chain = owners(level, **lasting)
        form = form_of(level, {setting.name: nil.typed}, chain)
        assert form.is_valid(), form.errors
        write(dict(chain)[level], form.changes, form.shown)
        found = Effective(chain)[setting.name]
        assert (found.value, found.origin) == (nil.kept, level)
        assert show(setting, nil.kept, level=level) == nil.shown
    chain = owners(level, **{attribute(setting.name): values(setting)[0].kept})
    form = form_of(level, {setting.name: ""}, chain)
    if level == Level.COMPANY and setting.name in ("currency", "invoice_type"):
        assert "required" in str(form.errors[setting.name])
        return
    assert form.is_valid(), form.errors
    assert form.changes == {setting.name: None}
    write(dict(chain)[level], form.changes, form.shown)
    assert Effective(chain)[setting.name].origin == Level.STANDARD


@every_setting_on_every_level
def test_one_reset_gives_up_one_value_and_keeps_what_is_typed_elsewhere(level, setting):
    other = next(one for one in on(level) if one.name not in (setting.name, "currency"))
    chain = owners(level, **{attribute(setting.name): values(setting)[0].kept})
    wrong = "x" * 300
    form = form_of(level, {other.name: wrong, setting.name: "typed and given up"}, chain)
    if level == Level.COMPANY and setting.name in ("currency", "invoice_type"):
        row = next(row for card in form.cards() for row in card.rows if row.name == setting.name)
        assert not row.can_reset
        return
    assert write(dict(chain)[level], {setting.name: None}, form.shown) == [setting.name]
    after = form.after_reset(setting.name, Effective(chain))
    assert after[setting.name].value() == ""
    assert after[other.name].value() == wrong
    assert not after.is_bound  # what is wrong elsewhere is said when it is saved
    assert kept(own(setting, dict(chain)[level])) == ""
    row = next(row for card in after.cards() for row in card.rows if row.name == setting.name)
    assert (row.can_reset, row.origin) == (False, Level.STANDARD)
    assert "autofocus" in row.widget


@every_setting_on_every_level
def test_a_form_left_alone_changes_nothing(level, setting):
    for value in values(setting):
        chain = owners(level, **{attribute(setting.name): value.kept})
        for language in ("en-gb", "nb"):
            with translation.override(language):
                form = form_of(level, {}, chain)
                assert form.is_valid(), form.errors
                assert form.changes == {}


@every_setting_on_every_level
def test_a_value_and_its_lack_have_words(level, setting):
    for value in values(setting):
        assert show(setting, value.kept, level=level, contacts=CONTACTS) == value.shown
        # The change log writes every value as a text.
        assert show(setting, str(value.kept), level=level, contacts=CONTACTS) == value.shown
    above = setting.above(level)
    nothing = show(setting, None, level=level)
    assert nothing == show(setting, "None", level=level) == show(setting, "", level=level)
    if Level.CUSTOMER in above:
        assert nothing == "Customer value"
    elif Level.COMPANY in above:
        assert nothing == "Company value"
    else:
        assert nothing == ("No value" if setting.standard is None else "Standard value")


@every_setting_on_every_level
def test_what_is_no_longer_allowed_stays_until_somebody_changes_it(level, setting):
    odd = {
        Kind.CONTACT: 99, Kind.WHOLE: 9999, Kind.PERCENT: 250, Kind.AMOUNT: 5_000_000,
        Kind.SWITCH: None,
    }.get(setting.kind, "odd!")  # fmt: skip
    chain = owners(level, **{attribute(setting.name): odd})
    form = form_of(level, {}, chain)
    assert form.is_valid(), form.errors
    assert form.changes == {}
    row = next(row for card in form.cards() for row in card.rows if row.name == setting.name)
    assert typed(setting, kept(odd)) in row.widget
    if setting.kind in (Kind.CHOICE, Kind.CURRENCY, Kind.CONTACT):
        assert f'<option value="{odd}" selected>' in row.widget


# The lowest level that has a value


@st.composite
def chains(draw):
    """Draw a setting and, by level, a value of its own or none."""
    setting = draw(st.sampled_from(sorted(SETTINGS.values(), key=lambda one: one.name)))
    nil = zero(setting)
    possible = [one.kept for one in values(setting)] + ([nil.kept] if nil else [])
    own_values = {level: draw(st.sampled_from([None, "", *possible])) for level in LEVELS}
    missing = draw(st.sets(st.sampled_from(LEVELS)))
    return setting, own_values, missing


@given(chains())
def test_the_lowest_level_that_has_a_value_always_wins(drawn):
    setting, own_values, missing = drawn
    chain = [
        (level, None if level in missing else SimpleNamespace(**{attribute(setting.name): value}))
        for level, value in own_values.items()
    ]
    blank = {attribute(name): None for name in SETTINGS}
    for _level, owner in chain:
        if owner:
            owner.__dict__.update(blank | owner.__dict__)
    found = Effective(chain)[setting.name]
    having = [
        level
        for level in LEVELS
        if level in setting.levels and level not in missing and own_values[level] not in (None, "")
    ]
    if having:
        assert (found.origin, found.value) == (having[0], own_values[having[0]])
    else:
        assert (found.origin, found.value) == (Level.STANDARD, setting.standard)
    for level in LEVELS:
        above = [one for one in having if LEVELS.index(one) > LEVELS.index(level)]
        inherited = Effective(chain).inherited(setting.name, level)
        assert inherited.origin == (above[0] if above else Level.STANDARD)


def test_a_value_put_is_the_levels_own():
    for setting in on(Level.PROJECT):
        mine = project()
        put(setting, mine, values(setting)[0].kept)
        assert own(setting, mine) == values(setting)[0].kept


# The declared list


def test_the_groups_are_all_there_in_order():
    assert list(dict.fromkeys(one.group for one in SETTINGS.values())) == list(Group)
    assert len(Group) == 10


def test_every_setting_stands_once_on_each_page_of_its_levels():
    for level in LEVELS:
        shown = [row.name for card in form_of(level).cards() for row in card.rows]
        assert sorted(shown) == sorted(one.name for one in on(level))


def test_no_level_lets_a_setting_skip_the_levels_between():
    for setting in SETTINGS.values():
        assert setting.levels in ((Level.PROJECT, Level.CUSTOMER), LEVELS)


# Two people


def test_what_both_changed_is_refused_whole_and_what_they_did_not_is_kept():
    mine = company(credit_terms=14)
    shown = {"credit_terms": "14", "discount": ""}
    put(SETTINGS["credit_terms"], mine, 45)
    with pytest.raises(ChangedMeanwhile) as refused:
        write(mine, {"credit_terms": 20, "discount": 5}, shown)
    assert refused.value.names == ["credit_terms"]
    assert (mine.credit_terms, mine.discount) == (45, None)
    assert write(mine, {"credit_terms": 45, "discount": 5}, shown) == ["discount"]  # both alike


# Words


@pytest.mark.parametrize(
    ("name", "value", "english", "norwegian"),
    [
        ("discount", "12.50", "12.5 %", "12,5 %"),
        ("charge_amount", "1204.50", "1,204.50", "1\xa0204,50"),
        ("expense_surcharge", "0.00", "0 %", "0 %"),
        ("charge_amount", "odd", "odd", "odd"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(name, value, english, norwegian):
    assert words(SETTINGS[name], value) == english
    with translation.override("nb"):
        assert words(SETTINGS[name], value) == norwegian


def test_a_contact_that_is_gone_is_said_to_be():
    assert words(SETTINGS["invoice_contact"], "7", contacts=CONTACTS) == "A contact no longer here"


def test_vat_codes_are_those_of_saf_t():
    """6 is sales outside the VAT Act, 7 income that VAT has nothing to do with."""
    assert {code.value: code.name for code in VatCode} == {
        "3": "STANDARD",
        "31": "FOOD",
        "33": "LOW",
        "5": "ZERO",
        "52": "EXPORT",
        "6": "OUTSIDE",
        "7": "NO_TREATMENT",
    }
    assert VatCode.OUTSIDE.label == "6 · no VAT, outside the VAT Act"
    assert VatCode.NO_TREATMENT.label == "7 · no VAT treatment"
    assert {vat_rate(code, registered=True) for code in ["5", "52", "6", "7"]} == {0}
