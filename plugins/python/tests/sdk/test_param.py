"""Parameters: what is declared, set, and refused."""

import unittest

import callbox
from a_run import run
from callbox import Failure, param
from wit_world.imports import types as contract


class Sample(callbox.Callback):
    on = param.flag(True, "On or off.")
    shift = param.whole(-2, "A whole number.", min=-5, max=5)
    patience = param.count(3, "A count.")
    lr_max = param.number(1, "A number.", min=0)
    mode = param.text("auto", "A choice.", choices=["auto", "min"])
    steps = param.numbers([0.5, 1], "Numbers.")
    names = param.texts(["a", "b"], "Texts.")


def set_to(name: str, value: contract.Value) -> list[contract.Setting]:
    return [contract.Setting(name, value)]


class Params(unittest.TestCase):
    def test_a_declaration_says_it_all(self) -> None:
        declared = [declared.declared() for declared in param.of_class(Sample).values()]
        names = ["on", "shift", "patience", "lr-max", "mode", "steps", "names"]
        self.assertEqual([declared.name for declared in declared], names)
        self.assertEqual((declared[1].min, declared[1].max), (-5.0, 5.0))
        self.assertEqual((declared[2].min, declared[2].max), (0.0, 4_294_967_295.0))
        self.assertEqual(declared[3].default, contract.Value_Number(1.0))
        self.assertEqual(declared[4].choices, ["auto", "min"])

    def test_what_is_set_replaces_the_default(self) -> None:
        settings = param.values(Sample, set_to("lr-max", contract.Value_Number(0.5)))
        plugin = Sample(run(), **settings)
        self.assertEqual((plugin.lr_max, plugin.patience, plugin.names), (0.5, 3, ["a", "b"]))

    def test_a_list_is_each_objects_own(self) -> None:
        Sample(run()).names.append("c")
        self.assertEqual(Sample(run()).names, ["a", "b"])

    def test_what_does_not_fit_is_named(self) -> None:
        for name, value, sentence in [
            ("lr_max", contract.Value_Number(0.5), "there is no parameter `lr_max`"),
            ("patience", contract.Value_Integer(-1), "parameter `patience` cannot be this integer"),
            ("patience", contract.Value_Text("1"), "parameter `patience` cannot be a text"),
        ]:
            with self.assertRaisesRegex(Failure, sentence):
                param.values(Sample, set_to(name, value))
        with self.assertRaisesRegex(TypeError, "Sample has no parameter slope"):
            Sample(run(), slope=1)

    def test_a_default_has_the_parameters_type(self) -> None:
        for make, wrong in [(param.count, -1), (param.flag, 1), (param.number, "1")]:
            self.assertRaises(TypeError, make, wrong, "")

    def test_a_callbacks_own_attribute_is_no_parameter(self) -> None:
        class Wrong(callbox.Callback):
            about = callbox.About("wrong", "0.1.0", "Wrong")
            plan = param.flag(True, "")  # ty: ignore[incompatible-attribute-override]

        self.assertRaisesRegex(TypeError, "Wrong.plan is a parameter", callbox.register, Wrong)
