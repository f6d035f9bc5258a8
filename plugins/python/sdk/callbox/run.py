"""What is fixed for a whole run."""

from wit_world.imports import types as contract

from .failure import Failure
from .types import Grant, HyperName, Power


class Run(contract.Run):
    """What is fixed for a whole run; to a plugin a stage of a run is a run. Its fields are the contract's, see
    `wit/types.wit`: `id`, `plugin`, `seed` (64 bits), `granted`, `n_epochs`, `planned_iterations`, `train_batches`,
    `valid_batches`, `n_samples`, `valid_samples`, `metrics`, `class_counts`, `groups`, `hypers`, `optimizer`,
    `true_wd`, `rank`, `world_size`. What is not known, or not there, is None."""

    def grants(self, power: Power) -> bool:
        """Whether the user gave this power to this plugin."""
        return self._grant(power) is not None

    def allows(self, name: HyperName, value: float) -> None:
        """Raises a sentence for the user unless a hyper-parameter may take this value in this run."""
        power = Power[name.name]
        grant = self._grant(power)
        if grant is None:
            raise Failure(f"this run does not grant `{power}`")
        said = f"{power} {decimal(value)}"
        if grant.min is not None and value < grant.min:
            raise Failure(f"{said} is below {decimal(grant.min)}, the least that this run grants")
        if grant.max is not None and value > grant.max:
            raise Failure(f"{said} is above {decimal(grant.max)}, the most that this run grants")

    def higher_is_better(self, metric: str) -> bool | None:
        """Which direction of a metric is better; None where the run does not know it or neither is."""
        known = (spec.higher_is_better for spec in self.metrics if spec.name == metric)
        return next(known, None)

    def lr_ratios(self) -> list[float]:
        """Learning rate of each layer group at the start, as a part of the last group's: a schedule that is given
        for the last group keeps these ratios. All 1 where the last one's is 0."""
        last = self.hypers[-1].lr if self.hypers else 0.0
        return [hyper.lr / last if last > 0.0 else 1.0 for hyper in self.hypers]

    def _grant(self, power: Power) -> Grant | None:
        return next((grant for grant in self.granted if grant.power == power), None)


def decimal(value: float) -> str:
    """A number as every language's SDK writes it into its sentences: the shortest digits, without an exponent."""
    digits, _, exponent = repr(float(value)).partition("e")
    if not exponent:
        return {"nan": "NaN"}.get(digits, digits.removesuffix(".0"))
    sign = "-" if digits.startswith("-") else ""
    whole, _, fraction = digits.removeprefix("-").partition(".")
    shift = int(exponent)
    if shift < 0:
        return f"{sign}0.{'0' * (-shift - 1)}{whole}{fraction}"
    return sign + whole + fraction.ljust(shift, "0")
