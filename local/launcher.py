# Runs a CAS application under uvicorn on a loopback port of its own choice.
#
# local.Start runs this text with `python -c`, its settings as the one argument.
# Two things pass between the two processes besides the log:
#
#  * The first marked line on standard output is a report: the port, or what is
#    missing here. The port is bound and listening before it is reported, so it
#    belongs to this process beyond doubt and no other can take it.
#  * Standard input is a pipe that stays open as long as the Go program lives.
#    Its end means "stop", whether Close asked for it or the program was killed.
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

MARK = "cas-go-local: "
OLDEST_PYTHON = (3, 11)  # community-attribute-service: Requires-Python >= 3.11


def report(**facts):
    sys.stdout.write(MARK + json.dumps(facts) + "\n")
    sys.stdout.flush()


if sys.version_info < OLDEST_PYTHON:
    report(problem="is Python %d.%d.%d, and the service needs 3.11 or newer" % sys.version_info[:3])
    sys.exit(1)

import signal
import socket
import threading
import time
import traceback

settings = json.loads(sys.argv[1])


def watch(pipe, grace):
    """Ends this process and its workers when the pipe does."""
    while os.read(pipe, 1024):
        pass
    signal.raise_signal(signal.SIGTERM)  # uvicorn's orderly end, workers included
    time.sleep(grace)
    import multiprocessing

    for worker in multiprocessing.active_children():
        worker.kill()
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def own_stdin():
    """Takes the pipe away from standard input, so that no worker inherits it."""
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


def main():
    try:
        import uvicorn
        import cas.api.app  # noqa: F401  the service, and that its "api" extra is there
    except ImportError as error:
        report(missing=str(error))
        return 1

    from uvicorn.importer import import_from_string

    if settings["directory"]:
        sys.path.insert(0, settings["directory"])
    # Made here also when only workers will serve it: an application that cannot
    # be made ends the start with its own error, where uvicorn would go on
    # restarting its workers.
    try:
        app = import_from_string(settings["app"])()
    except BaseException as error:  # a SystemExit too: the Go program waits for a report
        traceback.print_exc()
        report(failed="%s: %s" % (type(error).__name__, error))
        return 1

    listener = listen()
    config = uvicorn.Config(
        app if settings["workers"] == 1 else settings["app"],
        factory=settings["workers"] > 1,
        workers=settings["workers"],
        access_log=settings["access_log"],
        backlog=settings["backlog"],
        timeout_graceful_shutdown=settings["drain"],
    )
    report(port=listener.getsockname()[1])
    if settings["workers"] > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[listener]).run()
        return 0
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    return 0 if server.started else 3  # uvicorn's own status for a failed start-up


# A worker of uvicorn does not come here: it is started without this text.
threading.Thread(target=watch, args=(own_stdin(), settings["grace"]), daemon=True).start()
sys.exit(main())
