"""A line to PostgreSQL that breaks when it hurts most."""

import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from servers.postgres import PostgresServer


class Proxy:
    """Stands between crmbot and PostgreSQL, and cuts the connection before or after a COMMIT gets through.

    `cut` is "before" or "after" for the next COMMIT; with `breaks` nothing gets through from then on, until `mend`.
    """

    def __init__(self, server: PostgresServer) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="crmbot-cut-"))
        self.cut: str | None = None
        self.cuts = 0
        self.breaks = False
        self._broken = threading.Event()
        self._target = f"{server.directory}/.s.PGSQL.5432"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{self.directory}/.s.PGSQL.5432")
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                if self._broken.is_set():
                    client.close()
                    continue
                threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        deaf = threading.Event()
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._target)
            back = threading.Thread(target=self._answer, args=(server, client, deaf), daemon=True)
            back.start()
            self._ask(client, server, deaf)
            if deaf.is_set():
                # PostgreSQL has answered, and nobody heard it.
                back.join()
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join()

    def _ask(self, client: socket.socket, server: socket.socket, deaf: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(65_536):
                if self.cut and b"COMMIT\x00" in data:
                    if self.cut == "after":
                        deaf.set()
                        server.sendall(data)
                    self.cut, self.cuts = None, self.cuts + 1
                    if self.breaks:
                        self._broken.set()
                    return
                server.sendall(data)

    @staticmethod
    def _answer(server: socket.socket, client: socket.socket, deaf: threading.Event) -> None:
        with suppress(OSError):
            while (data := server.recv(65_536)) and not deaf.is_set():
                client.sendall(data)

    def mend(self) -> None:
        """Let connections through again."""
        self.breaks = False
        self._broken.clear()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self.directory)
