"""What invoices look like and where they go, on three levels, from one declared list."""
