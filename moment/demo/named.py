"""The companies that the guide and its pictures tell of, by name."""

from typing import NamedTuple


class NamedCompany(NamedTuple):
    """A company of the register; `word` finds its trade."""

    name: str
    form: str
    word: str
    street: str
    postcode: str
    city: str
    bankrupt: bool = False


class NamedCustomer(NamedTuple):
    """A customer; `company` is its place in COMPANIES, none for one the register does not know."""

    name: str
    company: int | None
    status: str
    relation: str
    tags: tuple[str, ...]
    responsible: str
    idle_days: int


COMPANIES = [
    NamedCompany("Fjordkraft Teknikk AS", "AS", "Energi", "Kaigaten 4", "5003", "Bergen"),
    NamedCompany("Nordlys Arkitekter AS", "AS", "Arkitekter", "Kirkegata 21", "0150", "Oslo"),
    NamedCompany("Brekke & Sønner Bygg AS", "AS", "Bygg", "Kipervikgata 9", "6002", "Ålesund",
                 bankrupt=True),
    NamedCompany("Storfjell kommune", "KOMM", "", "Rådhusgata 2", "9008", "Tromsø"),
    NamedCompany("Skagerrak Geomatikk AS", "AS", "Geomatikk", "Markens gate 40", "4614",
                 "Kristiansand S"),
    NamedCompany("Hallingvik Energiverk SA", "SA", "Energi", "Sentrumsvegen 88", "3550", "Gol"),
    NamedCompany("Studio Måke ENK", "ENK", "Interiør", "Markveien 12", "0661", "Oslo"),
    NamedCompany("Midtland fylkeskommune", "FYLK", "", "Agnes Mowinckels gate 5", "5014",
                 "Bergen"),
    NamedCompany("Østvang Prosjektledelse AS", "AS", "Prosjektledelse", "Nygaardsgata 50", "1607",
                 "Fredrikstad"),
    NamedCompany("Sameiet Storgata 14", "ESEK", "", "Storgata 14", "0182", "Oslo"),
    NamedCompany("Fjordkraft Teknikk Drift AS", "AS", "Energi", "Folke Bernadottes vei 38", "5147",
                 "Fyllingsdalen"),
    NamedCompany("Fjordkraft Telemark DA", "DA", "Energi", "Telemarksgata 6", "3724", "Skien",
                 bankrupt=True),
    NamedCompany("Stiftelsen for bevaring og videre utvikling av Gniststad gruveområde, Skoddevik "
                 "smeltehytte og Trollkollen taubane med tilhørende bygninger, arkiv og samlinger",
                 "STI", "", "Smeltehytteveien 1", "3616", "Kongsberg"),
]  # fmt: skip

# Newest first. Customers after these are the companies after COMPANIES, so both are as long.
CUSTOMERS = [
    NamedCustomer("Fjordkraft Teknikk AS", 0, "active", "customer", ("Energy", "Key account"),
                  "kari", 0),
    NamedCustomer("Nordlys Arkitekter AS", 1, "potential", "customer", ("Oslo",), "ola", 2),
    NamedCustomer("Brekke & Sønner Bygg AS", 2, "blocked", "customer", (), "kari", 19),
    NamedCustomer("Storfjell kommune", 3, "active", "customer",
                  ("Public sector", "Framework agreement"), "marte", 1),
    NamedCustomer("Skagerrak Geomatikk AS", 4, "active", "both", ("Energy",), "ola", 4),
    NamedCustomer("Lindqvist Konstruktion AB", None, "active", "participant", (), "marte", 8),
    NamedCustomer("Hallingvik Energiverk SA", 5, "active", "customer", ("Energy", "Public sector"),
                  "kari", 11),
    NamedCustomer("Studio Måke ENK", 6, "inactive", "customer", ("Oslo",), "ola", 81),
    NamedCustomer("Midtland fylkeskommune", 7, "active", "customer", ("Public sector",), "marte",
                  13),
    NamedCustomer("Østvang Prosjektledelse AS", 8, "active", "customer", ("Key account",), "kari",
                  15),
    NamedCustomer("Sameiet Storgata 14", 9, "active", "customer", ("Oslo",), "ola", 17),
    NamedCustomer(COMPANIES[-1].name, 12, "active", "customer", (), "ida", 33),
    NamedCustomer("Brekke og Sønner Bygg", None, "inactive", "customer", (), "jonas", 640),
]  # fmt: skip
