# Runs a CAS application under uvicorn on a loopback port of its own choice.
#
# local.Start runs this text with `python -c`. Besides the log, two pipes join
# the two processes:
#
#  * Standard input begins with one line of settings, as JSON. It then stays
#    open as long as the Go program lives. Its end means "stop", whether Close
#    asked for it or the program was killed.
#  * The report pipe takes a line of JSON for every stage that is reached, or
#    what went wrong. The port is bound and listening before it is reported, so
#    it belongs to this process and no other can take it.
#
# Python 2 or an old Python 3 may be what is on the path: nothing above the
# version check may need a newer syntax than they know.
import sys

if "" in sys.path:
    # The working directory goes last: a folder in it must not hide a package.
    sys.path.remove("")
    sys.path.append("")

import json
import os

OLDEST_PYTHON = (3, 11)  # community-attribute-service: Requires-Python >= 3.11


def read_settings():
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(0, 65536)
        if not part:
            sys.exit(1)  # the Go program has ended
        line += part
    return json.loads(line.decode("utf-8"))


def open_reports():
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.open_osfhandle(settings["reports"], os.O_WRONLY)
    return settings["reports"]


def report(**facts):
    os.write(reports, (json.dumps(facts) + "\n").encode("utf-8"))


settings = read_settings()
reports = open_reports()
report(stage="started")
if sys.version_info < OLDEST_PYTHON:
    report(problem="is Python %d.%d.%d, and the service needs 3.11 or newer" % sys.version_info[:3])
    sys.exit(1)

import dataclasses
import signal
import socket
import threading
import time
import traceback
import types


def watch(pipe, grace):
    """Ends this process, and what it started, when the pipe does."""
    while os.read(pipe, 1024):
        pass
    signal.raise_signal(signal.SIGTERM)  # uvicorn's orderly end
    time.sleep(grace)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def own_stdin():
    """Takes the pipe away from standard input, so that no child inherits it."""
    pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return pipe


def listen():
    """A listening socket on a free loopback port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would share the port otherwise
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(settings["backlog"])
    return listener


def tune():
    """Makes the changes of cas_go_tuned.py, and returns which."""
    if not settings["tuning"]:
        return {"applied": []}
    module = sys.modules["cas_go_tuned"] = types.ModuleType("cas_go_tuned")
    exec(compile(settings["tuning"], "cas_go_tuned.py", "exec"), module.__dict__)
    return dataclasses.asdict(module.apply())


def main():
    try:
        import uvicorn
        import cas.api.app  # noqa: F401  the service, and that its "api" extra is there
    except ImportError as error:
        report(missing=str(error))
        return 1
    report(stage="imported")

    from uvicorn.importer import import_from_string

    if settings["directory"]:
        sys.path.insert(0, settings["directory"])
    try:
        tuning = tune()
        app = import_from_string(settings["app"])()
    except BaseException as error:  # a SystemExit too: the Go program waits for a report
        traceback.print_exc()
        report(failed="%s: %s" % (type(error).__name__, error))
        return 1

    listener = listen()
    report(stage="listening", port=listener.getsockname()[1], tuning=tuning)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=settings["access_log"],
            backlog=settings["backlog"],
            timeout_graceful_shutdown=settings["drain"],
        )
    )
    server.run(sockets=[listener])
    return 0 if server.started else 3  # uvicorn's own status for a failed start-up


os.set_inheritable(reports, False)
threading.Thread(target=watch, args=(own_stdin(), settings["grace"]), daemon=True).start()
sys.exit(main())
