"""Applications that go wrong in one way each. They need no more than uvicorn."""

import asyncio
import os
import signal
import sys
import time


def answering(status, on_startup=lambda: None, on_request=lambda path: None):
    """A minimal ASGI application that answers every request with one status."""

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            on_startup()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        on_request(scope["path"])
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    return app


def healthy():
    return answering(200)


def not_cas():
    return answering(404)


def refusing():
    raise ValueError("CAS_SOMETHING is not set")


def exiting():
    sys.exit("gave up")


def crashing():
    """Ends its process while it is made."""
    print("no such instruction", file=sys.stderr, flush=True)
    os._exit(5)


def hanging():
    print("waiting for the disk", flush=True)
    time.sleep(600)


def mute():
    """Closes its output, and hangs."""
    os.close(1)
    os.close(2)
    time.sleep(600)


def silent():
    """Closes all that joins it to the program that started it, and lives on."""
    os.closerange(1, 64)
    time.sleep(600)


def leaving():
    """Ends, and leaves its output and its reports to a child in another group."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(20)
    os._exit(4)


def quiet():
    """Closes its output, and serves."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    return answering(200)


def dying():
    """Ends its process while it starts to serve."""

    def end():
        print("the disk is full", file=sys.stderr, flush=True)
        os._exit(7)

    return answering(200, on_startup=end)


def sleeping():
    """Never comes to serve."""
    return answering(200, on_startup=lambda: time.sleep(600))


def telling():
    """Serves, and tells which process did, after half a second."""

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await answering(200)(scope, receive, send)
            return
        if scope["path"] != "/health":
            await asyncio.sleep(0.5)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

    return app


def mortal():
    """Serves, and dies of GET /die."""

    def end(path):
        if path == "/die":
            print("out of memory", flush=True)
            os._exit(9)

    return answering(200, on_request=end)


def stubborn():
    """Serves, and cannot be ended but by a kill once GET /block came in."""

    def block(path):
        if path == "/block":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("blocked", flush=True)
            time.sleep(600)

    return answering(200, on_request=block)
