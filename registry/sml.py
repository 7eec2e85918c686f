"""Who publishes what a Peppol participant receives: the network's register in the DNS (the SML).

A participant has a host name made of its identifier, and there a NAPTR record that names its SMP.
Peppol Policy for use of Identifiers 4.4; U-NAPTR: RFC 4848; a name that has no such record belongs
to nobody who is registered.
"""

import base64
import hashlib
import ipaddress
import re
import socket
import time

import dns.exception
import dns.flags
import dns.message
import dns.nameserver
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
from django.conf import settings
from django.core.cache import cache
from dns.rdtypes.IN.NAPTR import NAPTR

LONGEST_WAIT = 4.0  # seconds for one question to the DNS, asking again included
ZONE_KNOWN_FOR = 3600  # seconds
PATIENCE = 1.5  # seconds before a question that nobody answered is asked again

# The whole name, replaced by an address: Peppol allows no other expressions.
_EXPRESSIONS = (".*", "^.*$")


class Unanswered(Exception):
    """Nobody could tell; the text says why, for administrators. It never means no."""


class ResolverDown(Unanswered):
    """The resolver itself does not answer, so that asking it anything else is in vain."""


def host_of(scheme: str, identifier: str) -> str:
    """Return the name under which the SML knows a participant."""
    value = f"{scheme}:{identifier}".lower().encode()
    label = base64.b32encode(hashlib.sha256(value).digest()).decode().rstrip("=")
    return f"{label}.iso6523-actorid-upis.{settings.PEPPOL_SML_ZONE.strip('.')}"


def publishers(scheme: str, identifier: str, end: float) -> list[str]:
    """Return the addresses (URLs) of the participant's SMP, best first; none: not registered.

    They are as the outside world wrote them: `smp.publisher` looks at each before we go there.
    Raises Unanswered, also where there are records but none that makes sense: somebody has
    registered the participant, so that the answer is not no. Nor is it where the DNS does not know
    the whole zone: a wrong setting, or a resolver that knows nothing of the world outside.
    """
    if not settings.PEPPOL_SML_ZONE.strip("."):
        raise Unanswered("PEPPOL_SML_ZONE names no zone")
    records = _ask(host_of(scheme, identifier), dns.rdatatype.NAPTR, end)
    if not records and not _knows_zone(end):
        raise Unanswered(f"the DNS does not know {settings.PEPPOL_SML_ZONE}")
    records = sorted(records, key=lambda record: (record.order, record.preference))
    found = list(filter(None, map(_address_in, records)))
    if records and not found:
        raise Unanswered("the NAPTR records name no SMP")
    return found


def addresses(host: str, end: float) -> list[str]:
    """Return all IPv4 and IPv6 addresses of a host, IPv4 first. Raises Unanswered."""
    kinds = (dns.rdatatype.A, dns.rdatatype.AAAA)
    try:
        found = [record.address for kind in kinds for record in _ask(host, kind, end)]
    except ResolverDown as error:
        # It has just told us of the SMP: what does not answer is that one's own name server.
        raise Unanswered(f"{host}: {error}") from error
    if not found:
        raise Unanswered(f"{host} has no address")
    return found


def _address_in(record: NAPTR) -> str | None:
    """Return the URL of a U-NAPTR record, None of any other."""
    if record.flags.upper() != b"U" or record.service.upper() != b"META:SMP":
        return None
    # The first character is the delimiter: !.*!https://smp.example/!
    text = record.regexp.decode(errors="replace")
    parts = text.split(text[0]) if text else []
    if len(parts) != 4 or parts[1] not in _EXPRESSIONS or parts[3] not in ("", "i"):
        return None
    return parts[2] if re.fullmatch(r"[!-\[\]-~]+", parts[2]) else None  # ASCII without "\"


def _knows_zone(end: float) -> bool:
    """Tell whether the zone exists; what does is remembered for a while."""
    zone = settings.PEPPOL_SML_ZONE.strip(".")
    key = f"peppol:zone:{settings.PEPPOL_DNS}:{hashlib.sha256(zone.encode()).hexdigest()}"
    if not cache.get(key):
        try:
            _ask(zone, dns.rdatatype.SOA, end, must_exist=True)
        except dns.resolver.NXDOMAIN:
            return False
        cache.set(key, True, ZONE_KNOWN_FOR)
    return True


def _ask(host: str, kind: dns.rdatatype.RdataType, end: float, *, must_exist: bool = False) -> list:
    """Return the records of one kind; none where the DNS says that there are none.

    Where the name `must_exist`, NXDOMAIN is raised as it is.
    """
    left = min(end - time.monotonic(), LONGEST_WAIT)
    if left <= 0:
        raise Unanswered("no time left to ask the DNS")
    try:
        answer = _resolver().resolve(f"{host}.", kind, lifetime=left, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
        if must_exist and isinstance(error, dns.resolver.NXDOMAIN):
            raise
        return []
    except dns.resolver.LifetimeTimeout as error:
        raise ResolverDown("the DNS did not answer in time") from error
    except dns.resolver.NoNameservers as error:
        raise _no_use(error) from error
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise Unanswered(f"the DNS: {type(error).__name__}") from error
    return list(answer)


def _no_use(error: dns.resolver.NoNameservers) -> Unanswered:
    """Return what it means that no resolver is left that could be asked.

    One that answers SERVFAIL or REFUSED lives; one that refuses the connection does not.
    """
    responses = [response for *_rest, response in error.kwargs.get("errors", ()) if response]
    if not responses:
        return ResolverDown("the resolver cannot be reached")
    return Unanswered(f"the DNS answers {dns.rcode.to_text(responses[-1].rcode())}")


def _resolver() -> dns.resolver.Resolver:
    """Return a resolver that asks whom the settings name, else whom this machine asks."""
    if not settings.PEPPOL_DNS:
        try:
            resolver = dns.resolver.Resolver()
        except dns.resolver.NoResolverConfiguration as error:
            raise ResolverDown("this machine has no resolver; set PEPPOL_DNS") from error
        known = [(str(server), 53) for server in resolver.nameservers]
    else:
        resolver = dns.resolver.Resolver(configure=False)
        known = [_host_and_port(settings.PEPPOL_DNS)]
    resolver.nameservers = [_Server(host, port) for host, port in known]
    resolver.timeout = PATIENCE
    return resolver


def _host_and_port(text: str) -> tuple[str, int]:
    """Return what `127.0.0.1:53`, `[::1]:53` or a mere address names. Raises ResolverDown."""
    found = re.fullmatch(r"(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?|([0-9a-fA-F:]+)", text.strip())
    host, port, bare = found.groups() if found else ("", None, None)
    try:
        return str(ipaddress.ip_address((bare or host).strip("[]"))), int(port or 53)
    except ValueError as error:
        raise ResolverDown(f"PEPPOL_DNS is no address: {text[:50]!r}") from error


class _Server(dns.nameserver.Do53Nameserver):
    """A resolver asked through a connected socket: one that is down is then found out at once."""

    def query(
        self,
        request: dns.message.QueryMessage,
        timeout: float,
        source: str | None,
        source_port: int,
        max_size: bool = False,
        one_rr_per_rrset: bool = False,
        ignore_trailing: bool = False,
    ) -> dns.message.Message:
        if max_size:  # over TCP, after an answer that was cut off
            answer = super().query(request, timeout, source, source_port, max_size)
            if answer.flags & dns.flags.TC:  # what is missing must not read as nothing there
                raise dns.message.Truncated(message=answer)
            return answer
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect((self.address, self.port))
            return dns.query.udp(
                request,
                self.address,
                timeout=timeout,
                port=self.port,
                raise_on_truncation=True,
                ignore_errors=True,
                ignore_unexpected=True,
                sock=sock,
            )
