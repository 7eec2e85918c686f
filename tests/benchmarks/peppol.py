"""Asking the Peppol network, played by its stand-in on loopback, who can receive EHF."""

import http.client
import itertools
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from urllib.parse import quote

import dns.resolver
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from rich.progress import track

from registry import peppol
from registry.models import Reachability, ReachabilityChange
from registry.org_number import with_check_digit
from tests.benchmarks.clock import p95, timed
from tests.benchmarks.report import Target, figures_table
from tests.standin.peppol import SMP_HOST, Network, sml_host

AT_ONCE = 8
UNREGISTERED = 5  # one in so many is not in the network


def run(engine: str, checks: int) -> list[Target]:
    numbers = list(itertools.islice(_numbers(), checks))
    registered = [number for n, number in enumerate(numbers) if n % UNREGISTERED]
    yes = set(registered)
    with Network() as network, override_settings(**network.settings):
        for number in registered:
            network.register(number)
        bare = _Bare(network)
        one_by_one, floor = [], []
        peppol.check("0192", numbers[0], force=True)
        for number in track(numbers, "Peppol", transient=True):
            one_by_one.append(timed(lambda n=number: peppol.check("0192", n, force=True)))
            if number in yes:
                floor.append(timed(lambda n=number: bare.ask(n)))
        Reachability.objects.filter(identifier__in=numbers).delete()
        together = timed(lambda: _at_once(numbers))
        fresh = [timed(lambda n=number: peppol.check("0192", n)) for number in numbers]
    right = Reachability.objects.filter(identifier__in=registered, invoice=True, credit_note=True)
    no = Reachability.objects.filter(identifier__in=numbers, invoice=False)
    wrong = checks - right.count() - no.count() + abs(len(registered) - right.count())
    kept = ReachabilityChange.objects.filter(reachability__identifier__in=numbers).count()
    of_yes = [s for number, s in zip(numbers, one_by_one, strict=True) if number in yes]
    ratio = median(of_yes) / median(floor)
    figures_table(
        f"{checks:,} reachability checks, {engine}: p50 / p95 ms",
        [
            ("a check, answer and change kept", _pair(one_by_one)),
            ("a yes alone", _pair(of_yes)),
            ("the same questions bare: 3 to the DNS, 1 to the SMP", _pair(floor)),
            ("ratio of p50", f"{ratio:.2f}"),
            ("a fresh answer, from the database", _pair(fresh)),
            (f"{AT_ONCE} at a time", f"{checks / together:.0f} a second"),
            ("wrong answers; changes kept", f"{wrong}; {kept}"),
        ],
    )
    return [
        Target(engine, "wrong answers of the Peppol network", wrong, 0, "answers", hard=True),
        Target(engine, "changes of reachability lost or doubled", abs(kept - checks), 0, "changes",
               hard=True),
        Target(engine, "a reachability check to its bare questions", ratio, 5),
    ]  # fmt: skip


class _Bare:
    """The questions of a check alone: nothing is verified, nothing stored."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers, self.resolver.port = ["127.0.0.1"], network.dns.port

    def ask(self, number: str) -> bytes:
        self.resolver.resolve(f"{sml_host(number)}.", "NAPTR")
        self.resolver.resolve(f"{SMP_HOST}.", "A")
        self.resolver.resolve(f"{SMP_HOST}.", "AAAA", raise_on_no_answer=False)
        connection = http.client.HTTPConnection("127.0.0.1", self.network.smp.port)
        participant = quote(f"iso6523-actorid-upis::0192:{number}", safe="")
        connection.request("GET", f"/{participant}", headers={"Connection": "close"})
        body = connection.getresponse().read()
        connection.close()
        return body


def _at_once(numbers: list[str]) -> None:
    cache.clear()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = [numbers[n::AT_ONCE] for n in range(AT_ONCE)]
        list(pool.map(_check_all, parts))


def _check_all(numbers: list[str]) -> None:
    try:
        for number in numbers:
            peppol.check("0192", number, force=True)
    finally:
        connection.close()


def _numbers():
    """Yield reg. nos. that begin with 39: neither real companies' nor the demo's."""
    return filter(None, (with_check_digit(f"39{n:06}") for n in itertools.count()))


def _pair(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.2f} / {p95(seconds) * 1000:.2f}"
