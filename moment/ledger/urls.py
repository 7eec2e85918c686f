"""The addresses of invoices, payments and the ledger, and of a customer's."""

from django.urls import URLPattern, path

from moment.ledger.views import (
    credit,
    customer,
    discard,
    documents,
    draft,
    invoice,
    invoices,
    ledger,
    ledgers,
    match,
    new_draft,
    new_payment,
    ocr,
    payments,
    statements,
)

app_name = "ledger"

# Needs the converter that `customers.urls` registers.
urlpatterns: list[URLPattern] = [
    # Words without a digit are no numbers.
    path("invoices/all/", invoices.invoices, name="invoices"),
    path("invoices/export/", invoices.export, name="export"),
    path("invoices/drafts/new/", new_draft.new_draft, name="new_draft"),
    path("invoices/drafts/<int:pk>/", draft.draft, name="draft"),
    path("invoices/drafts/<int:pk>/totals/", draft.totals, name="draft_totals"),
    path("invoices/drafts/<int:pk>/discard/", discard.discard, name="discard"),
    path("invoices/drafts/<int:pk>/pdf/", documents.draft_pdf, name="draft_pdf"),
    path("invoices/payments/", payments.payments, name="payments"),
    path("invoices/payments/export/", payments.export, name="payments_export"),
    path("invoices/payments/new/", new_payment.new, name="new_payment"),
    path("invoices/payments/<int:pk>/", payments.payment, name="payment"),
    path("invoices/payments/<int:pk>/reverse/", payments.reverse_payment, name="reverse_payment"),
    path("invoices/matches/<int:pk>/take-back/", payments.take_back, name="take_back"),
    path("invoices/ocr/", ocr.ocr, name="ocr"),
    path("invoices/ocr/<int:pk>/", ocr.ocr_file, name="ocr_file"),
    path("invoices/ocr/payments/<int:pk>/", ocr.assign, name="ocr_assign"),
    path("invoices/<number:number>/", invoice.invoice, name="invoice"),
    path("invoices/<number:number>/credit/", credit.credit, name="credit"),
    path("invoices/<number:number>/move/", credit.move, name="move"),
    path("invoices/<number:number>/pdf/", documents.pdf, name="pdf"),
    path("invoices/<number:number>/files/<int:pk>/", documents.file, name="file"),
    path("customers/<number:number>/invoices/", customer.of_customer, name="of_customer"),
    path("invoices/ledger/", ledgers.ledgers, name="ledgers"),
    path("invoices/ledger/export/", ledgers.export, name="ledgers_export"),
    path("invoices/ledger/statements.pdf", ledgers.statements_pdf, name="statements_pdf"),
    path("invoices/ledger/send/", ledgers.send, name="send_statements"),
    path("invoices/ledger/statements/<slug:batch>/", ledgers.statements, name="statements"),
    path("customers/<number:number>/ledger/", ledger.ledger, name="ledger"),
    path("customers/<number:number>/ledger/match/", match.match, name="match"),
    path("customers/<number:number>/ledger/statement.pdf", statements.pdf, name="statement_pdf"),
    path("customers/<number:number>/ledger/statement.xlsx", statements.xlsx, name="statement_xlsx"),
    path("customers/<number:number>/ledger/send/", statements.send, name="send_statement"),
]
