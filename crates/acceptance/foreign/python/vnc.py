# Looks at a console with a plain VNC client, which speaks TCP: once through the server, whose WebSocket a bridge carries,
# once straight at the host. Arguments: address of the server, token, id of a VM, its name, URL of the host, its user and
# password, letters of the screen (their rows of 5 bits in hexadecimal, to the letter).
# Prints one line of JSON for each thing seen.

import asyncio
import contextlib
import json
import sys
import urllib.parse
import xmlrpc.client

import asyncvnc
import websockets

SERVER, TOKEN, VM, NAME, HOST, USER, PASSWORD, LETTERS = sys.argv[1:]
FONT = json.loads(LETTERS)
LIMIT = 60


def say(what, value):
    print(json.dumps({what: value}), flush=True)


def rows(screen):
    """What stands on the screen: cells of 8 × 10 points, whose letters are 7 rows of 5 bits."""
    height, width = screen.shape[:2]
    for top in range(0, height - 9, 10):
        row = ''
        for left in range(0, width - 7, 8):
            ink = (screen[top:top + 10, left:left + 8, :3] != screen[top, left, :3]).any(axis=2)
            cell = ''.join(f'{int("".join(str(int(point)) for point in line[1:6]), 2):02x}' for line in ink[1:8])
            row += FONT.get(cell, '?')
        yield row.strip()


async def see(client, wanted):
    """Looks at what changes until it shows what is wanted."""
    client.video.data = None
    while True:
        client.video.refresh()
        while await client.read() is not asyncvnc.UpdateType.VIDEO:
            pass
        if any(wanted in row for row in rows(client.video.as_rgba())):
            return


@contextlib.asynccontextmanager
async def bridge():
    """A port whose connections go on as WebSockets to the console."""
    ends = []

    async def carry(reader, writer):
        url = f'ws://{SERVER}/api/consoles/{VM}'
        async with websockets.connect(url, additional_headers={'cookie': f'token={TOKEN}'}, max_size=None) as socket:

            async def up():
                while piece := await reader.read(4096):
                    await socket.send(piece)
                await socket.close()

            async def down():
                async for piece in socket:
                    writer.write(piece)
                    await writer.drain()

            await asyncio.gather(up(), down())
            ends.append(socket.close_code)
        writer.close()

    listener = await asyncio.start_server(carry, '127.0.0.1', 0)
    async with listener:
        yield listener.sockets[0].getsockname(), ends


async def tunnel(host, port):
    """A connection that the host has taken for its console."""
    session = xmlrpc.client.ServerProxy(HOST).session.login_with_password(USER, PASSWORD)['Value']
    reader, writer = await asyncio.open_connection(host, port)
    path = '/console?' + urllib.parse.urlencode({'uuid': VM, 'session_id': session})
    writer.write(f'CONNECT {path} HTTP/1.0\r\n\r\n'.encode())
    head = await reader.readuntil(b'\r\n\r\n')
    say('tunnel', head.split(b'\r\n')[0].decode())
    return reader, writer


async def main():
    async with bridge() as (address, ends):
        async with asyncvnc.connect(*address) as client:
            say('name', client.video.name)
            await see(client, NAME)
            client.keyboard.write('hello')
            await see(client, '> hello_')
            say('typed', True)
            host = urllib.parse.urlsplit(HOST)
            async with asyncvnc.connect(host.hostname, host.port, opener=tunnel) as other:
                await see(other, '> hello_')
                other.keyboard.write('again')
                await see(other, '> helloagain_')
                say('typedAtTheHost', True)
            await see(client, '> helloagain_')
            say('bothSee', True)
            client.keyboard.press('Return')
            await see(client, '> _')
            say('entered', True)
        while not ends:
            await asyncio.sleep(0.01)
        say('closed', ends)


asyncio.run(asyncio.wait_for(main(), LIMIT))
