"""A run and a state for tests."""

from callbox import Grant, Hyper, Losses, MetricSpec, Phase, Run, State


def run(**changes: object) -> Run:
    """A run of two layer groups."""
    fields = {
        "id": "run",
        "plugin": "plugin",
        "seed": 2**64 - 1,
        "granted": [Grant("lr", 0.0, 0.1), Grant("control", None, None)],
        "n_epochs": 2,
        "planned_iterations": 20,
        "train_batches": 10,
        "valid_batches": 2,
        "n_samples": 640,
        "valid_samples": 128,
        "metrics": [MetricSpec("valid-loss", False), MetricSpec("accuracy", True), MetricSpec("odd", None)],
        "class_counts": [],
        "groups": ["body", "head"],
        "hypers": [Hyper(0.001, 0.9, 0.0, None), Hyper(0.01, 0.9, 0.0, None)],
        "optimizer": "sgd",
        "true_wd": False,
        "rank": 0,
        "world_size": 1,
    }
    return Run(**fields | changes)  # ty: ignore[invalid-argument-type]


def state(epoch: int = 0, monitored: tuple[float, ...] = (), partial: bool = False) -> State:
    """A state outside a batch."""
    losses = Losses(0.5, 0.5, 0.5)
    return State(epoch, 0, 0, 0, Phase.TRAIN, 0, losses, partial, [], list(monitored))
