"""A small SMTP server that remembers what it accepted: one line per message, flushed before the 250.

Usage: smtp_sink.py LOG. Prints its port. Unlike a mail server it never forgets and never merges, so a
message handed over twice is seen twice.
"""
import asyncio
import sys


def message_id(data: bytes) -> str:
    for line in data.split(b"\r\n"):
        if not line:
            break
        if line.lower().startswith(b"x-sluice-message:"):
            return line.split(b":", 1)[1].strip().decode()
    return "missing"


async def serve(reader, writer, log):
    async def say(text):
        writer.write(text.encode() + b"\r\n")
        await writer.drain()

    await say("220 sink ESMTP")
    try:
        while line := await reader.readline():
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                await say("250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
            elif verb == b"DATA":
                await say("354 go on")
                data = await reader.readuntil(b"\r\n.\r\n")
                log.write(message_id(data) + "\n")
                log.flush()
                await say("250 2.0.0 kept")
            elif verb == b"QUIT":
                await say("221 bye")
                break
            else:
                await say("250 2.0.0 ok")
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    with open(sys.argv[1], "a", encoding="ascii") as log:
        server = await asyncio.start_server(
            lambda r, w: serve(r, w, log), "127.0.0.1", 0, limit=1 << 22)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
