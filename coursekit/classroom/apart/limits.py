"""What one submission may use."""

from dataclasses import asdict, dataclass

MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Limits of one submission.

    Attributes
    ----------
    cell : float
        Seconds for one cell.
    total : float
        Seconds for the whole notebook.
    cpu : float
        Seconds of processor time for each process.
    memory : int
        Bytes, for each process and for all together.
    processes : int
        Processes and threads at a time.
    output : int
        Bytes of output.
    disk : int
        Bytes of files.
    extra : float
        Seconds for all cells that a learner added, beside `total` for the others.
    """

    cell: float = 30.0
    total: float = 180.0
    cpu: float = 120.0
    memory: int = 2_000 * MB
    processes: int = 64
    output: int = 20 * MB
    disk: int = 200 * MB
    extra: float = 60.0

    def as_dict(self):
        """Return the limits as a dict, for the record."""
        return asdict(self)
