"""Tests of cas_go_tuned.py: the tuned service speaks HTTP as it does as shipped.

``go test ./local`` runs them with the Python of each version of the service. Each test runs as shipped and tuned, each time
in a process of its own, for what is replaced stays replaced.
"""

import asyncio
import contextlib
import logging
import os
import ssl
import time
import unittest
import unittest.mock
from pathlib import Path

TUNED = os.environ.get("TUNED") == "1"
if TUNED:
    import cas_go_tuned

    tuning = cas_go_tuned.apply()
    assert not tuning.left_out, tuning.left_out

import httpx
from cas.connectors.base import BaseConnector
from cas.connectors.protocols.stac import STACMixin


logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # the debug mode of unittest's loops


class Provider:
    """A provider in the event loop of the test: HTTP/1.1, with a scripted answer for each path."""

    def __init__(self, certificate=None):
        self.certificate = certificate
        self.connections = 0
        self.requests = []
        self.writers = []

    async def __aenter__(self):
        context = None
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=context)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc):
        self.server.close()
        for writer in self.writers:
            writer.close()

    async def serve(self, reader, writer):
        self.connections += 1
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                method, target, *_ = head.decode().split()
                headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
                await reader.readexactly(int(headers.get("Content-Length", 0)))
                self.requests.append((method, target, headers))
                if not await self.answer(target, headers, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def answer(self, target, headers, writer):
        extra, status, body = "", "200 OK", b"hello"
        if target.endswith("/cookie"):
            extra = "Set-Cookie: session=of-this-client\r\n"
        elif target.endswith("/redirect"):
            status, extra = "302 Found", "Location: /target\r\n"
        elif target.endswith("/slow"):
            await asyncio.sleep(5)
        elif target.endswith("/close"):
            extra = "Connection: close\r\n"
        elif target.endswith("/hang-up-later"):  # answers, and closes when the next request has come
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
            await writer.drain()
            self.hang_up = True
            return True
        if getattr(self, "hang_up", False):
            self.hang_up = False
            writer.transport.abort()
            return False
        writer.write(f"HTTP/1.1 {status}\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return "close" not in extra


class Connector(BaseConnector):
    slug, display_name, protocol = "test", "Test", "rest"
    base_url = "http://127.0.0.1:1"

    async def list_datasets(self):
        return []

    async def extract(self, dataset_id, geometry, time_range=None):
        raise NotImplementedError


async def ask(url, path="/x", method="GET", **options):
    """One result's worth of asking: a client of its own."""
    async with httpx.AsyncClient(**options) as client:
        return await client.request(method, url + path)


class Http(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        for name in list(os.environ):
            if name.lower().endswith("_proxy"):
                del os.environ[name]
        self.addCleanup(os.environ.update, dict(os.environ))
        self.addCleanup(os.environ.clear)

    async def test_connections_are_kept_from_client_to_client(self):
        async with Provider() as provider:
            for method in ("GET", "GET", "POST", "HEAD"):
                await ask(provider.url, method=method)
            self.assertEqual(provider.connections, 1 if TUNED else 4)

    async def test_clients_at_a_time_have_connections_of_their_own(self):
        async with Provider() as provider:
            for _ in range(3):
                await asyncio.gather(*[ask(provider.url) for _ in range(10)])
            self.assertEqual(provider.connections, 10 if TUNED else 30)

    async def test_cookies_stay_with_their_client(self):
        async with Provider() as provider:
            async with httpx.AsyncClient(base_url=provider.url) as client:
                await client.get("/cookie")
                await client.get("/x")
            await ask(provider.url)
            self.assertEqual([r[2].get("Cookie") for r in provider.requests], [None, "session=of-this-client", None])

    async def test_redirects_are_the_clients(self):
        async with Provider() as provider:
            self.assertEqual((await ask(provider.url, "/redirect")).status_code, 302)
            answer = await ask(provider.url, "/redirect", follow_redirects=True)
            self.assertEqual((answer.status_code, len(answer.history)), (200, 1))

    async def test_time_limits_are_the_clients(self):
        async with Provider() as provider:
            await ask(provider.url)
            with self.assertRaises(httpx.ReadTimeout):
                await ask(provider.url, "/slow", timeout=0.2)
            self.assertEqual((await ask(provider.url)).text, "hello")  # not what the slow one was sent

    async def test_a_cancelled_request_leaves_nothing_behind(self):
        async with Provider() as provider:
            await ask(provider.url)
            with self.assertRaises(TimeoutError):
                await asyncio.wait_for(ask(provider.url, "/slow"), 0.2)
            self.assertEqual((await ask(provider.url)).text, "hello")

    async def test_an_unread_answer_is_not_the_next_clients(self):
        async with Provider() as provider:
            async with httpx.AsyncClient() as client:
                response = await client.send(client.build_request("GET", provider.url + "/x"), stream=True)
                self.assertEqual(response.status_code, 200)
            self.assertEqual((await ask(provider.url, "/target")).text, "hello")
            self.assertEqual(provider.connections, 2)

    async def test_a_connection_that_the_server_closed_is_not_used(self):
        async with Provider() as provider:
            for _ in range(3):
                self.assertEqual((await ask(provider.url, "/close")).text, "hello")
            self.assertEqual(provider.connections, 3)

    async def test_a_get_is_repeated_if_the_kept_connection_breaks(self):
        async with Provider() as provider:
            await ask(provider.url, "/hang-up-later")
            provider.hang_up = TUNED
            self.assertEqual((await ask(provider.url)).text, "hello")
            self.assertEqual(provider.connections, 2)

    async def test_an_unreachable_provider_is_a_connect_error(self):
        for _ in range(2):
            with self.assertRaises(httpx.ConnectError):
                await ask("http://127.0.0.1:1")

    async def test_proxies_of_the_environment_are_used(self):
        async with Provider() as proxy, Provider() as provider:
            await ask(provider.url)
            os.environ["HTTP_PROXY"] = proxy.url
            for _ in range(2):
                await ask(provider.url, "/by-proxy")
            self.assertEqual([r[1] for r in proxy.requests], [provider.url + "/by-proxy"] * 2)
            os.environ["NO_PROXY"] = "127.0.0.1"
            await ask(provider.url, "/direct")
            del os.environ["HTTP_PROXY"], os.environ["NO_PROXY"]
            await ask(provider.url, "/direct")
            self.assertEqual([r[1] for r in provider.requests], ["/x", "/direct", "/direct"])

    async def test_a_proxy_of_the_client_is_used(self):
        async with Provider() as proxy:
            await ask("http://example.invalid", proxy=proxy.url)
            self.assertEqual(proxy.requests[0][1], "http://example.invalid/x")

    async def test_a_transport_of_the_client_is_used(self):
        transport = httpx.MockTransport(lambda request: httpx.Response(201))
        self.assertEqual((await ask("https://example.invalid", transport=transport)).status_code, 201)

    async def test_an_own_authority_is_trusted_by_ssl_cert_file_alone(self):
        certificate, authority = os.environ["CERTIFICATE"], os.environ["AUTHORITY"]
        async with Provider((certificate, certificate)) as provider:
            with self.assertRaises(httpx.ConnectError):
                await ask(provider.url)
            os.environ["SSL_CERT_FILE"] = authority
            for _ in range(3):
                self.assertEqual((await ask(provider.url)).text, "hello")
            with self.assertRaises(httpx.ConnectError):  # the connections of those who trust are not theirs
                await ask(provider.url, trust_env=False)
            del os.environ["SSL_CERT_FILE"]
            with self.assertRaises(httpx.ConnectError):
                await ask(provider.url)

    async def test_a_certificate_file_that_changes_is_read_again(self):
        certificate, authority = os.environ["CERTIFICATE"], Path(os.environ["AUTHORITY"])
        changing = Path(os.environ["SCRATCH"]) / f"changing-{TUNED}.pem"
        import certifi

        changing.write_bytes(Path(certifi.where()).read_bytes())
        os.environ["SSL_CERT_FILE"] = str(changing)
        async with Provider((certificate, certificate)) as provider:
            with self.assertRaises(httpx.ConnectError):
                await ask(provider.url)
            changing.write_bytes(authority.read_bytes())
            self.assertEqual((await ask(provider.url)).text, "hello")

    async def test_a_certificate_file_that_is_missing_fails_every_connector(self):
        os.environ["SSL_CERT_FILE"] = "/nowhere/authority.pem"
        for _ in range(2):
            with self.assertRaises(FileNotFoundError):
                async with Connector():
                    pass

    async def test_verify_and_contexts_of_the_client_are_its_own(self):
        certificate = os.environ["CERTIFICATE"]
        own = ssl.create_default_context(cafile=os.environ["AUTHORITY"])
        async with Provider((certificate, certificate)) as provider:
            for verify in (False, own, False, own):
                self.assertEqual((await ask(provider.url, verify=verify)).text, "hello")
            with self.assertRaises(httpx.ConnectError):
                await ask(provider.url)
            self.assertGreaterEqual(provider.connections, 4)

    async def test_a_context_that_httpx_hands_out_is_not_shared(self):
        mine = httpx.create_ssl_context()
        mine.check_hostname, mine.verify_mode = False, ssl.CERT_NONE
        self.assertIsNot(httpx.create_ssl_context(), mine)
        certificate = os.environ["CERTIFICATE"]
        async with Provider((certificate, certificate)) as provider:
            with self.assertRaises(httpx.ConnectError):
                await ask(provider.url)


class Connectors(unittest.IsolatedAsyncioTestCase):
    async def test_the_client_is_as_shipped(self):
        async with Connector() as connector:
            client = connector.client
            self.assertIs(connector.client, client)
            self.assertIs(connector._client, client)
            self.assertEqual(client.base_url, "http://127.0.0.1:1")
            self.assertEqual(client.timeout, httpx.Timeout(120.0, connect=15.0))
            self.assertEqual(client.headers["User-Agent"], "CAS/0.1 (Community Attribute Service)")
            self.assertTrue(client.follow_redirects)
        self.assertTrue(client.is_closed)
        self.assertIsNone(connector._client)

    async def test_no_client_outside_of_the_context(self):
        connector = Connector()
        for _ in range(2):
            self.assertIsNone(connector._client)
            with self.assertRaisesRegex(Exception, "outside async context manager"):
                connector.client
            async with connector:
                self.assertFalse(connector.client.is_closed)

    async def test_a_client_of_the_connectors_own(self):
        class Own(Connector):
            async def __aenter__(self):
                self._client = httpx.AsyncClient(verify=False)
                return self

        async with Own() as connector:
            own = connector._client
            self.assertIs(connector.client, own)
        self.assertTrue(own.is_closed)

    async def test_a_base_url_that_is_none_fails_at_once(self):
        class Wrong(Connector):
            base_url = "http://example.invalid:port"

        with self.assertRaises(httpx.InvalidURL):
            async with Wrong():
                pass


class Rasters(unittest.IsolatedAsyncioTestCase):
    class Reader(STACMixin, Connector):
        def read(self, file):
            return self._read_cog_window(file, (10.1, 49.5, 10.2, 49.6))

        async def read_and_wait(self, file):
            await self.read(file)
            await asyncio.sleep(30)

    def raster(self):
        import numpy
        import rasterio
        from rasterio.transform import from_origin

        file = str(Path(os.environ["SCRATCH"]) / f"raster-{TUNED}.tif")
        with rasterio.open(
            file, "w", driver="GTiff", count=1, dtype="int16", height=100, width=100, nodata=-1, crs="EPSG:4326",
            transform=from_origin(10, 50, 0.01, 0.01),
        ) as raster:
            raster.write(numpy.arange(10000, dtype="int16").reshape(100, 100), 1)
        return file

    def slow(self):
        """Makes the opening of a raster take half a second."""
        import rasterio

        fast = rasterio.open

        def open(*args, **kwargs):
            time.sleep(0.5)
            return fast(*args, **kwargs)

        return unittest.mock.patch("rasterio.open", open)

    def check(self, window):
        values, transform, nodata, crs = window
        self.assertEqual((values.shape, int(values[0, 0]), nodata, str(crs)), ((10, 10), 4010, -1.0, "EPSG:4326"))

    async def test_a_window_is_read(self):
        import rasterio

        file = self.raster()
        for environment in (False, True):  # GDAL set up by the connector, for its thread
            with rasterio.Env(GDAL_HTTP_TIMEOUT="30") if environment else contextlib.nullcontext():
                self.check(await self.Reader().read(file))

    async def test_the_loop_goes_on_during_a_read(self):
        file, ticks = self.raster(), 0
        with self.slow():
            reading = asyncio.ensure_future(self.Reader().read(file))
            while not reading.done():
                await asyncio.sleep(0.01)
                ticks += 1
        self.check(reading.result())
        (self.assertGreater if TUNED else self.assertLess)(ticks, 3)

    @staticmethod
    async def timeout(waited, seconds):
        """What asyncio.wait_for is from Python 3.12."""
        async with asyncio.timeout(seconds):
            return await waited

    async def test_a_time_limit_does_not_end_a_read(self):
        file = self.raster()
        for limited in (asyncio.wait_for, self.timeout):
            with self.slow():
                self.check(await limited(self.Reader().read(file), 0.1))
            await asyncio.sleep(0.01)

    async def test_a_time_limit_ends_what_comes_after_a_read(self):
        file = self.raster()
        for limited in (asyncio.wait_for, self.timeout):
            with self.slow(), self.assertRaises(TimeoutError):
                await limited(self.Reader().read_and_wait(file), 0.1)

    async def test_a_cancellation_waits_for_a_read(self):
        file = self.raster()
        with self.slow():
            reading = asyncio.ensure_future(self.Reader().read_and_wait(file))
            await asyncio.sleep(0.1)
            reading.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await reading

    async def test_a_raster_that_cannot_be_read(self):
        import rasterio

        with self.assertRaises(rasterio.errors.RasterioIOError):
            await self.Reader()._read_cog_window("/nowhere.tif", (0, 0, 1, 1))

