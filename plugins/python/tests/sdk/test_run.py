"""What a run tells."""

import math
import unittest

from a_run import run
from callbox import Failure, Hyper, HyperName, Power
from callbox.run import decimal


class Runs(unittest.TestCase):
    def test_a_value_is_held_against_its_grant(self) -> None:
        run().allows(HyperName.LR, 0.1)
        with self.assertRaisesRegex(Failure, "^lr 0.2 is above 0.1, the most that this run grants$"):
            run().allows(HyperName.LR, 0.2)
        with self.assertRaisesRegex(Failure, "^lr -1 is below 0, the least that this run grants$"):
            run().allows(HyperName.LR, -1)
        with self.assertRaisesRegex(Failure, "^this run does not grant `mom`$"):
            run().allows(HyperName.MOM, 0.9)
        self.assertTrue(run().grants(Power.LR))
        self.assertFalse(run().grants(Power.WEIGHTS))

    def test_ratios_are_to_the_last_group(self) -> None:
        self.assertEqual(run().lr_ratios(), [0.1, 1.0])
        zero = Hyper(0.0, None, 0.0, None)
        self.assertEqual(run(hypers=[zero, zero]).lr_ratios(), [1.0, 1.0])
        self.assertEqual(run(hypers=[]).lr_ratios(), [])

    def test_directions_are_the_runs(self) -> None:
        self.assertIs(run().higher_is_better("accuracy"), True)
        self.assertIsNone(run().higher_is_better("odd"))
        self.assertIsNone(run().higher_is_better("unknown"))

    def test_numbers_are_written_as_in_every_language(self) -> None:
        for value, written in [
            (1.0, "1"),
            (0.1, "0.1"),
            (1e-7, "0.0000001"),
            (-1.5e-9, "-0.0000000015"),
            (1e22, "10000000000000000000000"),
            (1.25e20, "125000000000000000000"),
            (math.nan, "NaN"),
            (-math.inf, "-inf"),
            (-0.0, "-0"),
        ]:
            self.assertEqual(decimal(value), written)
