from django.urls import path, register_converter

from customers.converters import NumberConverter
from customers.views import (
    addresses,
    alerts,
    alike,
    choose,
    contact_report,
    contacts,
    digest,
    duplicates,
    edit,
    einvoicing,
    file,
    files,
    history,
    imports,
    invoicing,
    lookup,
    mailing_lists,
    merge,
    merges,
    new,
    new_contact,
    notes,
    overview,
    overview_change,
    person,
    preview,
    profile,
    rates,
    reachability,
    recipients,
    saved_filters,
)

register_converter(NumberConverter, "number")

app_name = "customers"

urlpatterns = [
    path("customers/", overview.overview, name="overview"),
    path("customers/export/", overview.export, name="export"),
    path("customers/change/", overview_change.change, name="change_selected"),
    path("customers/filters/new/", saved_filters.new, name="saved_filter_new"),
    path("customers/filters/<int:pk>/", saved_filters.edit, name="saved_filter_edit"),
    path("customers/filters/<int:pk>/remove/", saved_filters.remove, name="saved_filter_remove"),
    # /customers/new/
    path("customers/choose/", choose.choose, name="choose"),
    path("customers/new/", new.new, name="new"),
    path("customers/new/chosen/", lookup.chosen, name="new_chosen"),
    path("customers/new/ehf/", reachability.of_number, name="new_ehf"),
    # /customers/import/
    path("customers/import/", imports.new, name="import"),
    path("customers/import/template/", imports.template, name="import_template"),
    path("customers/import/<int:pk>/", imports.show, name="import_file"),
    path("customers/import/<int:pk>/left-out/", imports.left_out, name="import_left_out"),
    # /customers/alerts/
    path("customers/alerts/", alerts.alerts, name="alerts"),
    path("customers/alerts/answer/", alerts.answer, name="alerts_answer"),
    path("customers/alerts/block/", alerts.block, name="alerts_block"),
    path("customers/alerts/digest/", digest.choose, name="alert_digest"),
    # /customers/einvoicing/
    path("customers/einvoicing/", einvoicing.einvoicing, name="einvoicing"),
    path("customers/einvoicing/export/", einvoicing.export, name="einvoicing_export"),
    path("customers/einvoicing/switch/", einvoicing.switch, name="einvoicing_switch"),
    # Colleagues to mention in notes
    path("customers/mention/", notes.mention_choices, name="mention_choices"),
    # The place of a postcode, while it is typed
    path("customers/postcode/", addresses.postcode, name="postcode"),
    # /customers/contacts/
    path("customers/contacts/", contact_report.contact_report, name="contact_report"),
    path("customers/contacts/export/", contact_report.export, name="contact_report_export"),
    path(
        "customers/contacts/addresses/",
        contact_report.addresses,
        name="contact_report_addresses",
    ),
    path("customers/contacts/lists/", mailing_lists.lists, name="mailing_lists"),
    path("customers/contacts/lists/new/", mailing_lists.new, name="mailing_list_new"),
    path("customers/contacts/lists/<int:pk>/", mailing_lists.mailing_list, name="mailing_list"),
    path(
        "customers/contacts/lists/<int:pk>/addresses/",
        mailing_lists.addresses,
        name="mailing_list_addresses",
    ),
    path(
        "customers/contacts/lists/<int:pk>/export/",
        mailing_lists.export,
        name="mailing_list_export",
    ),
    path(
        "customers/contacts/lists/<int:pk>/leave-out/",
        mailing_lists.leave_out,
        name="mailing_list_leave_out",
    ),
    path(
        "customers/contacts/lists/<int:pk>/rename/",
        mailing_lists.rename,
        name="mailing_list_rename",
    ),
    path(
        "customers/contacts/lists/<int:pk>/delete/",
        mailing_lists.delete,
        name="mailing_list_delete",
    ),
    path("customers/contacts/<int:pk>/", person.person, name="person"),
    path("customers/contacts/<int:pk>/export/", person.export, name="person_export"),
    path("customers/contacts/<int:pk>/erase/", person.erase, name="person_erase"),
    # /customers/duplicates/ and /customers/merges/
    path("customers/duplicates/", duplicates.duplicates, name="duplicates"),
    path("customers/duplicates/<int:pk>/dismiss/", duplicates.dismiss, name="duplicate_dismiss"),
    path("customers/duplicates/<int:pk>/put-back/", duplicates.put_back, name="duplicate_put_back"),
    path("customers/merge/", merge.selected, name="merge_selected"),
    path("customers/merges/<int:pk>/", merges.merge_log, name="merge_log"),
    path("customers/merges/<int:pk>/undo/", merges.undo, name="merge_undo"),
    # /customers/<number>/
    path("customers/<number:number>/", profile.profile, name="profile"),
    path("customers/<number:number>/edit/", edit.edit, name="edit"),
    path("customers/<number:number>/edit/alike/", alike.while_typing, name="edit_alike"),
    path("customers/<number:number>/merge/", merge.merge, name="merge"),
    # /customers/<number>/contacts/
    path("customers/<number:number>/contacts/", contacts.contacts_of, name="contacts"),
    path("customers/<number:number>/contacts/new/", new_contact.new, name="contact_new"),
    path("customers/<number:number>/contacts/find/", new_contact.find, name="contact_find"),
    path("customers/<number:number>/contacts/<int:pk>/", contacts.edit, name="contact_edit"),
    path("customers/<number:number>/contacts/<int:pk>/end/", contacts.end, name="contact_end"),
    path(
        "customers/<number:number>/contacts/<int:pk>/remove/",
        contacts.remove,
        name="contact_remove",
    ),
    path("customers/<number:number>/invoicing/", invoicing.settings, name="invoicing"),
    path("customers/<number:number>/invoicing/rates/", rates.rates_of, name="invoicing_rates"),
    path("customers/<number:number>/invoicing/rates/new/", rates.new, name="invoicing_rate_new"),
    path(
        "customers/<number:number>/invoicing/rates/<int:pk>/",
        rates.edit,
        name="invoicing_rate_edit",
    ),
    path(
        "customers/<number:number>/invoicing/rates/<int:pk>/delete/",
        rates.delete,
        name="invoicing_rate_delete",
    ),
    path(
        "customers/<number:number>/invoicing/recipients/",
        recipients.recipients_of,
        name="invoicing_recipients",
    ),
    path(
        "customers/<number:number>/invoicing/recipients/new/",
        recipients.new,
        name="invoicing_recipient_new",
    ),
    path(
        "customers/<number:number>/invoicing/recipients/<int:pk>/",
        recipients.edit,
        name="invoicing_recipient_edit",
    ),
    path(
        "customers/<number:number>/invoicing/recipients/<int:pk>/delete/",
        recipients.delete,
        name="invoicing_recipient_delete",
    ),
    # /customers/<number>/addresses/
    path("customers/<number:number>/addresses/new/", addresses.new, name="address_new"),
    path("customers/<number:number>/addresses/<int:pk>/", addresses.edit, name="address_edit"),
    path(
        "customers/<number:number>/addresses/<int:pk>/delete/",
        addresses.delete,
        name="address_delete",
    ),
    # /customers/<number>/files/
    path("customers/<number:number>/files/", files.files, name="files"),
    path("customers/<number:number>/files/add/", files.add, name="file_add"),
    path("customers/<number:number>/files/<int:pk>/", file.show, name="file"),
    path("customers/<number:number>/files/<int:pk>/edit/", file.edit, name="file_edit"),
    path("customers/<number:number>/files/<int:pk>/replace/", file.replace, name="file_replace"),
    path("customers/<number:number>/files/<int:pk>/delete/", file.delete, name="file_delete"),
    path("customers/<number:number>/files/<int:pk>/preview/", files.preview, name="file_preview"),
    path(
        "customers/<number:number>/files/<int:pk>/download/", files.download, name="file_download"
    ),
    path("customers/<number:number>/files/<int:pk>/versions/", file.versions, name="file_versions"),
    path(
        "customers/<number:number>/files/<int:pk>/versions/<int:version>/",
        files.version,
        name="file_version",
    ),
    path(
        "customers/<number:number>/files/<int:pk>/versions/<int:version>/restore/",
        file.restore,
        name="file_restore",
    ),
    path("customers/<number:number>/history/", history.history, name="history"),
    path(
        "customers/<number:number>/history/<int:pk>/<slug:field>/",
        history.put_back,
        name="put_back",
    ),
    path(
        "customers/<number:number>/invoicing/preview/",
        preview.invoice_preview,
        name="invoice_preview",
    ),
    path("customers/<number:number>/notes/", notes.notes, name="notes"),
    path("customers/<number:number>/notes/<int:pk>/", notes.note, name="note"),
    path("customers/<number:number>/notes/<int:pk>/edit/", notes.edit, name="note_edit"),
    path("customers/<number:number>/notes/<int:pk>/pin/", notes.pin, name="note_pin"),
    path("customers/<number:number>/notes/<int:pk>/delete/", notes.delete, name="note_delete"),
    path("customers/<number:number>/register/", profile.check_register, name="check_register"),
    path("customers/<number:number>/ehf/", reachability.of_customer, name="ehf"),
    # The register's answers beside what we know of our customers
    path("registry/search/", lookup.search, name="registry_search"),
]
