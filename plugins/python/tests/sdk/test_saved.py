"""Saved bytes: as Rust's SDK writes them."""

import math
import struct
import types
import unittest

from callbox import Failure, saved


class Saved(unittest.TestCase):
    def test_the_bytes_are_those_of_every_language(self) -> None:
        self.assertEqual(saved.u32.to_bytes(258), b"\x02\x01\0\0")
        self.assertEqual(saved.i64.to_bytes(-2), b"\xfe" + b"\xff" * 7)
        self.assertEqual(saved.text.to_bytes("β"), b"\x02" + b"\0" * 7 + b"\xce\xb2")
        self.assertEqual(saved.list(saved.u8).to_bytes([3, 4]), b"\x02" + b"\0" * 7 + b"\x03\x04")
        self.assertEqual(saved.option(saved.bool).to_bytes(None), b"\0")
        self.assertEqual(saved.tuple(saved.bool, saved.u8).to_bytes((True, 9)), b"\x01\x09")

    def test_what_was_written_is_read(self) -> None:
        codec = saved.tuple(saved.option(saved.f64), saved.list(saved.text), saved.u64, saved.bool)
        for value in [(None, [], 0, False), (-0.5, ["", "größer"], 2**64 - 1, True), (math.inf, ["a"], 1, True)]:
            self.assertEqual(codec.from_bytes(codec.to_bytes(value)), value)

    def test_a_record_takes_and_sets_attributes(self) -> None:
        memory = saved.record(best=saved.option(saved.f64), bad=saved.u32)
        one, other = types.SimpleNamespace(best=0.5, bad=3, more="kept"), types.SimpleNamespace(more="kept")
        memory.load_into(other, memory.to_bytes(one))
        self.assertEqual(other, one)

    def test_other_bytes_are_refused_with_a_sentence(self) -> None:
        for codec, wrong in [(saved.u32, b"abc"), (saved.u8, b"ab"), (saved.bool, b"\x02"), (saved.text, b"\xff" * 9)]:
            with self.assertRaisesRegex(Failure, f"these {len(wrong)} saved bytes are not what this plugin writes"):
                codec.from_bytes(wrong)

    def test_a_number_that_does_not_fit_is_a_mistake(self) -> None:
        with self.assertRaises(struct.error):
            saved.u32.to_bytes(-1)
