"""What the file says of its making."""

import unittest

import producers


class Producers(unittest.TestCase):
    def test_names_are_added_to_those_that_are_there(self) -> None:
        component = b"\0asm\x0d\0\x01\0"
        other = b"\x07\x01x"
        given = component + producers.section({"processed-by": {"tool": "1"}}) + other
        named = producers.named(given)
        self.assertTrue(named.startswith(component + other))
        section = named[len(component + other) :]
        self.assertEqual(
            producers.fields(section[2 + len(producers.NAME) :]),
            {
                "language": {"Python": "3.14"},
                "processed-by": {"tool": "1", "componentize-py": "0.25.1"},
                "sdk": {"callbox-python": "0.1.0"},
            },
        )
        self.assertEqual(producers.named(named), named)
