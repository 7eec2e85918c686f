"""What rows are added up by, worked out by the database: months, and days between two."""

from typing import Any

from django.db.models import CharField, Func, IntegerField


class Month(Func):
    """The month of a date as text, `2026-11`.

    Django's own TruncMonth comes back to Python for each row on SQLite.
    """

    arity = 1
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 7)")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="to_char(%(expressions)s, 'YYYY-MM')")


class Days(Func):
    """How many days the first of two dates is after the second."""

    arity = 2
    output_field = IntegerField()
    template = "(%(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        later, earlier = (compiler.compile(one) for one in self.source_expressions)
        sql = f"CAST(julianday({later[0]}) - julianday({earlier[0]}) AS INTEGER)"
        return sql, [*later[1], *earlier[1]]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=" - ")
