"""An HTTP server that says who it is: `server.py NAME PORT`.

/        the name
/slow/N  the name as one line and then N more, one every 100 ms, with their number
"""

import http.server
import sys
import time

NAME, PORT = sys.argv[1], int(sys.argv[2])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, kind, *rest = self.path.split("/")
        lines = int(rest[0]) if kind == "slow" else 0
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{NAME}\n".encode())
        for number in range(lines):
            time.sleep(0.1)
            self.wfile.write(f"{number}\n".encode())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


with Server(("", PORT), Handler) as server:
    print("listening", flush=True)
    server.serve_forever()
