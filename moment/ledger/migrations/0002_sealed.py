"""What is final stays as it is: the database itself refuses to change or remove it.

A later migration that alters one of these tables calls `seal` again at its end, since SQLite makes
the table anew, without its triggers.
"""

from django.db import migrations

# What may change of rows that are final, by table. All their other columns stay.
CHANGING = {
    "ledger_invoice": [
        *("customer_id", "remaining", "is_open", "settled_on", "export_id"),
        # Made of the others, and made anew when it is made in another way.
        *("sort_number", "search_text"),
    ],
    "ledger_invoiceline": [],
    "ledger_invoicefile": [],
    "ledger_billedtime": ["released_by_id"],
    "ledger_billedexpense": ["released_by_id"],
    "ledger_billedplanitem": ["released_by_id"],
    "ledger_billedperiod": ["released_by_id"],
    "ledger_payment": ["customer_id", "remaining", "is_open"],
    "ledger_match": [],
}
_OF_LINE = (
    "EXISTS (SELECT 1 FROM ledger_invoiceline l JOIN ledger_invoice i ON i.id = l.invoice_id "
    "WHERE l.id = {row}.line_id AND i.number IS NOT NULL)"
)
_OF_INVOICE = (
    "EXISTS (SELECT 1 FROM ledger_invoice i WHERE i.id = {row}.invoice_id AND i.number IS NOT NULL)"
)
# When a row is final; else always.
FINAL = {
    "ledger_invoice": "{row}.number IS NOT NULL",
    "ledger_invoiceline": _OF_INVOICE,
    "ledger_invoicefile": _OF_INVOICE,
    **{f"ledger_billed{what}": _OF_LINE for what in ("time", "expense", "planitem", "period")},
}
# What nothing is added to either once it is final.
CLOSED = ["ledger_invoiceline", *(table for table in CHANGING if "billed" in table)]
_SAYS = "what is final in the ledger is never changed"


def statements(vendor, columns):
    """Return the SQL that seals the tables; `columns` are those of each."""
    make = _postgresql if vendor == "postgresql" else _sqlite
    found = []
    for table in CHANGING:
        sealed = [name for name in columns[table] if name not in CHANGING[table]]
        differs = " OR ".join(f'OLD."{n}" IS DISTINCT FROM NEW."{n}"' for n in sealed)
        final = FINAL.get(table, "1 = 1")
        found += make(table, "update", f"({final.format(row='OLD')}) AND ({differs})")
        found += make(table, "delete", final.format(row="OLD"))
        if table in CLOSED:
            found += make(table, "insert", final.format(row="NEW"))
    return found


def removals(vendor):
    """Return the SQL that takes the seals off."""
    on = " ON {table}" if vendor == "postgresql" else ""
    return [
        f"DROP TRIGGER IF EXISTS {table}_{act}{on.format(table=table)}"
        for table in CHANGING
        for act in ("update", "delete", "insert")
    ]


def _sqlite(table, act, when):
    when = when.replace("IS DISTINCT FROM", "IS NOT")
    return [
        f"CREATE TRIGGER {table}_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    ]


def _postgresql(table, act, when):
    # A trigger's condition must not look at other tables, so it stands in the function.
    name, result = f"{table}_{act}", "OLD" if act == "delete" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = '23000'; END IF; "
        f"RETURN {result}; END $$",
        f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {name}()",
    ]


def _columns(apps):
    models = {model._meta.db_table: model for model in apps.get_app_config("ledger").get_models()}
    return {t: [f.column for f in models[t]._meta.concrete_fields] for t in CHANGING}


def seal(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for sql in [*removals(vendor), *statements(vendor, _columns(apps))]:
        schema_editor.execute(sql, params=None)


def unseal(apps, schema_editor):
    for sql in removals(schema_editor.connection.vendor):
        schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(seal, unseal)]
