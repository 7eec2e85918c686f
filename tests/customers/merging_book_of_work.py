"""What follows from merging for projects and offers, in the book of what the base must hold."""

from collections.abc import Collection
from typing import Any

Row = tuple[str, Any]  # table and key
State = dict[Row, dict[str, Any]]

PROJECT, SHARE = "projects.project", "projects.pricemodelshare"
OFFER, LETTER = "offers.offer", "offers.offerletter"
CONTACT = "customers.contact"


def offer_of(project: Row, state: State) -> Row | None:
    """Return the offer that a project came of."""
    offers = [row for row in state if row[0] == OFFER and state[row]["project"] == project[1]]
    return offers[0] if offers else None


def follow_offers(kept: int, others: Collection[int], expected: State) -> None:
    """Have the versions and projects that came of offers since go where these go back to."""
    for row in sorted((row for row in expected if row[0] == OFFER), key=lambda row: row[1]):
        values = expected[row]
        if values["replaces"] and values["customer"] == kept:
            there = expected[OFFER, values["replaces"]]["customer"]
            values["customer"] = there if there in others else kept
    for row in [row for row in expected if row[0] == PROJECT]:
        offer = offer_of(row, expected)
        if offer and expected[row]["customer"] == kept:
            there = expected[offer]["customer"]
            expected[row]["customer"] = there if there in others else kept


def name_nobody_else(customers: Collection[int], expected: State) -> set[tuple[Row, str]]:
    """Have projects and open offers of these customers name none but their own contacts.

    Returns the values that were taken away: they were somebody's word.
    """
    found = set()
    for row, values in expected.items():
        name = {PROJECT: "invoice_contact", OFFER: "contact"}.get(row[0], "")
        if not name or values["customer"] not in customers or not values[name]:
            continue
        fixed = row[0] == OFFER and values["state"] not in ("draft", "ready")
        if not fixed and expected[CONTACT, values[name]]["customer"] != values["customer"]:
            values[name] = None
            found.add((row, name))
    return found
