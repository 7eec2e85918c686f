"""An address as one value."""

from dataclasses import dataclass

from django_countries import countries


@dataclass(frozen=True)
class Address:
    """Street lines, postcode, city and country. `country` is empty where it is the customer's."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return bool(self.street or self.postcode or self.city)

    def __str__(self) -> str:
        return ", ".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """Return the lines of an envelope, without empty ones."""
        place = f"{self.postcode} {self.city}".strip()
        country = countries.name(self.country) if self.country else ""
        return [line for line in (*self.street.splitlines(), place, country) if line.strip()]
