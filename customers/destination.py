"""Where a customer's invoices would go today: by which way, to whom, and why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from customers import invoicing, recipients
from customers.addresses import Which, invoice_address_of
from customers.einvoicing import reachability_of
from customers.models import Customer, InvoiceRecipient
from customers.models.address import Address
from moment.invoice_settings.choices import InvoiceType, Level
from moment.invoice_settings.levels import Effective
from moment.invoice_settings.schemes import why_no_scheme
from registry import org_number
from registry.models import NORWEGIAN_SCHEME, Reachability

EHF, EMAIL, LETTER = InvoiceType.EHF, InvoiceType.EMAIL, InvoiceType.LETTER


@dataclass(frozen=True)
class Mailbox:
    """An e-mail address, with a name where one is known."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True)
class Problem:
    """What somebody should know of; `is_note`: nothing is wrong so far."""

    code: str
    text: str
    is_note: bool = False


@dataclass(frozen=True)
class Destination:
    """Where an invoice goes. `way` is None where it cannot be sent at all: `problems` tell why."""

    way: InvoiceType | None
    preferred: InvoiceType
    why: str
    to: tuple[Mailbox, ...] = ()  # by e-mail
    cc: tuple[Mailbox, ...] = ()
    endpoint: str = ""  # by EHF, like 0192:918212444
    address: Address = field(default_factory=Address)  # by letter
    which: Which = Which.NONE
    problems: tuple[Problem, ...] = ()
    # What happens instead of what is preferred, in a sentence; empty where that is possible.
    instead: str = ""

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    @property
    def receiver(self) -> str:
        """Return in one line to whom or where it goes, empty where it goes nowhere."""
        if self.way == EHF:
            return self.endpoint
        if self.way == EMAIL:
            return ", ".join(mailbox.address for mailbox in self.to)
        return str(self.address) if self.way == LETTER else ""


@dataclass(frozen=True)
class Mail:
    """To whom e-mail about invoices goes, nobody where there is no address, and why to them."""

    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    why: str
    problems: list[Problem]


def destination_of(
    customer: Customer,
    effective: Effective | None = None,
    known: Mapping[str, Reachability] | None = None,
) -> Destination:
    """Return where an invoice to this customer goes today. At most four queries.

    `effective` are the settings in force, such as a project's, and `known` what `reachability_of`
    returns of the customer; asked for where not given.
    """
    settings = None if effective is None else {customer.pk: effective}
    return destinations_of([customer], settings, known)[customer.pk]


def destinations_of(
    customers: Sequence[Customer],
    effective: Mapping[int, Effective] | None = None,
    known: Mapping[str, Reachability] | None = None,
) -> dict[int, Destination]:
    """Return the same for many customers by primary key, in at most four queries.

    What is kept of the Peppol network is read; the network itself is not asked.
    """
    settings = effective or invoicing.effective_of(customers)
    pairs = [(customer, settings[customer.pk]) for customer in customers]
    found = destinations_by(pairs, known)
    return {one.pk: there for one, there in zip(customers, found, strict=True)}


def destinations_by(
    pairs: Sequence[tuple[Customer, Effective]],
    known: Mapping[str, Reachability] | None = None,
    credit_notes: Collection[int] = (),
) -> list[Destination]:
    """Return the same for customers by settings of each, such as those of invoices; in order.

    `credit_notes` are the places of these: who is blocked still gets them.
    """
    customers = list({customer.pk: customer for customer, _settings in pairs}.values())
    if known is None:
        known = reachability_of(one.org_number for one in customers if one.is_norwegian)
    listed = _listed(customers)
    return [
        _destination(
            customer,
            settings,
            listed.get(customer.pk, []),
            known.get(customer.org_number) if customer.is_norwegian else None,
            is_credit_note=place in credit_notes,
        )
        for place, (customer, settings) in enumerate(pairs)
    ]


def mailboxes_of(customers: Sequence[Customer]) -> dict[int, Mail]:
    """Return to whom e-mail about invoices goes, by primary key, whatever way is preferred.

    At most three queries.
    """
    settings = invoicing.effective_of(customers)
    listed = _listed(customers)
    return {
        customer.pk: _mail(customer, settings[customer.pk], listed.get(customer.pk, []))
        for customer in customers
    }


def _listed(customers: Sequence[Customer]) -> dict[int, list[InvoiceRecipient]]:
    listed: dict[int, list[InvoiceRecipient]] = {}
    for recipient in recipients.recipients_of(customers):
        listed.setdefault(recipient.customer_id, []).append(recipient)
    return listed


def _destination(
    customer: Customer,
    settings: Effective,
    listed: Iterable[InvoiceRecipient],
    reachability: Reachability | None,
    *,
    is_credit_note: bool = False,
) -> Destination:
    preferred = InvoiceType(settings.value("invoice_type"))
    if customer.status == Customer.Status.BLOCKED and not is_credit_note:
        text = _("Can't be invoiced: the customer is blocked.")
        return Destination(None, preferred, text, problems=(Problem("blocked", text),))
    chosen = _chosen(settings)
    endpoint, problems = _network(customer, settings, reachability)
    if preferred == EHF and all(problem.is_note for problem in problems):
        if not (settings.value("your_reference") or settings.value("order_reference")):
            problems.append(_no_reference())
        return Destination(EHF, preferred, chosen, endpoint=endpoint, problems=tuple(problems))
    mail = _mail(customer, settings, listed)
    address, which = invoice_address_of(customer)
    if preferred != EHF:
        problems = []
    if preferred != LETTER:
        problems += mail.problems
        if mail.to:
            return Destination(
                EMAIL,
                preferred,
                f"{chosen} {mail.why}",
                to=mail.to,
                cc=mail.cc,
                problems=tuple(problems),
                instead=_("Invoices go by e-mail instead.") if preferred == EHF else "",
            )
        problems.append(Problem("no_email", _("There is no e-mail address to send invoices to.")))
    if not address:
        problems.append(Problem("no_address", _("There is no address to send a letter to.")))
        return Destination(
            None, preferred, chosen, problems=tuple(problems), instead=_("Nothing can be sent.")
        )
    return Destination(
        LETTER,
        preferred,
        f"{chosen} {_by_letter(which)}",
        address=address,
        which=which,
        problems=tuple(problems),
        instead=_("Invoices go by letter instead.") if preferred != LETTER else "",
    )


def _chosen(settings: Effective) -> str:
    """Return who has chosen the way that is preferred."""
    found = settings["invoice_type"]
    texts = {
        (EHF, Level.PROJECT): _("The project asks for EHF."),
        (EHF, Level.CUSTOMER): _("EHF is this customer's own choice."),
        (EHF, Level.COMPANY): _("EHF is the company's standard."),
        (EMAIL, Level.PROJECT): _("The project asks for e-mail."),
        (EMAIL, Level.CUSTOMER): _("E-mail is this customer's own choice."),
        (EMAIL, Level.COMPANY): _("E-mail is the company's standard."),
        (LETTER, Level.PROJECT): _("The project asks for letters."),
        (LETTER, Level.CUSTOMER): _("Letters are this customer's own choice."),
        (LETTER, Level.COMPANY): _("Letters are the company's standard."),
    }
    origin = Level.COMPANY if found.origin == Level.STANDARD else found.origin
    return texts[InvoiceType(found.value), origin]


# By EHF


def _network(
    customer: Customer, settings: Effective, reachability: Reachability | None
) -> tuple[str, list[Problem]]:
    """Return where the Peppol network finds the customer, and what is to be known about that."""
    if not customer.is_norwegian:
        scheme, identifier = settings.value("endpoint_scheme"), settings.value("endpoint_id")
        if not (scheme and identifier):
            text = _("EHF is not possible: the e-invoicing address lacks its scheme or identifier.")
            return "", [Problem("no_endpoint", text)]
        if problem := why_no_scheme(scheme):
            text = _("EHF is not possible: %(problem)s") % {"problem": problem}
            return "", [Problem("no_endpoint", text)]
        return f"{scheme}:{identifier}", [_not_known()]
    number = customer.org_number
    if not number:
        text = _("EHF is not possible: there is no company reg. no.")
        return "", [Problem("no_org_number", text)]
    if not org_number.is_valid(number):
        text = _("EHF is not possible: the company reg. no. is not a valid one.")
        return "", [Problem("wrong_org_number", text)]
    return f"{NORWEGIAN_SCHEME}:{number}", _reach(reachability)


def _reach(reachability: Reachability | None) -> list[Problem]:
    # Unknown is not no: EHF is tried.
    if reachability is None or reachability.invoice is None:
        return [_not_known()]
    if not reachability.invoice:
        text = _("EHF is not possible: the customer has not registered to receive it.")
        return [Problem("unreachable", text)]
    if not reachability.credit_note:
        text = _("The customer receives invoices by EHF, but no credit notes.")
        return [Problem("no_credit_notes", text, is_note=True)]
    return []


def _not_known() -> Problem:
    text = _("It is not known yet whether EHF arrives. It is tried.")
    return Problem("not_known", text, is_note=True)


def _no_reference() -> Problem:
    return Problem(
        "no_reference",
        _(
            "Neither your reference nor order reference is set. EHF needs one of them "
            "(rule PEPPOL-EN16931-R003)."
        ),
    )


# By e-mail


def _mail(customer: Customer, settings: Effective, listed: Iterable[InvoiceRecipient]) -> Mail:
    """Return to whom an e-mail goes: the recipients, else the first other address there is."""
    to: list[Mailbox] = []
    cc: list[Mailbox] = []
    gone, without = [], []
    for recipient in listed:
        if recipients.has_left(recipient):
            gone.append(str(recipient))
        elif not (address := recipients.address_of(recipient)):
            without.append(str(recipient))
        else:
            name = str(recipient.contact) if recipient.contact else ""
            (to if recipient.kind == InvoiceRecipient.Kind.TO else cc).append(
                Mailbox(address, name)
            )
    problems = _missing(gone, without)
    why = _("It goes to the invoice recipients.")
    if not to:
        spare, spare_why = _spare(customer, settings)
        if spare:
            to, why = [Mailbox(spare)], spare_why
        else:
            to, cc = cc, []  # somebody has to be written to
    to = _each_once(to)
    return Mail(tuple(to), tuple(_each_once(cc, besides=to)), why, problems)


def _spare(customer: Customer, settings: Effective) -> tuple[str, str]:
    """Return where e-mail goes when nobody is listed, and why there."""
    if receiver := settings.value("external_receiver"):
        return receiver, _(
            "It goes to the external receiver: there is no invoice recipient to write to."
        )
    if customer.invoice_email:
        return customer.invoice_email, _(
            "It goes to the customer's invoice e-mail: there is no invoice recipient to write to."
        )
    return customer.email, _(
        "It goes to the customer's e-mail: there is no invoice recipient to write to."
    )


def _missing(gone: list[str], without: list[str]) -> list[Problem]:
    problems = []
    if gone:
        text = _("No longer there, so without invoices: %(names)s.") % {"names": ", ".join(gone)}
        problems.append(Problem("left", text))
    if without:
        text = _("Without an e-mail address: %(names)s.") % {"names": ", ".join(without)}
        problems.append(Problem("no_recipient_email", text))
    return problems


def _each_once(mailboxes: list[Mailbox], besides: Sequence[Mailbox] = ()) -> list[Mailbox]:
    """Return the mailboxes in their order, without those besides and without repeats."""
    taken = {mailbox.address.casefold() for mailbox in besides}
    once: dict[str, Mailbox] = {}
    for mailbox in mailboxes:
        if (address := mailbox.address.casefold()) not in taken:
            once.setdefault(address, mailbox)
    return list(once.values())


# By letter


def _by_letter(which: Which) -> str:
    return {
        Which.INVOICE: _("It goes to the invoice address."),
        Which.POSTAL: _("It goes to the postal address: there is no invoice address."),
        Which.VISITING: _(
            "It goes to the visiting address: there is no invoice address and no postal address."
        ),
    }[which]
