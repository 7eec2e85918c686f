"""Where the fictional companies live: real towns and postcodes, ordinary streets."""

from random import Random
from typing import NamedTuple

from customers.models.address import Address


class Place(NamedTuple):
    postcode: str
    city: str


class ForeignPlace(NamedTuple):
    country: str
    postcode: str
    city: str
    street: str
    phone: str


def words(text: str) -> list[str]:
    return text.split()


def _places(text: str) -> list[Place]:
    return [Place(*line.strip().split(" ", 1)) for line in text.replace("\n", ";").split(";")
            if line.strip()]  # fmt: skip


PLACES = _places("""
    0150 Oslo; 0182 Oslo; 0250 Oslo; 0349 Oslo; 0484 Oslo; 0579 Oslo; 0581 Oslo; 0661 Oslo
    1366 Lysaker; 1400 Ski; 1440 Drøbak; 1532 Moss; 1607 Fredrikstad; 1723 Sarpsborg
    1890 Rakkestad; 2007 Kjeller; 2069 Jessheim; 2212 Kongsvinger; 2317 Hamar; 2406 Elverum
    2609 Lillehammer; 2815 Gjøvik; 3015 Drammen; 3044 Drammen; 3126 Tønsberg; 3187 Horten
    3211 Sandefjord; 3256 Larvik; 3510 Hønefoss; 3550 Gol; 3580 Geilo; 3616 Kongsberg
    3674 Notodden; 3717 Skien; 3724 Skien; 3921 Porsgrunn; 4006 Stavanger; 4033 Stavanger
    4085 Hundvåg; 4313 Sandnes; 4370 Egersund; 4515 Mandal; 4614 Kristiansand S
    4626 Kristiansand S; 4836 Arendal; 4879 Grimstad; 5003 Bergen; 5014 Bergen; 5034 Bergen
    5057 Bergen; 5147 Fyllingsdalen; 5411 Stord; 5525 Haugesund; 5700 Voss; 6002 Ålesund
    6008 Ålesund; 6100 Volda; 6300 Åndalsnes; 6413 Molde; 6415 Molde; 6510 Kristiansund N
    6783 Stryn; 6800 Førde; 6856 Sogndal; 6905 Florø; 7010 Trondheim; 7014 Trondheim
    7030 Trondheim; 7041 Trondheim; 7080 Heimdal; 7240 Hitra; 7300 Orkanger; 7374 Røros
    7500 Stjørdal; 7604 Levanger; 7713 Steinkjer; 7800 Namsos; 7900 Rørvik; 8001 Bodø
    8006 Bodø; 8250 Rognan; 8300 Svolvær; 8400 Sortland; 8514 Narvik; 8622 Mo i Rana
    8656 Mosjøen; 8907 Brønnøysund; 9008 Tromsø; 9012 Tromsø; 9020 Tromsdalen; 9300 Finnsnes
    9403 Harstad; 9510 Alta; 9520 Kautokeino; 9600 Hammerfest; 9700 Lakselv; 9730 Karasjok
    9800 Vadsø; 9845 Tana; 9900 Kirkenes
""")
PO_BOX_POSTCODES = {
    "Oslo": "0106", "Fredrikstad": "1601", "Hamar": "2301", "Lillehammer": "2601",
    "Drammen": "3001", "Tønsberg": "3101", "Porsgrunn": "3901", "Stavanger": "4002",
    "Kristiansand S": "4604", "Arendal": "4801", "Stord": "5401", "Bergen": "5804",
    "Ålesund": "6001", "Molde": "6401", "Kristiansund N": "6501", "Trondheim": "7403",
    "Bodø": "8002", "Svolvær": "8301", "Mo i Rana": "8601", "Tromsø": "9253", "Harstad": "9481",
    "Vadsø": "9811",
}  # fmt: skip
# Swedish and British phone numbers come from the ranges set aside for fiction.
FOREIGN_PLACES = [
    ForeignPlace("SE", "411 05", "Göteborg", "Östra Hamngatan {}", "+46 31 390 06 {:02}"),
    ForeignPlace("SE", "111 22", "Stockholm", "Vasagatan {}", "+46 8 465 004 {:02}"),
    ForeignPlace("SE", "211 20", "Malmö", "Stortorget {}", "+46 40 628 04 {:02}"),
    ForeignPlace("SE", "903 26", "Umeå", "Storgatan {}", "+46 980 319 2{:02}"),
    ForeignPlace("DK", "2100", "København Ø", "Østerbrogade {}", "+45 70 00 12 {:02}"),
    ForeignPlace("DK", "8000", "Aarhus C", "Åboulevarden {}", "+45 70 00 34 {:02}"),
    ForeignPlace("DK", "8700", "Horsens", "Søndergade {}", "+45 70 00 56 {:02}"),
    ForeignPlace("GB", "SW1Y 5EA", "London", "{} Pall Mall", "+44 20 7946 01{:02}"),
    ForeignPlace("GB", "EH1 1BB", "Edinburgh", "{} High Street", "+44 131 496 02{:02}"),
    ForeignPlace("GB", "AB10 1AB", "Aberdeen", "{} Broad Street", "+44 1632 9603{:02}"),
    ForeignPlace("DE", "20457", "Hamburg", "Am Sandtorkai {}", "+49 40 66969 1{:02}"),
]
_STREETS = words(
    "Storgata Kirkegata Strandgata Havnegata Industriveien Skolegata Fjordgata Sjøgata Torggata "
    "Elvegata Bruveien Skogveien Møllergata Verkstedveien Stasjonsgata Nordregate Prestegårdsveien "
    "Brygga Granittveien Kvernveien Fløyveien Lilleåsen Sagveien Rådhusgata Østre Vestre"
)


def street(rng: Random) -> str:
    """Return a street with its number; now and then care of somebody, or in two lines."""
    name = rng.choice(_STREETS)
    if name in ("Østre", "Vestre"):
        name += rng.choice((" Strandvei", " Torggate", " Allé"))
    line = f"{name} {rng.randint(1, 140)}{rng.choice(('', '', '', '', 'A', 'B'))}"
    draw = rng.random()
    if draw < 0.03:
        return f"c/o Skoddevik Regnskap AS\n{line}"
    if draw < 0.04:
        return f"v/styreleder\n{line}"
    return f"{rng.choice(('Bygg 3', '2. etasje', 'Inngang B'))}\n{line}" if draw < 0.06 else line


def po_box(rng: Random, place: Place) -> Address:
    """Return a PO box in the same town, or no address where the list has none for it."""
    postcode = PO_BOX_POSTCODES.get(place.city)
    if not postcode:
        return Address()
    return Address(f"Postboks {rng.randint(1, 2400)}", postcode, place.city)


def phone(rng: Random) -> str:
    """Return a Norwegian phone number that looks right, in one of the ways people write them."""
    if rng.random() < 0.35:
        number = f"9{rng.randint(0, 9)}0 00 {rng.randint(100, 999)}"
    else:
        area = rng.choice(["22", "32", "33", "38", "51", "55", "70", "73", "75", "77"])
        number = f"{area} 00 {rng.randint(0, 99):02} {rng.randint(0, 99):02}"
    match rng.randrange(10):
        case 0:
            return f"+47 {number}"
        case 1:
            return number.replace(" ", "")
        case _:
            return number
