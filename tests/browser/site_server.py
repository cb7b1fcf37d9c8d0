"""A host of static files, as many people use for a site; it counts what it sends."""

import gzip
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_TEXT = {".html", ".js", ".json", ".css", ".svg", ".ipynb"}  # what hosts compress on the way


class Host:
    """Serves a folder at `address` until `close`; `sent` has the bytes of each file by path."""

    def __init__(self, folder: Path) -> None:
        self.sent: dict[str, int] = {}
        self._folder = folder
        handler = partial(_Handler, self.sent, directory=str(folder))
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
    def __init__(self, sent: dict[str, int], *arguments, **options) -> None:
        self._sent = sent
        super().__init__(*arguments, **options)

    def copyfile(self, source, outputfile) -> None:
        path = Path(self.translate_path(self.path))
        name = f"/{path.relative_to(self.directory).as_posix()}"
        self._sent[name] = path.stat().st_size
        super().copyfile(source, outputfile)

    def log_message(self, *_arguments) -> None:
        """Say nothing."""
