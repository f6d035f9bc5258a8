"""Schedules: their ends, their middles, and libraries' values."""

import math
import unittest

from callbox import anneal

WAYS = (anneal.linear, anneal.cosine, anneal.exponential)


class Anneal(unittest.TestCase):
    def test_every_way_starts_and_ends_where_it_says(self) -> None:
        for way in WAYS:
            ends = [way(0.004, 0.1, pct) for pct in (-1.0, 0.0, 1.0, 7.0)]
            self.assertEqual(ends, [0.004, 0.004, 0.1, 0.1])

    def test_no_way_leaves_its_ends(self) -> None:
        for way in WAYS:
            for step in range(1001):
                self.assertTrue(4e-7 <= way(0.1, 4e-7, step / 1e9) <= 0.1)

    def test_the_middles_are_the_three_means(self) -> None:
        self.assertAlmostEqual(anneal.linear(1.0, 9.0, 0.5), 5.0, places=12)
        self.assertAlmostEqual(anneal.cosine(1.0, 9.0, 0.5), 5.0, places=12)
        self.assertAlmostEqual(anneal.exponential(1.0, 9.0, 0.5), 3.0, places=12)

    def test_libraries_agree_but_for_the_last_bits(self) -> None:
        for step in range(10001):
            pct = step / 10000
            self.assertLess(abs(anneal.cosine(1.0, 0.0, pct) - (0.5 + 0.5 * math.cos(math.pi * pct))), 3e-16)
            power = 1e-7 * 1e8**pct
            self.assertLess(abs(anneal.exponential(1e-7, 10.0, pct) / power - 1.0), 4e-15)
