"""Every address of Moment."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from moment import views
from moment.setup import invoicing as setup_invoicing
from moment.setup import views as setup

admin.site.site_header = admin.site.site_title = "Moment"
# One way in, with its rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Signing in and out and passwords, and no more of what allauth offers: an admin adds colleagues.
account_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

setup_patterns = [
    path("", setup.setup, name="setup"),
    path("logo/", setup.logo, name="setup_logo"),
    path("logo/change/", setup.change_logo, name="setup_logo_change"),
    path("logo/remove/", setup.remove_logo, name="setup_logo_remove"),
    path("accounts/new/", setup.new_account, name="setup_account_new"),
    path("accounts/kid/", setup.kid_example, name="setup_kid"),
    path("accounts/<int:pk>/", setup.edit_account, name="setup_account_edit"),
    path("accounts/<int:pk>/remove/", setup.delete_account, name="setup_account_delete"),
    path("invoicing/", setup_invoicing.invoicing, name="setup_invoicing"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("customers.urls")),
    path("", include("moment.projects.urls")),
    path("", include("moment.offers.urls")),
    path("", include("moment.ledger.urls")),
    path("", include("moment.statistics.urls")),
    path("accounts/", include(account_patterns)),
    path("signed-in/", views.signed_in, name="signed_in"),
    path("language/", views.language, name="language"),
    path("setup/", include(setup_patterns)),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
]

handler400 = "moment.views.bad_request"
handler403 = "moment.views.forbidden"
