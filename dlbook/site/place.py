"""The folder of a site: ours alone, brought up to date file by file, and nothing else touched."""

import shutil
from pathlib import Path

from dlbook import atomic
from dlbook.check.errors import UserError
from dlbook.site.addresses import RUN

MARK = ".dlbook-site"  # in the folder: the files that this command has put there, one a line


def require_ours(to: Path) -> None:
    """Refuse a folder that holds anything but a site made by this command.

    Raises:
        UserError: if there is something else.
    """
    if (to / MARK).is_file() or not to.exists():
        return
    if not to.is_dir() or any(to.iterdir()):
        raise UserError(
            f"a new or an empty folder is needed, or a site to bring up to date; {to} holds "
            "something else: name another folder"
        )


def publish(book: Path, to: Path) -> tuple[int, int]:
    """Bring a site up to date with a fresh book; return how many files changed, and of how many.

    Files whose bytes are the same are not touched. Those of an earlier book that this one does not
    have are removed, and so is what is left of an earlier build in `run/`.

    Args:
        book: the folder with the fresh book.
        to: the folder of the site, which `require_ours` has let through.

    Raises:
        UserError: if a file would take the place of one that is not ours; nothing is changed then.
    """
    fresh = sorted(path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file())
    before = owned(to)
    for name in fresh:
        if name not in before and (to / name).exists():
            raise UserError(
                f"{to / name} was not made by `dlbook site`, and a page of the book has its name: "
                "move it away, or name another folder"
            )
    to.mkdir(parents=True, exist_ok=True)
    _note(to, before | set(fresh))  # first, so that a build that is stopped still knows its own
    changed = [name for name in fresh if _copied(book / name, to / name)]
    for name in before - set(fresh):
        _remove(to, name)
    _note(to, set(fresh))
    return len(changed), len(fresh)


def owned(to: Path) -> set[str]:
    """Return the files in the folder of a site that were put there by this command."""
    mark = to / MARK
    return set(mark.read_text("utf-8").splitlines()) if mark.is_file() else set()


def room_to_run(to: Path) -> Path:
    """Return the folder for what runs in the browser; it is empty, since `publish` emptied it.

    Raises:
        UserError: if there is such a folder that is not ours.
    """
    place = to / RUN
    if place.exists():
        raise UserError(
            f"{place} was not made by `dlbook site`: move it away, or name another folder"
        )
    _note(to, owned(to) | {f"{RUN}/"})
    return place


def _note(to: Path, names: set[str]) -> None:
    atomic.write(to / MARK, "".join(f"{name}\n" for name in sorted(names)))


def _copied(source: Path, target: Path) -> bool:
    data = source.read_bytes()
    if target.is_file() and target.read_bytes() == data:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(target, data)
    return True


def _remove(to: Path, name: str) -> None:
    if name == f"{RUN}/":
        shutil.rmtree(to / RUN, ignore_errors=True)
        return
    (to / name).unlink(missing_ok=True)
    folder = (to / name).parent
    while folder != to and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
