"""What one submission may use."""

from dataclasses import asdict, dataclass

MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Limits of one submission: seconds, bytes and numbers."""

    cell: float = 30.0  # for one cell
    total: float = 180.0  # for the whole notebook without the cells that a learner added
    extra: float = 60.0  # for all of these
    cpu: float = 120.0  # of processor time, for each process
    memory: int = 2_000 * MB  # for each process, and for all together
    processes: int = 64  # and threads, at a time
    output: int = 20 * MB
    disk: int = 200 * MB  # of files

    def as_dict(self):
        """Return the limits as a dict, for the record."""
        return asdict(self)
