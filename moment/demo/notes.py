"""What the demo's colleagues have written about customers."""

from datetime import datetime, timedelta
from random import Random

from customers.models import Customer, Note
from moment.models import User

_TEXTS = (
    "Wants one invoice per project, with the order number in the reference field.",
    "Spoke with the new project manager. They plan two more buildings next year.",
    "Asked for our rates for 2027; sent the standard list.",
    "Happy with the scanning job. May be used as a reference in offers.",
    "Slow to answer e-mail. Call the switchboard and ask for the technical department.",
    "Framework agreement renewed for two years. Signed copy with Marte.",
    "Prefers drawings as DWG, models as IFC 4.",
    "They have moved. New visiting address from the first of the month.",
    "Site visit agreed. Helmets and safety cards are required at the gate.",
    "Credit check done, nothing to remark.",
    "Wants hours reported per building, not per activity.",
    "Thinks the last invoice was too high. Went through the hours together; settled.",
    "Merging with another company in spring. Check the reg. no. before the next invoice.",
    "Ringte angående tilbudet. De bestemmer seg etter styremøtet.",
    "Ønsker faktura innen den 25. for å få den med i månedsavslutningen.",
    "Ny kontaktperson i økonomiavdelingen. Den gamle slutter til sommeren.",
    "Befaring gjennomført. Fuktskader i kjelleren må med i rapporten.",
    "De vil ha oss med videre i detaljprosjekteringen.",
    "Betaler alltid i siste liten, men betaler.",
    "Avtalt fastpris på forprosjektet, resten etter medgått tid.",
    "Kunden leverer selv grunnlagsdata fra innmålingen i fjor.",
    "Purret på manglende rekvisisjonsnummer. Kommer mandag.",
    "Rammeavtalen går ut til jul. Husk å følge med på Doffin.",
    "Møte om ny skole: ønsker samme team som sist.",
    "Skal ikke faktureres for befaringen, det ble lovet på telefon.\n"
    "Alt etter det går på vanlig timepris.",
)
_NAMED = {
    "Storfjell kommune": (
        (
            "ola",
            1,
            "They want all invoices split per project from January. Agreed with Marit in accounts.",
        ),
        ("kari", 11, "Framework agreement renewed to 2028. Signed copy is under Files."),
    ),
    "Brekke & Sønner Bygg AS": (
        ("kari", 3, "Bankrupt. Claim sent to the trustee; no new work, no new invoices."),
        ("jonas", 40, "Asks to put off payment once more. Talked to Anne before answering."),
    ),
}


def of(customer: Customer, rng: Random, now: datetime, authors: dict[str, User]) -> list[Note]:
    """Return the notes on a customer, unsaved: none on two in three, else one to four."""
    if customer.name in _NAMED:
        return [
            Note(
                customer=customer,
                author=authors[author],
                text=text,
                created_at=now - timedelta(days=days, hours=2),
            )
            for author, days, text in _NAMED[customer.name]
        ]
    if rng.random() > 0.36:
        return []
    longest = max(1, int(min(now - customer.created_at, timedelta(days=480)).total_seconds()))
    return [
        Note(
            customer=customer,
            author=rng.choice(list(authors.values())),
            text=text,
            created_at=now - timedelta(seconds=rng.randrange(longest)),
        )
        for text in rng.sample(_TEXTS, rng.choice((1, 1, 2, 2, 3, 4)))
    ]
