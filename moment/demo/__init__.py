"""The fictional data that `manage.py demo` loads."""
