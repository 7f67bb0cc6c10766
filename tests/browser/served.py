"""The real service over the five documents, on a free port, for a browser to visit."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from service.app import create_app
from service.ask import Pipeline
from service.settings import Settings


@contextmanager
def serving(settings: Settings, open_index: Callable[[], Pipeline]) -> Iterator[str]:
    """Yields the address of a service with these settings."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(settings, open_index), log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        # The listener takes connections from the start; the first reply comes once the index is open.
        yield f"http://localhost:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
