"""Alerts: what raises one, what renews it, and what takes it away again."""

from datetime import date

import pytest
from django.utils import timezone

from moment.turns import in_turn
from registry import alerts, brreg, copies
from registry.models import Alert, Entity, Watch
from tests import together
from tests.factories import EntityFactory
from tests.standin.companies import adresse, enhet, fictional_number, slettet, underenhet

Kind = Alert.Kind
NUMBER, OTHER, PARENT = fictional_number(0), fictional_number(2), fictional_number(6)
YES, NO = "1", ""


def told(**fields) -> Entity:
    """Return what the register says about the company: as ever but for these fields."""
    row = enhet(**{"navn": "VARDEFJORD TEKNIKK AS", "nummer": NUMBER} | fields)
    return brreg.to_entity(row, Entity.Kind.LEGAL)


def gone(slettedato="2026-11-02") -> Entity:
    row = slettet(enhet("VARDEFJORD TEKNIKK AS", NUMBER), slettedato)
    return brreg.to_entity(row, Entity.Kind.LEGAL)


def shown(*alerts: Alert) -> list[tuple]:
    chosen = alerts or Alert.objects.open().order_by("pk")
    return [(alert.kind, alert.old, alert.new, alert.changed_on.isoformat()) for alert in chosen]


@pytest.fixture
def watched(db):
    """A company that is watched and whose copy we have."""
    alerts.watch(NUMBER)
    copies.keep([told()])
    return NUMBER


ON = {NUMBER: date(2026, 11, 3)}
CHANGES = {
    "a name": ({"navn": "VARDEFJORD ENERGI AS"},
               ("name", "VARDEFJORD TEKNIKK AS", "VARDEFJORD ENERGI AS", "2026-11-03")),
    "a business address": ({"forretningsadresse": adresse("Havnegata 4", "8001", "BODØ")},
               ("address", "Storgata 1, 9008 TROMSØ", "Havnegata 4, 8001 BODØ", "2026-11-03")),
    "an address abroad": ({"forretningsadresse": {
        "adresse": ["1 Nowhere Sq"], "poststed": "LONDON SW1", "landkode": "GB"}},
               ("address", "Storgata 1, 9008 TROMSØ", "1 Nowhere Sq, LONDON SW1, GB",
                "2026-11-03")),
    "a postal address": ({"postadresse": adresse("Postboks 5", "9251")},
               ("postal", "", "Postboks 5, 9251 TROMSØ", "2026-11-03")),
    "a form": ({"organisasjonsform": {"kode": "ASA", "beskrivelse": "Allmennaksjeselskap"}},
               ("form", "AS", "ASA", "2026-11-03")),
    "an industry": ({"naeringskode1": {"kode": "43.210", "beskrivelse": "Elektro"}},
               ("industry", "62.100", "43.210", "2026-11-03")),
    "VAT registration": ({"registrertIMvaregisteret": False}, ("vat", YES, NO, "2026-11-03")),
    "bankruptcy": ({"konkurs": True, "konkursdato": "2026-10-29"},
               ("bankrupt", NO, YES, "2026-10-29")),
    "bankruptcy without a date": ({"konkurs": True}, ("bankrupt", NO, YES, "2026-11-03")),
    "winding-up": ({"underAvvikling": True, "underAvviklingDato": "2026-10-28"},
               ("winding_up", NO, YES, "2026-10-28")),
    "compulsory dissolution": ({
        "underTvangsavviklingEllerTvangsopplosning": True,
        "tvangsopplostPgaManglendeRegnskapDato": "2026-10-27"},
               ("dissolution", NO, YES, "2026-10-27")),
    "a merger": ({"paategninger": [{"tekst": "Fusjon besluttet med SOLHEIM AS."}]},
               ("merger", "", "Fusjon besluttet med SOLHEIM AS.", "2026-11-03")),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), CHANGES.values(), ids=list(CHANGES))
def test_a_change_raises_one_alert_with_both_values_and_the_registers_date(
    watched, fields, expected
):
    copies.keep([told(**fields)], ON)
    assert shown() == [expected]


@pytest.mark.parametrize("fields", [case[0] for case in CHANGES.values()], ids=list(CHANGES))
def test_the_same_change_seen_twice_raises_one_alert(watched, fields):
    copies.keep([told(**fields)], ON)
    before = list(Alert.objects.values())
    copies.keep([told(**fields)], {NUMBER: date(2026, 11, 9)})
    assert list(Alert.objects.values()) == before


@pytest.mark.parametrize("fields", [case[0] for case in CHANGES.values()], ids=list(CHANGES))
def test_what_is_changed_back_before_anybody_looked_is_no_alert(watched, fields):
    copies.keep([told(**fields)])
    copies.keep([told()])
    assert not Alert.objects.exists()


def test_a_deletion_raises_one_alert_and_leaves_what_we_knew(watched):
    copies.keep([gone()], ON)
    assert shown() == [("deleted", "", "2026-11-02", "2026-11-02")]
    kept = Entity.objects.get()
    assert (kept.business_city, kept.industry_code, kept.vat_registered) == (
        "TROMSØ",
        "62.100",
        True,
    )


def test_a_corrected_day_of_deletion_is_no_second_deletion(watched, kari):
    copies.keep([gone()])
    alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
    copies.keep([gone("2026-11-01")])
    assert shown() == []
    assert Entity.objects.get().deleted_on == date(2026, 11, 1)


def test_a_deletion_that_is_undone_takes_its_alert_away(watched):
    copies.keep([gone()])
    copies.keep([told()])
    assert shown() == []


def test_a_place_of_business_with_another_owner_raises_an_alert(db):
    place, other = fictional_number(1), fictional_number(3)
    alerts.watch(place)
    for owner in (PARENT, other):
        row = underenhet("AVD NARVIK", owner, place)
        copies.keep([brreg.to_entity(row, Entity.Kind.SUB)], {place: date(2026, 11, 3)})
    assert shown() == [("owner", PARENT, other, "2026-11-03")]


def test_all_that_changed_at_once_is_told_the_gravest_first(watched):
    copies.keep([told(konkurs=True, navn="VARDEFJORD TEKNIKK KONKURS", postadresse=adresse())])
    assert [alert.kind for alert in Alert.objects.order_by("pk")] == ["bankrupt", "name", "postal"]


def test_a_second_change_meanwhile_renews_the_alert(watched):
    copies.keep([told(navn="NUMMER TO AS")], ON)
    first = Alert.objects.get()
    copies.keep([told(navn="NUMMER TRE AS")], {NUMBER: date(2026, 11, 7)})
    assert shown() == [("name", "VARDEFJORD TEKNIKK AS", "NUMMER TRE AS", "2026-11-07")]
    renewed = Alert.objects.get()
    assert renewed.pk == first.pk
    assert renewed.raised_at > first.raised_at


def test_a_change_after_the_answer_raises_a_new_alert(watched, kari):
    copies.keep([told(navn="NUMMER TO AS")])
    alerts.answer(Alert.objects.open(), Alert.Answer.TAKEN, kari)
    copies.keep([told()], ON)
    assert shown() == [("name", "NUMMER TO AS", "VARDEFJORD TEKNIKK AS", "2026-11-03")]
    assert Alert.objects.count() == 2


def test_the_end_of_a_bankruptcy_is_told(watched, kari):
    copies.keep([told(konkurs=True)])
    alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
    copies.keep([told()], ON)
    assert shown() == [("bankrupt", YES, NO, "2026-11-03")]


def test_that_a_merger_is_off_is_not_told(watched, kari):
    copies.keep([told(paategninger=[{"tekst": "Fusjon besluttet"}])])
    alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
    copies.keep([told()])
    assert shown() == []


def test_a_merger_that_is_off_takes_away_what_nobody_has_seen(watched, kari):
    copies.keep([told(paategninger=[{"tekst": "Fusjon besluttet"}])])
    alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
    copies.keep([told(paategninger=[{"tekst": "Fusjon med en annen besluttet"}])])
    assert len(shown()) == 1
    copies.keep([told()])
    assert shown() == []


def test_without_a_date_of_the_register_it_is_today(watched):
    copies.keep([told(navn="NYTT NAVN AS")])
    assert Alert.objects.get().changed_on == timezone.localdate()


def test_what_nobody_watches_raises_nothing(db):
    copies.keep([told()])
    copies.keep([told(konkurs=True)])
    copies.erase([NUMBER])
    assert not Alert.objects.exists()


def test_what_we_see_for_the_first_time_raises_nothing(db):
    alerts.watch(NUMBER)
    copies.keep([told(konkurs=True)])
    assert not Alert.objects.exists()


@pytest.mark.parametrize("field", ["telefon", "epostadresse", "hjemmeside", "antallAnsatte"])
def test_what_is_no_reason_for_an_alert_raises_none(watched, field):
    copies.keep([told(**{field: 99 if field == "antallAnsatte" else "99 00 00 00"})])
    assert not Alert.objects.exists()


def test_texts_longer_than_an_alert_holds_are_cut_and_still_changed_back(db):
    alerts.watch(NUMBER)
    long = {"adresse": ["x" * 1500, "y" * 1500], "landkode": "NO"}
    copies.keep([told(forretningsadresse=long)])
    copies.keep([told()])
    assert [len(alert.old) for alert in Alert.objects.all()] == [2000]
    copies.keep([told(forretningsadresse=long)])
    assert not Alert.objects.exists()


def test_a_withdrawal_is_told_and_all_else_about_it_forgotten(watched, kari):
    copies.keep([told(navn="NUMMER TO AS")])
    alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
    copies.keep([told(navn="NUMMER TO AS", konkurs=True)])
    assert copies.erase([NUMBER], ON) == (1, 1)
    assert shown(*Alert.objects.all()) == [("withdrawn", "", "", "2026-11-03")]
    assert not Entity.objects.exists()
    assert Watch.objects.filter(pk=NUMBER).exists()


def test_a_withdrawal_seen_twice_is_told_once_even_after_the_answer(watched, kari):
    copies.erase([NUMBER])
    assert copies.erase([NUMBER]) == (0, 0)
    alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
    assert copies.erase([NUMBER]) == (0, 0)
    assert [alert.answer for alert in Alert.objects.all()] == ["noted"]


def test_a_withdrawal_of_what_we_never_had_is_told(db):
    alerts.watch(NUMBER)
    assert copies.erase([NUMBER, OTHER]) == (0, 1)


def test_what_is_published_again_before_anybody_looked_is_not_withdrawn(watched):
    copies.erase([NUMBER])
    copies.keep([told()])
    assert not Alert.objects.exists()


def test_a_second_withdrawal_is_told_again(watched, kari):
    copies.erase([NUMBER])
    alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
    copies.keep([told()])
    assert copies.erase([NUMBER]) == (1, 1)
    assert Alert.objects.count() == 2


def test_the_count_is_of_what_was_raised(watched):
    alerts.watch(OTHER)
    EntityFactory(org_number=OTHER, name="GAMMELT NAVN AS")
    renamed = brreg.to_entity(enhet("NYTT NAVN AS", OTHER), Entity.Kind.LEGAL)
    with in_turn():
        stored = copies.store([told(konkurs=True), renamed])
    assert stored.alerts == Alert.objects.count()
    assert copies.store([told()]).alerts == 0


def test_watching_may_be_repeated_and_numbers_may_be_missing(db):
    alerts.watch(NUMBER, "", NUMBER)
    since = Watch.objects.get().since
    alerts.watch(NUMBER)
    assert Watch.objects.get().since == since


def test_what_is_watched_no_more_loses_what_waits_and_keeps_what_was_answered(watched, kari):
    copies.keep([told(navn="NUMMER TO AS")])
    alerts.answer(Alert.objects.open(), Alert.Answer.KEPT, kari)
    copies.keep([told(navn="NUMMER TO AS", konkurs=True)])
    alerts.unwatch(NUMBER)
    assert not Watch.objects.exists()
    assert [alert.kind for alert in Alert.objects.all()] == ["name"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_two_who_see_the_same_change_at_once_raise_one_alert(round_):
    alerts.watch(NUMBER)
    copies.keep([told()])
    together.at_once(6, lambda _person: copies.keep([told(konkurs=True, navn="NUMMER TO AS")]))
    assert sorted(alert.kind for alert in Alert.objects.all()) == ["bankrupt", "name"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [True, False], ids=["of a copy", "of nothing"])
def test_two_who_see_the_same_withdrawal_at_once_raise_one_alert(known):
    alerts.watch(NUMBER)
    if known:
        copies.keep([told()])

    def erase(_person):
        with in_turn():
            copies.erase([NUMBER])

    together.at_once(6, erase)
    assert [alert.kind for alert in Alert.objects.all()] == ["withdrawn"]


@pytest.mark.django_db(transaction=True)
def test_changes_and_withdrawals_at_once_never_fail_and_agree_with_the_copy():
    numbers = [fictional_number(n) for n in range(100, 130)]
    alerts.watch(*numbers)

    def act(person):
        order = numbers if person % 2 else numbers[::-1]
        for step in range(4):
            if (person + step) % 3 == 0:
                with in_turn():
                    copies.erase(order)
            else:
                rows = [enhet(f"NAVN {step} AS", number) for number in order]
                copies.keep(brreg.to_entity(row, Entity.Kind.LEGAL) for row in rows)

    together.at_once(6, act)
    withdrawn = set(
        Alert.objects.open().filter(kind=Kind.WITHDRAWN).values_list("org_number", flat=True)
    )
    assert withdrawn == set(numbers) - set(Entity.objects.values_list("pk", flat=True))
    for alert in Alert.objects.open().filter(kind=Kind.NAME):
        assert alert.new == Entity.objects.get(pk=alert.org_number).name


@pytest.mark.django_db(transaction=True)
def test_an_answer_given_while_the_register_changes_again_is_not_lost(kari):
    alerts.watch(NUMBER)
    copies.keep([told()])
    for n in range(10):
        copies.keep([told(navn=f"NAVN {n} AS")])

        def act(person, n=n):
            if person:
                return copies.keep([told(navn=f"ENDA ET NAVN {n} AS")])
            return alerts.answer(Alert.objects.open(), Alert.Answer.TAKEN, kari)

        answered, _kept = together.at_once(2, act)
        again = Alert.objects.filter(pk__in=[alert.pk for alert in answered])
        assert [alert.answer for alert in again] == ["taken"]
        copies.keep([told()])
        alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, kari)
