"""Every setting of the server. Each is read from the environment as `DUOLOG_<NAME>`; no setting holds a secret."""

import difflib
import re
from collections.abc import Iterable
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.web_origins import EVERY_ORIGIN, split
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.login import parse_origin

Seconds = Annotated[int, Field(gt=0)]
Days = Annotated[int, Field(gt=0)]
Bytes = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(gt=0, le=2**40)]

DAY = 86_400  # seconds
PREFIX = "DUOLOG_"
OF_THE_COMMAND = {"DUOLOG_HOME"}  # which `duolog` reads, on a machine that has both


_RATES = (
    *("rate_anonymous", "rate_web", "rate_register", "rate_login", "rate_rendezvous", "rate_bad_token"),
    *("rate_large", "rate_carried", "rate_carried_network", "rate_session"),
)


class Settings(BaseSettings):
    """The operator's choices. The defaults serve one couple on one machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data: Path = Field(default=Path("duolog-data"), description="Folder for the SQLite database and the receipt key.")
    database: str = Field(
        default="",
        description=(
            "`sqlite:///path` or `postgresql://user@host/name`. Empty: `duolog.db` in the data folder. With a standby: "
            "`postgresql://user@/name?host=one:5432&host=two:5432&target_session_attrs=read-write`."
        ),
    )
    receipt_key_file: Path | None = Field(
        default=None,
        description="File of the receipt key, created on first start. Unset: `receipt.key` in the data folder.",
    )
    wheel: Path | None = Field(
        default=None,
        description="The command's wheel, which `/install` hands out. Unset: that in `dist` beside the server's code.",
    )
    attachments: str = Field(
        default="",
        description="Where attachments are: a folder, or `s3://bucket`. Empty: `attachments` in the data folder.",
    )
    s3_endpoint: str = Field(
        default="", description="Address of the S3 server, as `https://s3.example`. Empty: that of AWS in the region."
    )
    s3_region: str = Field(default="us-east-1", description="Region of the bucket.")
    s3_credentials_file: Path | None = Field(
        default=None, description="File with two lines: the bucket's access key id, and its secret access key."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8330, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    origin: str = Field(
        default="",
        description="The public address, as `https://duolog.example`; log-ins are signed for it. Empty: host and port, "
        "which the host `0.0.0.0` or `::` doesn't allow.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Comma-separated addresses of reverse proxies whose `X-Forwarded-For` is believed. Empty: none.",
    )
    web: Literal["off", "on"] = Field(
        default="off",
        description="Whether `/app` and `/join` hand out the app for browsers, which `make web-build` builds. Whoever "
        "opens it trusts this server with the app's code.",
    )
    web_origins: str = Field(
        default="",
        description="Comma-separated origins of other sites whose pages may use this server, as "
        "`https://app.example, http://localhost:8332`; `*`: pages of every site. A page still needs a session's token. "
        "Empty: none.",
    )
    contact: str = Field(
        default="",
        max_length=256,
        description="How to reach you, also about security: `mailto:...`, `https://...` or `tel:...`. The page `/` and "
        "`/.well-known/security.txt` show it. Empty: there is no such file, and the page says so.",
    )
    registration: Literal["open", "invite", "closed"] = Field(
        default="open", description="Who may register: anyone, people with an invite code, or nobody."
    )
    session_idle_days: Days = Field(default=30, description="A session expires after this many days without use.")
    session_absolute_days: Days = Field(default=180, description="A session expires after this many days, used or not.")
    challenge_seconds: Seconds = Field(default=120, description="How long a log-in challenge may be answered.")
    invitation_hours: Seconds = Field(default=24, description="How long an invitation may be accepted.")
    proposal_days: Days = Field(default=14, description="How long a proposal waits for the other signature.")
    retention_seconds: int = Field(
        default=60,
        ge=0,
        description="How often due closings run and expired data is deleted; 0: only by `python -m app retain`.",
    )
    body_memory: Bytes = Field(
        default=32 * sizes.KIB * sizes.KIB,
        ge=8 * sizes.KIB * sizes.KIB,
        description="Bytes of all request bodies that are read at a time: half for those of more than 64 KiB.",
    )
    body_processes: int = Field(
        default=1, ge=0, le=8, description="Processes that parse large bodies; 0: threads, and others wait longer."
    )
    rate_anonymous: str = Field(default="300/minute", description="Requests without a session, per client network.")
    rate_web: str = Field(
        default="600/minute", description="Files of the app for browsers, per client network; a first visit takes 20."
    )
    rate_register: str = Field(default="20/hour", description="Registrations, per client network.")
    rate_login: str = Field(default="60/minute", description="Log-in challenges and answers, per client network.")
    rate_rendezvous: str = Field(
        default="120/minute", description="Requests to a rendezvous without a session, per client network."
    )
    rate_bad_token: str = Field(
        default="30/minute", description="Requests with a session that is not valid, per client network."
    )
    rate_large: str = Field(
        default="240/minute",
        description="Requests with a body of more than 64 KiB, per client network, and of each session there.",
    )
    rate_carried: str = Field(
        default="1/second", description="Pages of journals from other servers, per account: each keeps others waiting."
    )
    rate_carried_network: str = Field(
        default="4/second", description="Pages of journals from other servers, per client network."
    )
    max_connections: int = Field(
        default=512, ge=8, le=65_536, description="Connections at a time; idle ones are closed to make room."
    )
    max_connections_network: int = Field(
        default=48, ge=1, description="Connections at a time per client network, trusted proxies excepted."
    )
    listeners: int = Field(
        default=256, ge=1, description="Streams of events at a time; at most half of the connections are used for them."
    )
    listeners_account: int = Field(default=16, ge=1, description="Streams of events at a time per account.")
    event_seconds: int = Field(
        default=25, ge=1, le=60, description="How often a stream of events hears from the server when nothing is new."
    )
    head_seconds: Seconds = Field(default=15, description="How long the headers of a request may take to arrive.")
    request_seconds: Seconds = Field(default=60, description="How long a whole request may take to arrive.")
    idle_seconds: Seconds = Field(default=65, description="How long a connection may stay open between two requests.")
    unread_seconds: Seconds = Field(
        default=30, description="How long an answer may wait for a caller that doesn't read it."
    )
    rate_session: str = Field(
        default="1200/minute", description="Requests with a session, per session and client network."
    )
    journals_per_day: Count = Field(default=20, description="Journals that an account may begin in a day (UTC).")
    journals_total: Count = Field(default=500, description="Journals that an account may ever begin.")
    entries_per_day: Count = Field(
        default=5000, description="Entries and statements that an account may push in a day, to all its journals."
    )
    entry_mib_per_day: Count = Field(default=256, description="MiB that an account may push in a day.")
    entries_total: Count = Field(
        default=1_000_000, description="Entries and statements that an account may ever push. Erasing frees nothing."
    )
    entry_mib_total: Count = Field(default=10_240, description="MiB that an account may ever push.")
    carried_journals_per_day: Count = Field(
        default=200, description="Journals that an account may bring from other servers in a day."
    )
    carried_journals_total: Count = Field(
        default=1000, description="Journals that an account may ever bring from other servers."
    )
    carried_mib_per_day: Count = Field(
        default=2048, description="MiB that an account may bring from other servers in a day."
    )
    carried_mib_total: Count = Field(
        default=20_480, description="MiB that an account may ever bring from other servers."
    )
    attachment_mib: int = Field(
        default=257,
        ge=0,
        le=sizes.MAX_PARTS,
        description="MiB that one attachment may have: a file of 256 MiB, sealed. 0: this server takes none.",
    )
    attachment_days: Days = Field(
        default=7, description="How long an attachment may wait for the entry that names it, since it was begun."
    )
    attachments_per_day: Count = Field(default=500, description="Attachments that an account may begin in a day.")
    attachment_mib_per_day: Count = Field(
        default=4096, description="MiB of attachments that an account may begin in a day, sent or not."
    )
    attachment_mib_total: Count = Field(
        default=20_480, description="MiB of attachments that an account may ever begin. Nothing gives them back."
    )
    proposals_per_day: Count = Field(default=100, description="Proposals that an account may make in a day.")
    invitations_per_day: Count = Field(default=50, description="Invitations that an account may leave in a day.")
    rendezvous_per_day: Count = Field(
        default=100, description="Messages that an account may leave in a day for devices that are added to it."
    )
    rendezvous_mib_per_day: Count = Field(default=32, description="MiB of such messages in a day.")
    sets_per_day: Count = Field(
        default=50, description="How often an account may add keyholders in a day, besides its rotations."
    )
    rotations_per_day: int = Field(
        default=24, ge=16, description="How often an account may replace its keys in 24 hours: others verify each."
    )
    database_readers: int = Field(
        default=4, ge=1, le=64, description="Threads that read. On PostgreSQL as many write, and each has a connection."
    )
    metrics: str = Field(
        default="",
        description="Port, or `address:port`, of a listener for Prometheus at `/metrics`; a port alone: of 127.0.0.1. "
        "It shows when people are active. Empty: none.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is logged.")
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="Form of log lines; `auto` is readable on a terminal and JSON elsewhere."
    )

    @field_validator("origin")
    @classmethod
    def _plain_origin(cls, origin: str) -> str:
        try:
            plain = parse_origin(origin) if origin else ""
        except MalformedData as error:
            raise ValueError(str(error)) from error
        if plain and (is_every_address(urlsplit(plain).hostname or "") or urlsplit(plain).port == 0):
            raise ValueError("nobody can type this address; write the one that people type, as https://duolog.example")
        return plain

    @field_validator("web_origins")
    @classmethod
    def _plain_web_origins(cls, origins: str) -> str:
        if origins.strip() == EVERY_ORIGIN:
            return EVERY_ORIGIN
        plain = []
        for origin in split(origins):
            try:
                plain.append(parse_origin(origin))
            except MalformedData as error:
                raise ValueError(
                    f"{origin!r} is no origin; write a list of them, as https://app.example, with nothing after the "
                    "name, or * alone"
                ) from error
        return ", ".join(plain)

    @field_validator(*_RATES)
    @classmethod
    def _known_rate(cls, rate: str) -> str:
        try:
            parse(rate)
        except ValueError as error:
            raise ValueError("write a number and a time, as 300/minute") from error
        return rate

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, metrics: str) -> str:
        found = re.fullmatch(r"(([0-9.]+|\[[0-9a-f:]+\]):)?([0-9]{1,5})", metrics)
        if metrics and (found is None or not 0 < int(found[3]) < 65_536):
            raise ValueError("write a port, as 9330, or an address and a port, as 127.0.0.1:9330")
        return metrics

    @field_validator("contact")
    @classmethod
    def _plain_contact(cls, contact: str) -> str:
        plain = contact.isascii() and contact.isprintable() and not set(' "<>\\^`{|}') & set(contact)
        if contact and not (plain and re.fullmatch(r"(mailto:[^@]+@|https://|tel:).+", contact)):
            raise ValueError("DUOLOG_CONTACT: write mailto:you@example.org, https://... or tel:...")
        return contact

    @model_validator(mode="after")
    def _known_database(self) -> Self:
        if not self.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("DUOLOG_DATABASE: write sqlite:///path or postgresql://user@host/name")
        return self

    @model_validator(mode="after")
    def _known_store(self) -> Self:
        bucket = self.attachments.removeprefix("s3://")
        if "://" in bucket or (bucket != self.attachments and (not bucket or "/" in bucket)):
            raise ValueError("DUOLOG_ATTACHMENTS: write a folder, or s3://bucket")
        if not self.s3_endpoint.startswith(("https://", "http://")) and self.s3_endpoint:
            raise ValueError("DUOLOG_S3_ENDPOINT: write https://host")
        return self

    @cached_property
    def database_url(self) -> str:
        """The database URL, with the default filled in."""
        return self.database or f"sqlite:///{self.data / 'duolog.db'}"

    @cached_property
    def database_file(self) -> Path | None:
        """The file of a SQLite database; None for PostgreSQL."""
        path = self.database_url.removeprefix("sqlite:///").partition("?")[0]
        return Path(path) if self.database_url.startswith("sqlite:") else None

    @cached_property
    def receipt_key_path(self) -> Path:
        """The file of the receipt key, with the default filled in."""
        return self.receipt_key_file or self.data / "receipt.key"

    @cached_property
    def attachment_bucket(self) -> str:
        """The S3 bucket of the attachments; empty where they are in a folder."""
        return self.attachments.removeprefix("s3://") if self.attachments.startswith("s3://") else ""

    @cached_property
    def attachment_folder(self) -> Path:
        """The folder of the attachments, with the default filled in."""
        return Path(self.attachments) if self.attachments else self.data / "attachments"

    @cached_property
    def metrics_address(self) -> tuple[str, int] | None:
        """Where the metrics listen; None where nobody asked for them."""
        host, _, port = self.metrics.rpartition(":")
        return (host.strip("[]") or "127.0.0.1", int(port)) if self.metrics else None

    @cached_property
    def public_origin(self) -> str:
        """The origin that log-ins are signed for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.origin or parse_origin(f"http://{host.lower()}:{self.port}")


def is_every_address(host: str) -> bool:
    """Whether a host stands for every address of the machine: one listens there, and nobody can type it."""
    try:
        return not host or ip_address(host).is_unspecified
    except ValueError:
        return False


def unknown_settings(names: Iterable[str]) -> list[str]:
    """A sentence for each variable that looks like a setting and is none, with the setting that it resembles most."""
    known = [name.upper() for name in Settings.model_fields]
    sentences = []
    for name in sorted(names):
        own = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and own not in known and name.upper() not in OF_THE_COMMAND:
            near = difflib.get_close_matches(own, known, n=1)
            meant = f"Did you mean {PREFIX}{near[0]}?" if near else "docs/settings.md lists all of them."
            sentences.append(f"There is no setting {name}. {meant}")
    return sentences
