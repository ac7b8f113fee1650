"""Every setting of the service, read from the environment once and frozen."""

import base64
import json
import re
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import DirectoryPath, Field, FilePath, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# What production refuses unless it is named; `api/production.py` says when and why.
ExceptionName = Literal[
    "any-origin",
    "embedded-database",
    "graphiql",
    "introspection",
    "local-key",
    "no-limit",
    "open-metrics",
    "plain-links",
    "private-pushes",
    "subgraph",
]
_KEY_BYTES: Final = 32
_FCM_NAMES: Final = ("project_id", "client_email", "private_key_id", "private_key", "token_uri")
_ORIGIN: Final = re.compile(r"https?://([\w.\-]+|\[[0-9a-f:.]+\])(:\d{1,5})?/?", re.ASCII | re.IGNORECASE)


class Settings(BaseSettings):
    """What a deployment can choose. Every name below is an environment variable; unset means the default."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    environment: Literal["development", "production"] = Field(
        default="development",
        validation_alias="MENTORING_ENV",
        description="`production` refuses to start with what is made for trying out.",
    )
    production_exceptions: Annotated[tuple[ExceptionName, ...], NoDecode] = Field(
        default=(),
        validation_alias="MENTORING_PRODUCTION_EXCEPTIONS",
        description="What production is to do all the same, comma-separated, by the names that its refusal gives.",
    )
    host: str = Field(default="127.0.0.1", validation_alias="HOST", description="Address to listen on.")
    port: int = Field(default=8000, validation_alias="PORT", ge=0, le=65535, description="TCP port to listen on.")
    reuse_port: bool = Field(
        default=False,
        validation_alias="MENTORING_REUSE_PORT",
        description="Share the port with a service that is about to stop: start the new one, then stop the old.",
    )
    data: Path = Field(
        default=Path("data"),
        validation_alias="MENTORING_DATA",
        description="Folder of the embedded database and the local keys.",
    )
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="`postgresql://…` of a PostgreSQL server; unset starts the embedded one in the data folder.",
    )
    database_pool_size: int = Field(
        default=10,
        validation_alias="MENTORING_DATABASE_POOL_SIZE",
        ge=2,
        le=1000,
        description="Most connections a process; the worker in it has up to 6 more.",
    )
    broadcast_url: str = Field(
        default="memory://",
        validation_alias="BROADCAST_URL",
        description="Where wake-ups travel between processes: `memory://`, `redis://…` or `postgresql://…`.",
    )
    poll_seconds: float = Field(
        default=15.0,
        validation_alias="MENTORING_POLL_SECONDS",
        gt=0,
        description="How often a subscription looks into its log even if nothing woke it, in seconds.",
    )
    watch_seconds: float = Field(
        default=1.0,
        validation_alias="MENTORING_WATCH_SECONDS",
        gt=0,
        description="How often a process looks, once for all subscriptions, for logs that grew unheard, in seconds.",
    )
    ping_seconds: float = Field(
        default=12.0,
        validation_alias="MENTORING_PING_SECONDS",
        gt=0,
        description="How often a socket is asked whether somebody is still there, in seconds.",
    )
    check_seconds: float = Field(
        default=30.0,
        validation_alias="MENTORING_CHECK_SECONDS",
        gt=0,
        le=60,
        description="How often an open socket looks whether its person may still be here, in seconds.",
    )
    socket_operations: int = Field(
        default=100,
        validation_alias="MENTORING_SOCKET_OPERATIONS",
        ge=1,
        description="Most operations at once on one socket, subscriptions among them.",
    )
    query_tokens: int = Field(
        default=2_000,
        validation_alias="MENTORING_QUERY_TOKENS",
        ge=0,
        description="Most tokens of a document; here and below, 0 sets no limit.",
    )
    query_depth: int = Field(
        default=20,
        validation_alias="MENTORING_QUERY_DEPTH",
        ge=0,
        description="Most fields within one another.",
    )
    query_width: int = Field(
        default=100,
        validation_alias="MENTORING_QUERY_WIDTH",
        ge=0,
        description="Most selections side by side.",
    )
    query_root_fields: int = Field(
        default=30,
        validation_alias="MENTORING_QUERY_ROOT_FIELDS",
        ge=0,
        description="Most fields at the root of an operation.",
    )
    query_aliases: int = Field(
        default=50,
        validation_alias="MENTORING_QUERY_ALIASES",
        ge=0,
        description="Most aliases of a document.",
    )
    query_directives: int = Field(
        default=50,
        validation_alias="MENTORING_QUERY_DIRECTIVES",
        ge=0,
        description="Most directives of a document.",
    )
    query_cost: int = Field(
        default=30_000,
        validation_alias="MENTORING_QUERY_COST",
        ge=0,
        description="Most points of an operation, which are the fields that its answer may hold.",
    )
    person_operations: int = Field(
        default=1_200,
        validation_alias="MENTORING_PERSON_OPERATIONS",
        ge=0,
        description="Most operations of a person a minute.",
    )
    person_points: int = Field(
        default=600_000,
        validation_alias="MENTORING_PERSON_POINTS",
        ge=0,
        description="Most points of all operations of a person a minute; not less than those of one.",
    )
    person_connections: int = Field(
        default=100,
        validation_alias="MENTORING_PERSON_CONNECTIONS",
        ge=0,
        description="Most sockets and streams of a person that a process keeps open at a time.",
    )
    address_strangers: int = Field(
        default=300,
        validation_alias="MENTORING_ADDRESS_STRANGERS",
        ge=0,
        description="Most requests a minute from one address that bring no token, or one that is not good.",
    )
    address_connections: int = Field(
        default=1_000,
        validation_alias="MENTORING_ADDRESS_CONNECTIONS",
        ge=0,
        description="Most sockets from one address, a process, that have not said yet whose they are.",
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(),
        validation_alias="MENTORING_TRUSTED_PROXIES",
        description="Addresses or networks of proxies, comma-separated, whose word on where clients are is taken.",
    )
    index: bool = Field(
        default=True,
        validation_alias="MENTORING_INDEX",
        description="Rank mentors in the memory of each process; off, every search is the database's work.",
    )
    index_megabytes: int = Field(
        default=512,
        validation_alias="MENTORING_INDEX_MEGABYTES",
        ge=1,
        description="Most memory of that index a process; organisations beyond it are ranked by the database.",
    )
    retention_days: int = Field(
        default=90,
        validation_alias="MENTORING_RETENTION_DAYS",
        ge=1,
        description="For how many days notifications are kept once they were read.",
    )
    worker: bool = Field(
        default=True,
        validation_alias="MENTORING_WORKER",
        description="Whether `serve` also does what `worker` does: mails, pushes, expiry, reminders.",
    )
    lease_seconds: float = Field(
        default=30.0,
        validation_alias="MENTORING_LEASE_SECONDS",
        ge=1,
        description="How long a worker may give no sign of life before others take over its jobs, in seconds.",
    )
    smtp_url: str | None = Field(
        default=None,
        validation_alias="MENTORING_SMTP_URL",
        pattern=r"^smtps?://[^\s]+$",
        description="`smtp://…` or `smtps://…` of a mail server; unset writes mails into `mail` in the data folder.",
    )
    mail_from: str = Field(
        default="Mentoring <mentoring@localhost>",
        validation_alias="MENTORING_MAIL_FROM",
        pattern=r"^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$",
        description="Whom mails come from: a name and an address.",
    )
    mail_templates: DirectoryPath | None = Field(
        default=None,
        validation_alias="MENTORING_MAIL_TEMPLATES",
        description="A folder of templates that take the place of ours of the same name.",
    )
    push_key: str | None = Field(
        default=None,
        validation_alias="MENTORING_PUSH_KEY",
        repr=False,
        description="The private key of Web Push (VAPID), 32 bytes in base64url; unset uses one made when needed.",
    )
    push_contact: str | None = Field(
        default=None,
        validation_alias="MENTORING_PUSH_CONTACT",
        pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://[^\s/]+\.[^\s/]+)$",
        description="`mailto:…` or `https://…` where push services find you. Unset: the address that mails come from.",
    )
    push_private: bool = Field(
        default=False,
        validation_alias="MENTORING_PUSH_PRIVATE",
        description="Let pushes go to addresses that only this network knows, and over plain HTTP on this machine.",
    )
    fcm_credentials: FilePath | None = Field(
        default=None,
        validation_alias="MENTORING_FCM_CREDENTIALS",
        description="The JSON file of a Firebase service account; switches on pushes over FCM.",
    )
    fcm_url: str = Field(
        default="https://fcm.googleapis.com",
        validation_alias="MENTORING_FCM_URL",
        pattern=r"^https://[^\s]+$",
        description="Where FCM listens.",
    )
    apns_key: FilePath | None = Field(
        default=None,
        validation_alias="MENTORING_APNS_KEY",
        description="The `.p8` file of an APNs signing key; with the three below, switches on pushes over APNs.",
    )
    apns_key_id: str | None = Field(
        default=None,
        validation_alias="MENTORING_APNS_KEY_ID",
        description="The id of that key.",
    )
    apns_team_id: str | None = Field(
        default=None,
        validation_alias="MENTORING_APNS_TEAM_ID",
        description="The id of the team that it belongs to.",
    )
    apns_topic: str | None = Field(
        default=None,
        validation_alias="MENTORING_APNS_TOPIC",
        validate_default=True,
        description="The bundle id of the application.",
    )
    apns_url: str = Field(
        default="https://api.push.apple.com",
        validation_alias="MENTORING_APNS_URL",
        pattern=r"^https://[^\s]+$",
        description="Where APNs listens; `https://api.sandbox.push.apple.com` for builds under development.",
    )
    web_url: str | None = Field(
        default=None,
        validation_alias="MENTORING_WEB_URL",
        pattern=r"^https?://[^\s]+$",
        description="Where people use mentoring in a browser; mails link there. Unset: this server.",
    )
    jwks_url: str | None = Field(
        default=None,
        validation_alias="MENTORING_JWKS_URL",
        description="Where the keys that sign tokens are published, by HTTPS; unset uses a local key, made once.",
    )
    token_issuer: str = Field(
        default="mentoring-api",
        validation_alias="MENTORING_TOKEN_ISSUER",
        description="The `iss` that tokens must carry.",
    )
    token_audience: str = Field(
        default="mentoring-api",
        validation_alias="MENTORING_TOKEN_AUDIENCE",
        description="The `aud` that tokens must carry.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        validation_alias="MENTORING_ALLOWED_ORIGINS",
        description="Other origins, comma-separated, whose pages may call the API and open sockets.",
    )
    hsts_seconds: int = Field(
        default=0,
        validation_alias="MENTORING_HSTS_SECONDS",
        ge=0,
        description="How long browsers that came by HTTPS are to come by nothing else (HSTS), in seconds; 0: not said.",
    )
    console: bool = Field(
        default=True,
        validation_alias="MENTORING_CONSOLE",
        description="Serve the console, in which people use mentoring, at `/`.",
    )
    graphiql: bool = Field(
        default_factory=lambda given: _is_for_trying("graphiql", given),
        validation_alias="MENTORING_GRAPHIQL",
        description="Serve GraphiQL at `/graphiql/`; in production, not unless it is excepted.",
    )
    introspection: bool = Field(
        default_factory=lambda given: _is_for_trying("introspection", given),
        validation_alias="MENTORING_INTROSPECTION",
        description="Let clients ask for the schema; in production, not unless it is excepted.",
    )
    drain_seconds: float = Field(
        default=0.0,
        validation_alias="MENTORING_DRAIN_SECONDS",
        ge=0,
        le=60,
        description="How long to go on serving, no longer ready, before a stop begins, in seconds.",
    )
    metrics: Literal["local", "all", "off"] = Field(
        default="local",
        validation_alias="MENTORING_METRICS",
        description="Who may read `/metrics`: this machine alone (`local`), `all`, or nobody (`off`).",
    )
    documents: FilePath | None = Field(
        default=None,
        validation_alias="MENTORING_DOCUMENTS",
        description="A file of trusted documents by id, as GraphQL Code Generator, relay-compiler or Apollo write it.",
    )
    documents_alone: bool = Field(
        default=False,
        validation_alias="MENTORING_DOCUMENTS_ALONE",
        description="Run trusted documents, the console's among them, and nothing else; GraphiQL runs only these, too.",
    )
    subgraph: bool = Field(
        default=False,
        validation_alias="MENTORING_SUBGRAPH",
        description="Serve the schema as a subgraph of Apollo Federation 2, for a router.",
    )
    compiled: bool = Field(
        default=True,
        validation_alias="MENTORING_COMPILED",
        description="Execute operations by functions compiled for them; the answers are the same either way.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Where to send OpenTelemetry traces, over OTLP/HTTP; unset sends none.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console",
        validation_alias="MENTORING_LOG_FORMAT",
        description="How log lines are written to standard error.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        validation_alias="MENTORING_LOG_LEVEL",
        description="The least severe log lines that are written.",
    )

    @field_validator("allowed_origins", "production_exceptions", "trusted_proxies", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(each.strip() for each in value.split(",") if each.strip())
        return value

    @field_validator("jwks_url", "web_url")
    @classmethod
    def _check_web_address(cls, value: str | None) -> str | None:
        try:
            complete = value is None or bool(urlsplit(value).hostname)
        except ValueError:
            complete = False
        if not complete:
            raise ValueError("write `https://host[:port]/…`")
        return value

    @field_validator("person_points")
    @classmethod
    def _check_points(cls, value: int, info: ValidationInfo) -> int:
        cost = info.data.get("query_cost", 0)
        if value and (not cost or value < cost):
            raise ValueError("an operation may cost more than that: lower `MENTORING_QUERY_COST`, or raise this")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin; write `https://host[:port]`, without a path")
        return value

    @field_validator("jwks_url")
    @classmethod
    def _check_jwks_url(cls, value: str | None) -> str | None:
        if value is not None and not _is_safe(value):
            raise ValueError(
                "write `https://…`; plain HTTP only goes to this machine, such as `http://127.0.0.1:8080/…`"
            )
        return value

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: str | None) -> str | None:
        try:
            parts = urlsplit(value or "smtp://unset:25")
            complete = parts.hostname and parts.port != 0 and (parts.username is None) == (parts.password is None)
        except ValueError:
            complete = False
        if not complete:
            # Without what could not be read: it may be a part of the password.
            raise ValueError("write `smtp://[user:password@]host[:port]`, and / # ? @ in a password as %2F %23 %3F %40")
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_mail_from(cls, value: str) -> str:
        try:
            Address(addr_spec=parseaddr(value)[1])
        except (ValueError, IndexError, MessageError) as error:
            raise ValueError('write `Name <address>`, and a name with a comma in quotes: `"Acme, Inc." <…>`') from error
        return value

    @field_validator("push_key")
    @classmethod
    def _check_push_key(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ec.derive_private_key(_number(value), ec.SECP256R1())
            except ValueError as error:
                raise ValueError("write the 32 bytes of a P-256 private key in base64url") from error
        return value

    @field_validator("fcm_credentials")
    @classmethod
    def _check_fcm_credentials(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                account = json.loads(value.read_text())
                complete = all(isinstance(account[name], str) for name in _FCM_NAMES)
                load_pem_private_key(account["private_key"].encode(), password=None)
            except (ValueError, TypeError, LookupError, AttributeError, OSError):
                complete = False
            if not complete:
                raise ValueError("give the JSON file of a service account, as Firebase gave it out")
        return value

    @field_validator("apns_key")
    @classmethod
    def _check_apns_key(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                key = load_pem_private_key(value.read_bytes(), password=None)
            except (ValueError, TypeError, OSError):
                key = None
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError("give the `.p8` file of a signing key, as Apple gave it out")
        return value

    @field_validator("apns_topic")
    @classmethod
    def _check_apns(cls, value: str | None, info: ValidationInfo) -> str | None:
        given = [value, *(info.data.get(name) for name in ("apns_key", "apns_key_id", "apns_team_id"))]
        if any(given) and not all(given):
            raise ValueError("APNs needs all of key, key id, team id and topic")
        return value

    @property
    def suggestions(self) -> bool:
        """Whether errors name what a client may have meant: not where what the schema has is not to be told."""
        return self.introspection and self.environment != "production"

    @cached_property
    def push_key_number(self) -> int | None:
        """The private key of Web Push, where one was given."""
        return None if self.push_key is None else _number(self.push_key)

    @cached_property
    def push_key_file(self) -> Path:
        return self.data / "push-key.json"

    @cached_property
    def push_subject(self) -> str:
        return self.push_contact or f"mailto:{parseaddr(self.mail_from)[1]}"

    @cached_property
    def fcm_account(self) -> Mapping[str, str] | None:
        account: dict[str, str] | None = json.loads(self.fcm_credentials.read_text()) if self.fcm_credentials else None
        return account

    @cached_property
    def signing_key_file(self) -> Path:
        return self.data / "signing-key.json"

    @cached_property
    def mail_folder(self) -> Path:
        return self.data / "mail"

    @cached_property
    def link_base(self) -> str:
        return self.web_url or f"http://localhost:{self.port}"

    @cached_property
    def database_folder(self) -> Path:
        return self.data / "postgresql"


def _is_safe(url: str) -> bool:
    """Whether nobody on the way can change what this address gives."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and loopback))


def _is_for_trying(what: ExceptionName, given: dict[str, Any]) -> bool:
    """The default of what helps people to find their way: off in production, unless that is named on purpose."""
    return given.get("environment") != "production" or what in given.get("production_exceptions", ())


def _number(key: str) -> int:
    """What the bytes of a private key stand for. Raises ``ValueError`` where they are not as many as there must be."""
    raw = base64.b64decode(key.encode("ascii") + b"=" * (-len(key) % 4), altchars=b"-_", validate=True)
    if len(raw) != _KEY_BYTES:
        raise ValueError
    return int.from_bytes(raw)
