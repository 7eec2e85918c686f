"""What happens to the stand-in register's entities, and the change feed that tells of it.

Speaks `/oppdateringer/enheter` and `/oppdateringer/underenheter` of the open API: ids that rise
with gaps, from an id or a date on, in pages; nothing new is an answer without `_embedded`.
"""

import random
import re
import shlex
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.standin.companies import enhet, slettet

FIRST_ID = 25_017_143
_LARGEST_ID = 2_147_483_647
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
_SUB_FORMS = {"BEDR", "AAFY"}
_LINKS = {"enheter": "enhet", "underenheter": "underenhet"}
COMMANDS = """\
add NUMBER "NAME" [FIELD=VALUE ...]   a new legal entity
change NUMBER [FIELD=VALUE ...]       as in: change 310000001 navn="NYTT NAVN AS" konkurs=true
delete NUMBER                         from the register
remove NUMBER                         from open data"""


class InvalidError(Exception):
    """A question the register refuses: what is wrong, the parameter, its value."""


class ChangeFeed:
    """The part of a Register by which its entities change and the feed says so.

    `events` holds what the feed tells, by kind, and may be changed at will. `backwards` makes it
    answer from its beginning, whatever it is asked.
    """

    url: str
    entities: dict[str, dict]
    removed: set[str]

    def __init__(self) -> None:
        self.events: dict[str, list[dict]] = {"enheter": [], "underenheter": []}
        self.backwards = False
        self._last_id = FIRST_ID
        self._gaps = random.Random(8)

    def appear(self, entity: dict, **event: Any) -> int:
        """Register a new entity; return the id of the event that tells of it, as the others do."""
        self.entities[entity["organisasjonsnummer"]] = entity
        return self.tell(entity["organisasjonsnummer"], "Ny", **event)

    def change(
        self, number: str, endringstype: str = "Endring", dato: str = "", **fields: Any
    ) -> int:
        """Change fields of an entity; None leaves a field out."""
        changed = self.entities[number] | fields
        self.entities[number] = {name: v for name, v in changed.items() if v is not None}
        return self.tell(number, endringstype, dato)

    def delete(self, number: str, slettedato: str = "2026-11-20", dato: str = "") -> int:
        """Delete an entity from the register: little more than its name remains."""
        self.entities[number] = slettet(self.entities[number], slettedato)
        return self.tell(number, "Sletting", dato)

    def remove(self, number: str, dato: str = "") -> int:
        """Remove an entity from open data: asked for it, the register answers 410."""
        self.removed.add(number)
        return self.tell(number, "Fjernet", dato)

    def tell(self, number: str, endringstype: str, dato: str = "", kind: str = "") -> int:
        """Add an event to the feed, whether or not anything changed."""
        self._last_id += self._gaps.choice((1, 1, 2, 5))
        event = {
            "oppdateringsid": self._last_id,
            "dato": dato or as_date(datetime.now(UTC)),
            "organisasjonsnummer": number,
            "endringstype": endringstype,
        }
        self.events[kind or kind_of(self.entities.get(number) or {})].append(event)
        return self._last_id

    def forget(self, before: int) -> None:
        """Let the feed begin with this id: it keeps nothing from before."""
        for kind, events in self.events.items():
            self.events[kind] = [e for e in events if e["oppdateringsid"] >= before]

    def updates(self, kind: str, query: dict[str, str]) -> dict:
        """Return the body of an answer."""
        size, page = _whole(query, "size", 20, 10_000), _whole(query, "page", 0, 10_000)
        events = list(self.events[kind])
        if "oppdateringsid" in query:
            first = _whole(query, "oppdateringsid", 1, _LARGEST_ID)
            if not first:
                raise InvalidError("Må være større eller lik 1", "oppdateringsid", "0")
            events = [e for e in events if self.backwards or e["oppdateringsid"] >= first]
        if "dato" in query:
            if not re.fullmatch(_DATE, query["dato"]):
                raise InvalidError("Ugyldig dato", "dato", query["dato"])
            events = [e for e in events if e["dato"] >= query["dato"]]
        if "organisasjonsnummer" in query:
            numbers = query["organisasjonsnummer"].split(",")
            events = [e for e in events if e["organisasjonsnummer"] in numbers]
        link = f"{self.url}/oppdateringer/{kind}?{urlencode(query)}"
        pages = -(-len(events) // size)
        envelope = {
            "_links": {"self": {"href": link}},
            "page": {
                "size": size,
                "totalElements": len(events),
                "totalPages": pages,
                "number": page,
            },
        }
        shown = [self._linked(kind, event) for event in events[page * size :][:size]]
        return {"_embedded": {f"oppdaterte{kind.title()}": shown}} | envelope if shown else envelope

    def _linked(self, kind: str, event: dict) -> dict:
        href = f"{self.url}/{kind}/{event.get('organisasjonsnummer')}"
        return event | {"_links": {_LINKS[kind]: {"href": href}}}

    def obey(self, line: str) -> str:
        """Do what someone typed, one of COMMANDS; return what there is to say."""
        try:
            word, number, *rest = shlex.split(line)
        except ValueError:
            return COMMANDS
        pairs = (part.split("=", 1) for part in rest if "=" in part)
        fields = {name: _value(text) for name, text in pairs}
        if word == "add":
            name = next((part for part in rest if "=" not in part), "NAVNLØS AS")
            return f"Event {self.appear(enhet(name, number, **fields))}"
        if word not in ("change", "delete", "remove"):
            return COMMANDS
        if number not in self.entities:
            return f"There is no {number}."
        if word == "change":
            return f"Event {self.change(number, **fields)}"
        return f"Event {self.delete(number) if word == 'delete' else self.remove(number)}"


def kind_of(entity: dict) -> str:
    form = entity.get("organisasjonsform", {}).get("kode")
    return "underenheter" if form in _SUB_FORMS else "enheter"


def as_date(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _value(text: str) -> Any:
    return {"true": True, "false": False, "": None}.get(text, text)


def _whole(query: dict[str, str], parameter: str, default: int, most: int) -> int:
    text = query.get(parameter, str(default))
    if not text.isdigit() or int(text) > most or (parameter == "size" and int(text) == 0):
        raise InvalidError("Ugyldig verdi", parameter, text)
    return int(text)
