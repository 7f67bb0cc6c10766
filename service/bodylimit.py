"""Refuses request bodies that are too large before they are read whole."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import refuse


class BodyLimit:
    """Refuses a request body over the limit before it is read whole: 413 with the error body of the contract."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its body read, or answers 413."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self._app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_bytes:
                text = f"the request body is over {self._max_bytes} bytes; send a question of at most 500 characters"
                await refuse(send, 413, "body_too_large", text, {"connection": "close"})
                return
        sent = False

        async def receive_body() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receive_body, send)
