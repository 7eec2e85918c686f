"""What the tests of the history ask it."""

from customers import history


def told(customer, viewer=None, **filters):
    """Return the entries as (title, subject, [(label, old, new)]), newest first."""
    page = history.of(customer, viewer=viewer, filters=history.Filters(**filters))
    return [
        (entry.title, entry.subject, [(c.label, c.old, c.new) for c in entry.changes])
        for entry in page.entries
    ]


def newest(customer, viewer=None):
    return told(customer, viewer)[0]


def titles(customer, viewer=None, **filters):
    return [title for title, _subject, _changes in told(customer, viewer, **filters)]
