"""Random numbers: those of the paper."""

import unittest

from callbox import Random


class RandomNumbers(unittest.TestCase):
    def test_the_numbers_are_the_papers(self) -> None:
        random = Random(1_234_567)
        first = [random.next() for _ in range(5)]
        self.assertEqual(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ],
        )

    def test_a_stream_goes_on_from_its_state(self) -> None:
        random = Random(7)
        random.next()
        copy = Random(random.state)
        self.assertEqual(copy.uniform(), random.uniform())
        self.assertTrue(all(copy.below(3) in (0, 1, 2) for _ in range(100)))
        self.assertEqual(copy.below(0), 0)
