"""A host of static files, as many people use for a site; it counts what it sends."""

import gzip
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_TEXT = {".html", ".js", ".json", ".css", ".svg", ".ipynb"}  # what hosts compress on the way


class Host:
    """Serves a folder at `address` until `close`; `sent` has the bytes of each file by path.

    `asked` has the path of each request, `lost` a part of those that are not found. A browser may
    keep what it got for `max_age` seconds without asking again, as many hosts say.
    """

    def __init__(self, folder: Path, lost: str = "", max_age: int = 0) -> None:
        self.sent: dict[str, int] = {}
        self.asked: list[str] = []
        self.lost, self.max_age = lost, max_age
        self._folder = folder
        handler = partial(_Handler, self, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def compressed(self) -> int:
        """Return how many bytes a host sends that compresses text on the way."""
        return sum(self._size(path) for path in self.sent)

    def _size(self, path: str) -> int:
        file = self._folder / path.lstrip("/")
        if file.suffix not in _TEXT:
            return self.sent[path]
        return len(gzip.compress(file.read_bytes(), 6))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, host: Host, *arguments, **options) -> None:
        self._host = host
        super().__init__(*arguments, **options)

    def send_head(self):
        path = self.path.partition("?")[0]
        self._host.asked.append(path)
        if self._host.lost and self._host.lost in path:
            return self.send_error(404)
        return super().send_head()

    def end_headers(self) -> None:
        if self._host.max_age:
            self.send_header("Cache-Control", f"max-age={self._host.max_age}")
        super().end_headers()

    def copyfile(self, source, outputfile) -> None:
        path = Path(self.translate_path(self.path))
        name = f"/{path.relative_to(self.directory).as_posix()}"
        self._host.sent[name] = path.stat().st_size
        super().copyfile(source, outputfile)

    def log_message(self, *_arguments) -> None:
        """Say nothing."""
