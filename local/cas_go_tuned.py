"""The Community Attribute Service at full speed, with the answers that it gives as shipped.

The service makes an HTTP client for every result. Each of them loads the certificate store anew (20 ms of CPU in the one
event loop that serves everything) and opens a new connection to the provider. ``apply`` changes that in the running
process; the installed package stays as it is. Each change replaces a few functions, and is made only if their source, and
that of the functions it builds on, is as in a version that was tried (see ``KNOWN``). What is left out is named.

An operator starts the tuned service with the factory of this module:

    uvicorn cas_go_tuned:create_app --factory

``CAS_GO_APP`` names another application factory (default ``cas.api.app:create_app``). ``CAS_GO_LEAVE_OUT`` names changes
to leave out, comma-separated.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import hashlib
import importlib
import importlib.util
import inspect
import json
import logging
import os
import ssl
import sys
import time
import types
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

SHIPPED_APP = "cas.api.app:create_app"

# ── Which functions are known ────────────────────────────────────────────────

#: First 16 digits of the SHA-256 of each function's source, in community-attribute-service 0.1.0, 0.2.0 and 0.4.0, httpx
#: 0.28.1 and httpcore 1.0.9. ``python cas_go_tuned.py`` prints those of the installed versions.
KNOWN: dict[str, frozenset[str]] = {
    name: frozenset(digests.split())
    for name, digests in {
        "cas.connectors.base.BaseConnector.__aenter__": "7924d2fe019085b6",
        "cas.connectors.base.BaseConnector.__aexit__": "f693f64106fd849d",
        "cas.connectors.base.BaseConnector.__init__": "7835c14221f35766",
        "cas.connectors.base.BaseConnector.client": "1723d94fdb6b2d21",
        "cas.connectors.protocols.stac.STACMixin._read_cog_window": "255ea9e6cde802b8",
        "cas.core.registry.discover": "feb148d95972980c 60bbabc59457187e",
        "cas.core.registry.register": "70f00183a691a21f f00d91269a956554",
        "cas.extract.engine._extract_single": "dfba98afae5f974d ab35686f38cf8994",
        "httpcore._async.connection.AsyncHTTPConnection": "05e89565f6d59c43",
        "httpcore._async.connection_pool.AsyncConnectionPool": "8d095379c7cf0712",
        "httpcore._backends.auto.AutoBackend": "c2964921248a6c41",
        "httpcore._synchronization.current_async_library": "980af6f4c282b8fd",
        "httpx._client.AsyncClient.__aenter__": "373fe8e068933ea0",
        "httpx._client.AsyncClient.__aexit__": "d80bdc43deeea048",
        "httpx._client.AsyncClient.__init__": "4dc8397d2249ef58",
        "httpx._client.AsyncClient._init_transport": "e0a943317ef65dd4",
        "httpx._client.AsyncClient._transport_for_url": "b3c8d01e7100e073",
        "httpx._client.AsyncClient.aclose": "27f00f1667b7df64",
        "httpx._client.BaseClient._get_proxy_map": "2f6fd8863d60de1f",
        "httpx._config.create_ssl_context": "72025cd79112712b",
        "httpx._transports.default.AsyncHTTPTransport": "6e018ec4ccd1efb0",
        "httpx._transports.default.AsyncHTTPTransport.__init__": "433c33239d86ec87",
        "httpx._utils.get_environment_proxies": "dfefe06829263710",
    }.items()
}


def find(name: str) -> Any:
    """Returns the module, class or function of a dotted name."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise
            continue
        for attribute in parts[end:]:
            found = inspect.getattr_static(found, attribute)
        return found
    raise ModuleNotFoundError(f"No module named {parts[0]!r}", name=parts[0])


def source(found: Any) -> str:
    """Returns the source of a function, or of all functions of a class."""
    if inspect.isclass(found):
        return "".join(source(member) for member in vars(found).values() if isinstance(member, CALLABLE))
    if isinstance(found, property):
        found = found.fget
    return inspect.getsource(getattr(found, "__func__", inspect.unwrap(found)))


CALLABLE = (types.FunctionType, staticmethod, classmethod, property)


def digest(name: str) -> str:
    """Returns the digest of a function's source, as in ``KNOWN``."""
    return hashlib.sha256(source(find(name)).encode()).hexdigest()[:16]


@dataclass
class Change:
    """One change of the running service."""

    name: str
    #: The functions that it replaces or builds on, by dotted name.
    relies_on: tuple[str, ...]
    make: Callable[[], None]

    def obstacle(self) -> str:
        """Says why the change cannot be made, or returns ""."""
        for name in self.relies_on:
            try:
                if digest(name) not in KNOWN[name]:
                    return f"{name} differs from the versions that were tried"
            except (ImportError, AttributeError, OSError, TypeError) as error:
                return f"{name}: {error}"
        return ""


@dataclass
class Tuning:
    """What was changed, and what was not."""

    applied: list[str] = field(default_factory=list)
    #: The reason by the name of the change.
    left_out: dict[str, str] = field(default_factory=dict)


@functools.cache
def apply(*leave_out: str) -> Tuning:
    """Makes all changes that can be made, once for this process; ``leave_out`` names those not to make."""
    tuning = Tuning()
    for change in CHANGES:
        obstacle = "not wanted" if change.name in leave_out else change.obstacle()
        if not obstacle:
            try:
                change.make()
            except Unchanged as reason:
                obstacle = str(reason)
        if obstacle:
            tuning.left_out[change.name] = obstacle
        else:
            tuning.applied.append(change.name)
    return tuning


class Unchanged(Exception):
    """Raised by a change that finds nothing to do, with the reason."""


# ── tls_context: one certificate store ───────────────────────────────────────


@dataclass(frozen=True)
class Trust:
    """Tells which certificates a client trusts: the settings, and the state of the file or directory they name."""

    trust_env: bool
    source: str
    state: tuple[int, int, int] | None

    @classmethod
    def now(cls, trust_env: bool) -> Trust:
        import certifi

        source = ""
        if trust_env:  # the order is httpx's own
            source = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR") or ""
        source = source or certifi.where()
        try:
            status = os.stat(source)
        except OSError:  # httpx fails, with an error of its own
            return cls(trust_env, source, None)
        return cls(trust_env, source, (status.st_mtime_ns, status.st_size, status.st_ino))


def share_tls_context() -> None:
    """Loads the certificates again only when other ones are to be trusted.

    ``verify=False``, a context or certificate of the caller's own, and ``httpx.create_ssl_context`` itself stay as they
    are: what is shared is never handed out.
    """
    from httpx._transports import default

    load = default.create_ssl_context
    latest: dict[bool, tuple[Trust, ssl.SSLContext]] = {}

    def create_ssl_context(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
        if verify is not True or cert:
            return load(verify=verify, cert=cert, trust_env=trust_env)
        trust = Trust.now(trust_env)
        known = latest.get(trust_env)
        if known is None or known[0] != trust:
            known = latest[trust_env] = (trust, load(verify=True, cert=None, trust_env=trust_env))
        return known[1]

    default.create_ssl_context = create_ssl_context  # type: ignore[assignment]


# ── connections: kept from one client to the next ────────────────────────────

#: How long an unused connection is kept, in seconds: less than the 5 seconds after which the hastiest servers close it.
IDLE = 4.0
#: How long a connection is used at all: a provider's change of address is seen after that time.
AGE = 60.0
#: How many connections to one origin are kept at most.
SPARE = 512

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Lease:
    """A transport of httpx, used by one client at a time, and kept for the next with its open connections."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.made = time.monotonic()
        self.returned = self.made

    def connections(self) -> list[Any]:
        return self.transport._pool.connections

    def is_usable(self) -> bool:
        now = time.monotonic()
        if now - self.returned > IDLE or now - self.made > AGE:
            return False
        return any(connection.is_idle() and not connection.has_expired() for connection in self.connections())

    def is_at_rest(self) -> bool:
        connections = self.connections()
        return bool(connections) and all(connection.is_idle() for connection in connections)


class Spares:
    """The transports of one event loop that wait for their next client."""

    def __init__(self) -> None:
        self.by_key: dict[Any, deque[Lease]] = {}
        self.reaper: asyncio.TimerHandle | None = None

    async def take(self, key: Any) -> Lease | None:
        """Returns the one that was used last, if its connection is open."""
        waiting = self.by_key.get(key)
        while waiting:
            lease = waiting.pop()
            if lease.is_usable():
                return lease
            await lease.transport.aclose()
        return None

    async def put(self, key: Any, lease: Lease) -> None:
        waiting = self.by_key.setdefault(key, deque())
        if len(waiting) >= SPARE or not lease.is_at_rest():
            await lease.transport.aclose()
            return
        lease.returned = time.monotonic()
        waiting.append(lease)
        if self.reaper is None:
            self.reaper = asyncio.get_running_loop().call_later(IDLE, self.start_reaping)

    def start_reaping(self) -> None:
        self.reaping = asyncio.ensure_future(self.reap())

    async def reap(self) -> None:
        """Closes what was idle for too long, oldest first, and comes again while something waits."""
        oldest = time.monotonic() - IDLE
        for key, waiting in list(self.by_key.items()):
            while waiting and waiting[0].returned <= oldest:
                await waiting.popleft().transport.aclose()
            if not waiting:
                del self.by_key[key]
        self.reaper = asyncio.get_running_loop().call_later(IDLE, self.start_reaping) if self.by_key else None


def keep_connections() -> None:
    """Lets a client of httpx go on with the open connections of an earlier one to the same origin.

    A connection is used by one client at a time, as before; cookies, redirects, authentication and time limits are the
    client's, and stay with it. A client with another ``verify``, a certificate, limits, a transport or a proxy of its own,
    or where the environment names a proxy, is left alone.
    """
    import httpx
    from httpx import _client
    from httpx._config import DEFAULT_LIMITS

    spares: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Spares] = weakref.WeakKeyDictionary()

    class Keeping(httpx.AsyncBaseTransport):
        """The transport of one client: it takes a lease for each origin, and gives all back at its end."""

        def __init__(self) -> None:
            self.spares = spares.setdefault(asyncio.get_running_loop(), Spares())
            self.leases: dict[Any, Lease] = {}

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            url = request.url
            key = (url.scheme, url.host, url.port, Trust.now(True) if url.scheme == "https" else None)
            lease = self.leases.get(key)
            if lease is not None:
                return await lease.transport.handle_async_request(request)
            lease = await self.spares.take(key)
            if lease is None or key in self.leases:  # another request of this client may have come first
                if lease is not None:
                    await self.spares.put(key, lease)
                lease = self.leases.setdefault(key, Lease(httpx.AsyncHTTPTransport()))
                return await lease.transport.handle_async_request(request)
            self.leases[key] = lease
            try:
                return await lease.transport.handle_async_request(request)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                # The server may have closed the connection as the request came.
                if request.method not in SAFE_METHODS:
                    raise
            return await lease.transport.handle_async_request(request)

        async def aclose(self) -> None:
            leases, self.leases = self.leases, {}
            for key, lease in leases.items():
                await self.spares.put(key, lease)

    make = httpx.AsyncClient._init_transport

    def _init_transport(
        self: httpx.AsyncClient,
        verify: Any = True,
        cert: Any = None,
        trust_env: bool = True,
        http1: bool = True,
        http2: bool = False,
        limits: Any = DEFAULT_LIMITS,
        transport: Any = None,
    ) -> Any:
        usual = (verify is True, cert is None, trust_env, http1, not http2, limits == DEFAULT_LIMITS, transport is None)
        if all(usual) and asyncio._get_running_loop() is not None and not _client.get_environment_proxies():
            return Keeping()
        return make(
            self, verify=verify, cert=cert, trust_env=trust_env, http1=http1, http2=http2, limits=limits, transport=transport
        )

    httpx.AsyncClient._init_transport = _init_transport  # type: ignore[method-assign]


# ── proxies: the environment is read when it changes ─────────────────────────


def remember_proxies() -> None:
    """Reads the proxies again when a variable has changed, and after a second for what a system keeps elsewhere."""
    from httpx import _client

    read = _client.get_environment_proxies
    variables: Any = None
    proxies: dict[str, str | None] = {}
    until = 0.0

    def get_environment_proxies() -> dict[str, str | None]:
        nonlocal variables, proxies, until
        now = time.monotonic()
        if now > until or os.environ._data != variables:  # type: ignore[attr-defined]
            variables = dict(os.environ._data)  # type: ignore[attr-defined]
            proxies, until = read(), now + 1
        return dict(proxies)

    _client.get_environment_proxies = get_environment_proxies


# ── clients: made when a connector asks for one ──────────────────────────────


def make_clients_on_demand() -> None:
    """Makes the client of a connector when it is first used; as shipped, also a result that needs none makes one.

    What would fail at once still does: a certificate file that cannot be read, a base URL that is none.
    """
    import httpx
    from cas.connectors.base import BaseConnector
    from httpx import _client
    from httpx._transports import default

    enter, leave = BaseConnector.__aenter__, BaseConnector.__aexit__
    correct: set[str] = set()

    async def __aenter__(self: Any) -> Any:
        if _client.get_environment_proxies():
            return await enter(self)
        default.create_ssl_context()
        if self.base_url not in correct:
            httpx.URL(self.base_url)
            correct.add(self.base_url)
        self.__dict__["_may_make_client"] = True
        return self

    async def __aexit__(self: Any, *exc: Any) -> None:
        self.__dict__["_may_make_client"] = False
        await leave(self, *exc)

    def get_client(self: Any) -> Any:
        made = self.__dict__.get("_client")
        if made is None and self.__dict__.get("_may_make_client"):
            made = self.__dict__["_client"] = httpx.AsyncClient(
                base_url=self.base_url,
                timeout=httpx.Timeout(120.0, connect=15.0),
                headers={"User-Agent": "CAS/0.1 (Community Attribute Service)"},
                follow_redirects=True,
            )
        return made

    def set_client(self: Any, client: Any) -> None:
        self.__dict__["_client"] = client

    BaseConnector._client = property(get_client, set_client)  # type: ignore[assignment]
    BaseConnector.__aenter__ = __aenter__  # type: ignore[method-assign]
    BaseConnector.__aexit__ = __aexit__  # type: ignore[method-assign]


# ── async_library: asyncio, if nothing else is installed ─────────────────────


def name_async_library() -> None:
    """Answers httpcore's question for the event loop at once; it looks for an absent module several times a request."""
    from httpcore import _synchronization
    from httpcore._backends import auto

    if importlib.util.find_spec("sniffio") is not None:
        raise Unchanged("sniffio is installed")
    name = _synchronization.current_async_library()
    _synchronization.current_async_library = auto.current_async_library = lambda: name


# ── discovery: the connectors are imported once ──────────────────────────────


def discover_once() -> None:
    """Imports the connectors for the first request alone; as shipped, every request lists their folder again."""
    from cas.core import registry
    from cas.extract import engine

    discover = engine.discover
    known: dict[str, Any] = getattr(registry, "_KNOWN_CONNECTORS", {})  # not in 0.1.0 and 0.2.0
    is_done = False

    def once() -> None:
        nonlocal is_done
        if is_done:
            registry._REGISTRY.update(known)
            return
        discover()
        is_done = True

    engine.discover = once


# ── catalogs: a provider's datasets are listed once ──────────────────────────


def remember_catalogs() -> None:
    """Looks up the valid range of a result in a list of datasets that is kept; as shipped, every result makes the list anew.

    It is kept as long as the service keeps it for its own catalog routes, ``CAS_METADATA_CACHE_TTL_S``.
    """
    from cas.core.config import get_settings
    from cas.core.exceptions import ConnectorError, ExtractionError
    from cas.extract import engine

    lists: dict[type, tuple[float, dict[str, Any]]] = {}

    async def variables(connector: Any, dataset_id: str) -> Any:
        now = time.monotonic()
        until, datasets = lists.get(type(connector), (now, {}))
        if until <= now:
            datasets = {}
            for dataset in await connector.list_datasets():
                datasets.setdefault(dataset.id, dataset)
            lists[type(connector)] = (now + get_settings().metadata_cache_ttl_s, datasets)
        return datasets[dataset_id].variables if dataset_id in datasets else ()

    async def _extract_single(provider_slug: str, dataset_id: str, request: Any) -> Any:
        start = time.monotonic()
        if request.geometry is None:
            raise ExtractionError(f"Extraction failed for {dataset_id}: request has no geometry")
        try:
            async with engine.get_connector(provider_slug)() as connector:
                result = await connector.extract(
                    dataset_id=dataset_id, geometry=request.geometry, time_range=request.time_range
                )
                result.elapsed_ms = int((time.monotonic() - start) * 1000)
                if result.valid_range is None:
                    try:
                        for variable in await variables(connector, dataset_id):
                            if variable.name == result.variable:
                                result.valid_range = variable.valid_range
                                break
                    except Exception:  # as shipped: a catalog that fails does not fail the result
                        pass
                return result
        except ConnectorError:
            raise
        except Exception as error:
            raise ExtractionError(f"Extraction failed for {dataset_id}: {error}") from error

    engine._extract_single = _extract_single


# ── cog_reads: rasters are read beside the event loop ────────────────────────

#: How many rasters are read at a time. GDAL keeps its connections by thread: each opens one to a provider.
READERS = 32


def read_rasters_in_threads() -> None:
    """Reads a window of a raster in a thread; as shipped, everything else waits for the provider meanwhile.

    A connector that sets up GDAL for its reads does so for its own thread, and goes on reading there. A read goes on to its end
    whatever the service's time limits are, as it does when nothing else can run; they end what a connector waits for after it.
    """
    import rasterio.env
    from cas.connectors.protocols.stac import STACMixin

    read = STACMixin._read_cog_window
    readers = ThreadPoolExecutor(READERS, "cas-go-reader")

    def read_now(*args: Any, **kwargs: Any) -> Any:
        try:
            read(*args, **kwargs).send(None)
        except StopIteration as end:  # it awaits nothing, and so ends at once
            return end.value
        raise RuntimeError("the read of a raster awaits something")

    @functools.wraps(read)
    async def _read_cog_window(*args: Any, **kwargs: Any) -> Any:
        if rasterio.env.hasenv():
            return await read(*args, **kwargs)
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        cancellations = task.cancelling()

        def cancel() -> None:
            """Cancels the task, which waits for something else now, unless the time limit was for the read alone."""
            if task.cancelling() > cancellations:
                task.uncancel()
                task.cancel()

        reading = loop.run_in_executor(
            readers, functools.partial(contextvars.copy_context().run, read_now, *args, **kwargs)
        )
        while not reading.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([reading])
        if task.cancelling() > cancellations:
            loop.call_soon(cancel)
        return reading.result()

    STACMixin._read_cog_window = _read_cog_window  # type: ignore[method-assign]


# ── log_level: no line for each result ───────────────────────────────────────


def log_warnings() -> None:
    """Sets structlog, as long as nobody did, to write warnings and errors; as shipped it writes a line for each result."""
    import structlog

    if structlog.is_configured():
        raise Unchanged("the application has configured structlog")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


CHANGES = (
    Change(
        "tls_context",
        ("httpx._config.create_ssl_context", "httpx._transports.default.AsyncHTTPTransport.__init__"),
        share_tls_context,
    ),
    Change(
        "connections",
        (
            "httpx._client.AsyncClient.__init__",
            "httpx._client.AsyncClient._init_transport",
            "httpx._client.AsyncClient._transport_for_url",
            "httpx._client.AsyncClient.aclose",
            "httpx._client.AsyncClient.__aenter__",
            "httpx._client.AsyncClient.__aexit__",
            "httpx._transports.default.AsyncHTTPTransport",
            "httpx._utils.get_environment_proxies",
            "httpcore._async.connection_pool.AsyncConnectionPool",
            "httpcore._async.connection.AsyncHTTPConnection",
        ),
        keep_connections,
    ),
    Change(
        "proxies",
        ("httpx._utils.get_environment_proxies", "httpx._client.BaseClient._get_proxy_map"),
        remember_proxies,
    ),
    Change(
        "clients",
        (
            "cas.connectors.base.BaseConnector.__init__",
            "cas.connectors.base.BaseConnector.__aenter__",
            "cas.connectors.base.BaseConnector.__aexit__",
            "cas.connectors.base.BaseConnector.client",
        ),
        make_clients_on_demand,
    ),
    Change(
        "async_library",
        ("httpcore._synchronization.current_async_library", "httpcore._backends.auto.AutoBackend"),
        name_async_library,
    ),
    Change("discovery", ("cas.core.registry.discover", "cas.core.registry.register"), discover_once),
    Change("catalogs", ("cas.extract.engine._extract_single",), remember_catalogs),
    Change("cog_reads", ("cas.connectors.protocols.stac.STACMixin._read_cog_window",), read_rasters_in_threads),
    Change("log_level", (), log_warnings),
)


# ── The application ──────────────────────────────────────────────────────────


def create_app() -> Any:
    """Makes the application of ``CAS_GO_APP``, tuned."""
    leave_out = [name for name in os.environ.get("CAS_GO_LEAVE_OUT", "").split(",") if name]
    module, _, factory = os.environ.get("CAS_GO_APP", SHIPPED_APP).rpartition(":")
    tuning = apply(*leave_out)
    print(f"cas_go_tuned: tuned: {', '.join(tuning.applied)}", file=sys.stderr, flush=True)
    for name, reason in tuning.left_out.items():
        print(f"cas_go_tuned: {name} is as shipped: {reason}", file=sys.stderr, flush=True)
    return getattr(importlib.import_module(module), factory)()


def main() -> None:
    """Prints the digests of the installed versions, for ``KNOWN``."""
    names = sorted({name for change in CHANGES for name in change.relies_on})
    print(json.dumps({name: digest(name) for name in names}, indent=2))


if __name__ == "__main__":
    main()
