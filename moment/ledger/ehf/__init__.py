"""Invoices as EHF: Peppol BIS Billing 3.0, which has no Norwegian version of its own."""
