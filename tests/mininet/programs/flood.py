"""Makes up hosts: `flood.py INTERFACE COUNT MAC`.

Each asks who has an address that nobody has, and sends a UDP packet to it by way of the host with
that MAC, from a MAC and an IP address nobody has used before. Not to the host itself: kernels have
one table of neighbours for all namespaces, and it would be full.
"""

import socket
import struct
import sys
import time

interface, count = sys.argv[1], int(sys.argv[2])
victim = bytes.fromhex(sys.argv[3].replace(":", ""))
nobody = socket.inet_aton("10.255.0.1")


# So that the switch gets to tell of more than the first thousands.
PAUSE = 0.015


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def arp(mac, ip):
    fixed = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
    return b"\xff" * 6 + mac + b"\x08\x06" + fixed + mac + ip + bytes(6) + nobody


def udp(mac, ip):
    header = struct.pack("!BBHHHBBH", 0x45, 0, 28, 0, 0, 64, 17, 0) + ip + nobody
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return victim + mac + b"\x08\x00" + header + struct.pack("!HHHH", 9, 9, 8, 0)


with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind((interface, 0))
    for number in range(count):
        mac = b"\x02\x00" + struct.pack("!I", number)
        ip = b"\x0a" + struct.pack("!I", number + (1 << 16))[1:]
        for frame in (arp(mac, ip), udp(mac, ip)):
            wire.send(frame.ljust(60, b"\0"))
        if number % 100 == 0:
            time.sleep(PAUSE)
