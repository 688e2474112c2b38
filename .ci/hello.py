#!/usr/bin/env python3
"""Write a capture of a TLS client's first message, of Python's own OpenSSL.

    hello.py OUTPUT.pcap

The captures of the tree have no TLS, so without it the table tls would stay
empty. The message differs from run to run in its random bytes and keys.
"""

import ssl
import struct
import sys

LINK_RAW_IP = 101
TCP = 6
ACK_PSH = 0x18
CLIENT, SERVER = bytes((192, 0, 2, 10)), bytes((198, 51, 100, 80))
PORTS = (40443, 443)


def client_hello(server_name):
    """The bytes with which a client opens a connection."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(received, sent, server_hostname=server_name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass  # for an answer that nobody gives
    return sent.read()


def packet(payload):
    """An IPv4 packet with a TCP segment, its checksums left out."""
    tcp = struct.pack("!HHIIBBHHH", *PORTS, 1, 1, 5 << 4, ACK_PSH, 65535, 0, 0)
    length = 20 + len(tcp) + len(payload)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 1, 0, 64, TCP, 0, CLIENT, SERVER)
    return ip + tcp + payload


def main(output):
    data = packet(client_hello("www.example.org"))
    with open(output, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINK_RAW_IP))
        file.write(struct.pack("<IIII", 1773500000, 0, len(data), len(data)) + data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
