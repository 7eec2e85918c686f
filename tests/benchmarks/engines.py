"""Databases to measure on, made for one run and removed after it."""

import glob
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

DATABASE = "moment_bench"


class NotHereError(Exception):
    """This machine has no such engine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def opened(engine: str) -> Iterator[str]:
    """Yield the address of an empty database, as DATABASE_URL writes it."""
    given = os.environ.get("DATABASE_URL", "")
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="moment-bench-") as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"
    elif given.startswith("postgres"):
        with _beside(given) as url:
            yield url
    else:
        with _cluster() as server, _beside(f"{server}/postgres") as url:
            yield url


@contextmanager
def _beside(url: str) -> Iterator[str]:
    """Yield a database of our own on the server that the address names."""
    drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(drop)
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield urlsplit(url)._replace(path=f"/{DATABASE}").geturl()
        finally:
            server.execute(drop)


@contextmanager
def _cluster() -> Iterator[str]:
    """Yield the address of a PostgreSQL server that lives as long as this block."""
    # The newest version installed.
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: float(p.split("/")[4]))
    initdb = shutil.which("initdb") or (f"{found[-1]}/initdb" if found else "")
    if not initdb:
        raise NotHereError(
            "PostgreSQL was not measured: no DATABASE_URL names one and initdb is not installed."
        )
    programs = Path(initdb).parent
    # PostgreSQL refuses to run as root.
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="moment-bench-"))
    data, port, password = folder / "data", free_port(), secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    if as_postgres:
        shutil.chown(folder, "postgres")
        shutil.chown(secret, "postgres")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_postgres, str(programs / program), "-D", str(data), *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip

    try:
        run(
            "initdb", "--username=postgres", f"--pwfile={secret}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgres://postgres:{password}@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
