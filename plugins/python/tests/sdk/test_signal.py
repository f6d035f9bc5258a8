"""Signals: as the contract has them, and nothing that the binding would trap on."""

import unittest
from collections.abc import Callable
from typing import Any

import callbox
from callbox import HyperName, signal
from wit_world.imports import types as contract


class Signals(unittest.TestCase):
    def test_whole_numbers_are_numbers(self) -> None:
        made = signal.report("seen", 1)
        assert isinstance(made, contract.Signal_Report)
        self.assertIs(type(made.value.value), float)

    def test_a_hyper_parameter_is_of_one_group_or_all(self) -> None:
        update = contract.HyperUpdate(HyperName.MOM, 1, contract.HyperOp.SCALE, 0.5)
        self.assertEqual(signal.scale(HyperName.MOM, 0.5, 1), contract.Signal_SetHyper(update))
        update = contract.HyperUpdate(HyperName.LR, None, contract.HyperOp.SET, 0.5)
        self.assertEqual(signal.set(HyperName.LR, 0.5), contract.Signal_SetHyper(update))

    def test_lone_surrogates_are_replaced(self) -> None:
        self.assertEqual(signal.stop_epoch("a \ud800"), contract.Signal_StopEpoch("a ?"))

    def test_what_is_of_another_type_is_said(self) -> None:
        # A type checker would say it too.
        signal: Any = callbox.signal
        wrong: list[tuple[Callable[[], object], str]] = [
            (lambda: signal.stop_training(None), "stop_training's reason must be a text, and is None"),
            (lambda: signal.set("lr", 0.5), "set's hyper-parameter must be a HyperName, and is 'lr'"),
            (lambda: signal.set(HyperName.LR, True), "set's value must be a number, and is True"),
            (lambda: signal.set(HyperName.LR, 1, -1), "set's group must be a whole number from 0 to 4294967295"),
            (lambda: signal.set_trainable(0, 1), "set_trainable's trainable must be True or False, and is 1"),
            (lambda: signal.histogram("h", [0, "1"], [2]), r"histogram's edges\[1\] must be a number, and is '1'"),
            (lambda: signal.table("t", "xy", ["z"], [1, 2]), "table's rows must be a list, and is 'xy'"),
        ]
        for make, sentence in wrong:
            with self.assertRaisesRegex(TypeError, sentence):
                make()
