"""Python's websockets as a device: `websockets_device.py URL`; the library's own loop brings it back."""
import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


def tell(event, **detail):
    print(json.dumps({"event": event, **detail}), flush=True)


async def main():
    async for socket in connect(sys.argv[1]):
        tell("connected")
        try:
            await socket.send("hello")
            async for message in socket:
                tell("message", text=message if isinstance(message, str) else message.decode())
        except ConnectionClosed as closed:
            received = closed.rcvd
            code = None if received is None else received.code
            reason = None if received is None else received.reason
            tell("redirect", exception=type(closed).__name__, code=code, reason=reason)
        # An end with 1000 or 1001 ends the inner loop without an exception.
        tell("ended", code=socket.close_code)


asyncio.run(main())
