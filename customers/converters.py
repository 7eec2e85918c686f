"""The customer's number in an address."""

from customers.models.number_series import NUMBER_PATTERN


class NumberConverter:
    """Digits, letters and hyphens with a digit among them: words like `new` are no numbers."""

    regex = NUMBER_PATTERN.replace("A-Z", "A-Za-z")

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return str(value)
