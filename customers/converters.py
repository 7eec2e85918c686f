"""The customer's number in an address."""


class NumberConverter:
    """Digits, letters and hyphens with a digit among them: words like `new` are no numbers."""

    # Looks ahead for the digit once and is as long as the column, so that no address takes long.
    regex = r"(?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{1,20}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return str(value)
