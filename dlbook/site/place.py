"""The folder of a site: ours alone, brought up to date file by file, and nothing else touched."""

from pathlib import Path

from dlbook import atomic
from dlbook.check.errors import UserError

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


def publish(fresh: Path, to: Path) -> tuple[int, int]:
    """Bring a site up to date with a fresh one; return how many files changed, and of how many.

    Files whose bytes are the same are not touched. Those of an earlier build that this one does not
    have are removed.

    Args:
        fresh: the folder with the fresh site.
        to: the folder of the site, which `require_ours` has let through.

    Raises:
        UserError: if a file would take the place of one that is not ours; nothing is changed then.
    """
    names = {path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()}
    before = owned(to)
    for name in sorted(names):
        if name not in before and (to / name).exists():
            raise UserError(
                f"{to / name} was not made by `dlbook site`, and the site has a file of that name: "
                "move it away, or name another folder"
            )
    to.mkdir(parents=True, exist_ok=True)
    _note(to, before | names)  # first, so that a build that is stopped still knows its own
    changed = [name for name in sorted(names) if _copied(fresh / name, to / name)]
    for name in before - names:
        _remove(to, name)
    _note(to, names)
    return len(changed), len(names)


def owned(to: Path) -> set[str]:
    """Return the files in the folder of a site that were put there by this command."""
    mark = to / MARK
    return set(mark.read_text("utf-8").splitlines()) if mark.is_file() else set()


def _note(to: Path, names: set[str]) -> None:
    atomic.write(to / MARK, "".join(f"{name}\n" for name in sorted(names)))


def _copied(source: Path, target: Path) -> bool:
    data = source.read_bytes()
    if target.is_file() and target.read_bytes() == data:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(target, data, sync=False)  # there are hundreds of them
    return True


def _remove(to: Path, name: str) -> None:
    (to / name).unlink(missing_ok=True)
    folder = (to / name).parent
    while folder != to and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
