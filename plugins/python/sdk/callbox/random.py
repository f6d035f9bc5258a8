"""Random numbers of the plugin's own: the same seed gives the same numbers, in every language's SDK. Python's own
`random` is fixed when the plugin is built."""

_MASK = (1 << 64) - 1


class Random:
    """A stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014).

    Seed it with `run.seed`, which is different for every plugin of a run, and save `state` to go on later.
    """

    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK
        """All that it remembers, 64 bits: `Random(state)` goes on where this one is."""

    def next(self) -> int:
        """64 random bits."""
        self.state = (self.state + 0x9E37_79B9_7F4A_7C15) & _MASK
        bits = self.state
        bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9 & _MASK
        bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB & _MASK
        return bits ^ (bits >> 31)

    def uniform(self) -> float:
        """Evenly in 0..1: a multiple of 2 ** -53."""
        return (self.next() >> 11) / (1 << 53)

    def below(self, n: int) -> int:
        """Evenly in 0..n, n excluded, for n up to 2 ** 53; 0 where n is 0."""
        return int(self.uniform() * n)
