"""A plugin in a test of its own, as every plugin can have one."""

import unittest
from math import nan

from a_run import run, state
from callbox import Failure, signal
from early_stopping import EarlyStopping


def stops(plugin: EarlyStopping, losses: list[float]) -> list[bool]:
    """Whether it stops after each epoch."""
    stopped = []
    for epoch, loss in enumerate(losses):
        plugin.on_valid_end(state(epoch))
        stopped.append(plugin.on_epoch_end(state(epoch, (loss,))) is not None)
    return stopped


class Stopping(unittest.TestCase):
    def test_patience_is_what_it_puts_up_with(self) -> None:
        self.assertEqual(stops(EarlyStopping(run(), patience=1), [1.0, 0.5, 0.5, 0.6]), [False, False, False, True])
        self.assertEqual(stops(EarlyStopping(run()), [1.0, nan]), [False, True])

    def test_a_reload_goes_on(self) -> None:
        plugin = EarlyStopping(run())
        stops(plugin, [1.0, 0.5])
        again = EarlyStopping(run())
        again.load(plugin.save())
        again.on_valid_end(state(2))
        reason = "valid-loss has not improved since epoch 2"
        self.assertEqual(again.on_epoch_end(state(2, (0.5,))), [signal.stop_training(reason)])

    def test_no_validation_is_no_run_for_it(self) -> None:
        self.assertRaisesRegex(Failure, "monitor train-loss", EarlyStopping, run(valid_batches=None))
