"""A desktop that shows notifications: run with the bus's address and a file to show them in."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from dbus_fast import Message, MessageType  # noqa: TID253 - this program is nothing else
from dbus_fast.aio import MessageBus  # noqa: TID253


async def main(address: str, shown: Path) -> None:
    """Serve until the process ends."""
    bus = await MessageBus(bus_address=address).connect()

    def answer(message: Message) -> Message | bool:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "Notify":
            return False
        _, _, _, title, body, _, hints, _ = message.body
        with shown.open("a") as file:
            file.write(f"{title}|{body}|transient={hints['transient'].value}\n")
        return Message.new_method_return(message, "u", [1])

    bus.add_message_handler(answer)
    await bus.request_name("org.freedesktop.Notifications")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
