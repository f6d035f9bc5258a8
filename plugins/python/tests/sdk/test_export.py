"""Between the contract and a plugin: plans, answers, errors."""

import unittest
from typing import Any
from unittest import mock

import callbox
from a_run import run, state
from callbox import Failure, Hook, HyperName, Plan, Power, Reads, Subscription, signal
from callbox.register import _registered
from componentize_py_types import Err


class Fragile(callbox.Callback):
    about = callbox.About("fragile", "0.1.0", "Breaks", needs=[Power.CONTROL], wants=[Power.LR])
    answer: Any = None

    def plan(self) -> Plan:
        on = [Subscription(Hook.BATCH_END, every=3, reads=Reads.LOSSES), Hook.EPOCH_END]
        return Plan(on=on, powers=[Power.CONTROL, Power.LR], owns=[HyperName.LR])

    def on_batch_end(self, state: callbox.State) -> callbox.Answer:
        raise Failure("on purpose \ud800")

    def on_epoch_end(self, state: callbox.State) -> callbox.Answer:
        if self.answer is KeyError:
            raise KeyError("x")
        return self.answer


class Exported(unittest.TestCase):
    def setUp(self) -> None:
        _registered.clear()
        callbox.register(Fragile)
        from callbox.export.callback import Callback

        self.export = Callback()
        logged = mock.patch("wit_world.imports.log.write")
        self.logged = logged.start()
        self.addCleanup(logged.stop)

    def refusal(self, hook: Hook) -> str:
        with self.assertRaises(Err) as raised:
            self.export.on_event(hook, state())
        return raised.exception.value

    def test_a_plan_is_completed(self) -> None:
        plan = self.export.start(run(), [])
        batch, epoch = plan.subscriptions
        self.assertEqual((batch.hook, batch.phase, batch.every, batch.reads), (Hook.BATCH_END, None, 3, Reads.LOSSES))
        self.assertEqual((epoch.hook, epoch.every, epoch.reads), (Hook.EPOCH_END, 1, Reads(0)))
        self.assertEqual(plan.powers, ["control", "lr"])
        self.assertEqual([type(power) for power in plan.powers], [str, str])

    def test_a_hook_without_its_method_is_refused(self) -> None:
        with mock.patch.object(Fragile, "plan", lambda _: Plan(on=[Hook.STEP_END])), self.assertRaises(Err) as raised:
            self.export.start(run(), [])
        self.assertIn("there is no method on_step_end", raised.exception.value)

    def test_a_failure_is_said_and_not_logged(self) -> None:
        self.export.start(run(), [])
        self.assertEqual(self.refusal(Hook.BATCH_END), "on purpose ?")
        self.logged.assert_not_called()

    def test_a_mistake_is_said_and_logged_with_its_places(self) -> None:
        self.export.start(run(), [])
        with mock.patch.object(Fragile, "answer", KeyError):
            self.assertEqual(self.refusal(Hook.EPOCH_END), "KeyError: 'x'")
        [(_, line)] = [call.args for call in self.logged.call_args_list]
        self.assertRegex(line, r"^KeyError: 'x', at on_epoch_end \(test_export.py:\d+\)$")

    def test_an_answer_is_signals_or_nothing(self) -> None:
        self.export.start(run(), [])
        self.assertEqual(self.export.on_event(Hook.EPOCH_END, state()), [])
        for answer in (signal.skip_step(), [1], "text"):
            with mock.patch.object(Fragile, "answer", answer):
                self.assertIn("on_epoch_end must answer with a list", self.refusal(Hook.EPOCH_END))
        with mock.patch.object(Fragile, "answer", (signal.skip_step(),)):
            self.assertEqual(self.export.on_event(Hook.EPOCH_END, state()), [signal.skip_step()])
