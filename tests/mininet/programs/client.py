"""Asks an HTTP server again and again: `client.py URL COUNT PAUSE`.

Each answer is one JSON object a line: when it was asked and answered (seconds since the epoch), and
either the lines it got or what went wrong. Every request is a connection of its own.
"""

import http.client
import json
import sys
import time
import urllib.parse

URL, COUNT, PAUSE = urllib.parse.urlsplit(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
TIMEOUT = 2.0


def ask():
    connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=TIMEOUT)
    try:
        connection.request("GET", URL.path or "/")
        return {"lines": connection.getresponse().read().decode().splitlines()}
    except (OSError, http.client.HTTPException) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        connection.close()


for _ in range(COUNT):
    asked = time.time()
    answer = ask()
    print(json.dumps({"asked": asked, "answered": time.time(), **answer}), flush=True)
    time.sleep(PAUSE)
