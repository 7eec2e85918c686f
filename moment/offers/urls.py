"""The addresses of offers, and of a customer's."""

from django.urls import path

from moment.offers.views import (
    accepting,
    answer,
    customer,
    new,
    offer,
    offers,
    pdf,
    send,
    versions,
)

app_name = "offers"

# Needs the converter that `customers.urls` registers.
urlpatterns = [
    path("offers/", offers.offers, name="offers"),
    path("offers/answer/<str:token>/", answer.answer, name="answer"),
    path("offers/answer/<str:token>/pdf/", answer.answer_pdf, name="answer_pdf"),
    # Words without a digit are no numbers.
    path("offers/new/", new.new, name="new"),
    path("offers/export/", offers.export, name="export"),
    path("offers/<number:number>/", offer.offer, name="offer"),
    path("offers/<number:number>/totals/", offer.totals, name="totals"),
    path("offers/<number:number>/discard/", versions.discard, name="discard"),
    path("offers/<number:number>/new-version/", versions.new_version, name="new_version"),
    path("offers/<number:number>/versions/<int:revision>/", versions.version, name="version"),
    path("offers/<number:number>/pdf/", pdf.pdf, name="pdf"),
    path("offers/<number:number>/send/", send.send, name="send"),
    path("offers/<number:number>/letters/<int:letter>/again/", send.again, name="again"),
    path("offers/<number:number>/links/revoke/", send.revoke, name="revoke"),
    path("offers/<number:number>/answer/", accepting.by_hand, name="by_hand"),
    path("offers/<number:number>/project/", accepting.make_project, name="make_project"),
    path("customers/<number:number>/offers/", customer.of_customer, name="of_customer"),
]
