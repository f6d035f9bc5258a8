"""Writes models.json: what PyTorch computes for the models that a run file can name.

    python tests/oracle/models.py    with PyTorch 2.11 on the path

Each case is the architecture in PyTorch, with weights that are a formula of their place in the `state_dict`, so that
they need no file. `evaluated` are logits in evaluation mode, then follow batches in training mode without a step
between them: logits, cross-entropy, the norm of every parameter's gradient, some gradients whole, and buffers
afterwards. `names` is the `state_dict`; what is tied appears once. A language model carries its state from batch to
batch. Nothing is dropped.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch import nn


def formula(name, index, shape):
    """Rows of unit variance, norms near one, biases near zero."""
    values = torch.tensor([math.sin(1.0 + 3 * index + 0.7 * e) for e in range(math.prod(shape))], dtype=torch.float64)
    if len(shape) > 1:
        values = values * math.sqrt(2 * shape[0] / math.prod(shape))
    else:
        values = 0.1 * values + (1.0 if name.endswith("weight") else 0.0)
    return values.float().reshape(shape)


def images(batch, shape):
    count = batch * math.prod(shape)
    return torch.tensor([math.cos(0.37 * e) + math.sin(0.011 * e) for e in range(count)]).reshape(batch, *shape)


def tokens(batch, shape, vocabulary, step):
    count = batch * math.prod(shape)
    return torch.tensor([(e * e + 3 * e + 5 * step) % vocabulary for e in range(count)]).reshape(batch, *shape)


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        plan = [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)] if bottleneck else [(width, 3, stride), (width, 3, 1)]
        self.count, channels = len(plan), inputs
        for number, (outputs, kernel, step) in enumerate(plan, 1):
            self.add_module(f"conv{number}", nn.Conv2d(channels, outputs, kernel, step, kernel // 2, bias=False))
            self.add_module(f"bn{number}", nn.BatchNorm2d(outputs))
            channels = outputs
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
        self.outputs = channels

    def forward(self, x):
        around = x if self.downsample is None else self.downsample(x)
        for number in range(1, self.count + 1):
            x = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x))
            x = F.relu(x) if number < self.count else x
        return F.relu(x + around)


class Resnet(nn.Module):
    def __init__(self, depth, stem, width, channels, classes):
        super().__init__()
        cifar = stem == "cifar"
        self.conv1 = nn.Conv2d(channels, width, 3 if cifar else 7, 1 if cifar else 2, 1 if cifar else 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.pool = nn.Identity() if cifar else nn.MaxPool2d(3, 2, 1)
        inputs = width
        for stage, blocks in enumerate({18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]}[depth]):
            layer = []
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                layer.append(Block(inputs, width * 2**stage, stride, depth == 50))
                inputs = layer[-1].outputs
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, embedding, hidden, layers, tie):
        super().__init__()
        self.encoder = nn.Embedding(vocabulary, embedding)
        sizes = [embedding] + [hidden] * (layers - 1) + [embedding if tie else hidden]
        self.rnns = nn.ModuleList(nn.LSTM(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.decoder = nn.Linear(sizes[-1], vocabulary)
        if tie:
            self.decoder.weight = self.encoder.weight
        self.reset()

    def reset(self):
        self.states = [None] * len(self.rnns)

    def forward(self, x):
        x = self.encoder(x)
        for index, rnn in enumerate(self.rnns):
            x, state = rnn(x, self.states[index])
            self.states[index] = tuple(part.detach() for part in state)
        return self.decoder(x)


class Attention(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(width, 3 * width, bias=bias)
        self.c_proj = nn.Linear(width, width, bias=bias)

    def forward(self, x):
        batch, time, width = x.shape
        queries, keys, values = (part.view(batch, time, self.heads, -1).transpose(1, 2) for part in self.c_attn(x).chunk(3, -1))
        scores = queries @ keys.transpose(-2, -1) / math.sqrt(width // self.heads)
        later = torch.ones(time, time, dtype=torch.bool).triu(1)
        gathered = scores.masked_fill(later, -math.inf).softmax(-1) @ values
        return self.c_proj(gathered.transpose(1, 2).reshape(batch, time, width))


class Layer(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, bias=bias)
        self.attn = Attention(width, heads, bias)
        self.ln_2 = nn.LayerNorm(width, bias=bias)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width, bias=bias), "c_proj": nn.Linear(4 * width, width, bias=bias)})

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, vocabulary, context, layers, heads, width, bias):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary, width), "wpe": nn.Embedding(context, width),
            "h": nn.ModuleList(Layer(width, heads, bias) for _ in range(layers)), "ln_f": nn.LayerNorm(width, bias=bias),
        })
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight

    def forward(self, x):
        parts = self.transformer
        x = parts["wte"](x) + parts["wpe"](torch.arange(x.shape[1]))
        for layer in parts["h"]:
            x = layer(x)
        return self.lm_head(parts["ln_f"](x))


def case(name, config, model, batch, shape, vocabulary, classes, whole):
    seen, names = set(), []
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            if tensor.data_ptr() in seen:
                continue
            if tensor.dtype == torch.float32 and "running" not in key:
                tensor.copy_(formula(key, len(names), tensor.shape))
            seen.add(tensor.data_ptr())
            names.append(key)
    parameters = dict(model.named_parameters())
    inputs = lambda step: tokens(batch, shape, vocabulary, step) if vocabulary else images(batch, shape)
    target = lambda step: tokens(batch, shape, classes, step + 1) if vocabulary else torch.arange(batch) % classes
    model.eval()
    with torch.no_grad():
        evaluated = model(inputs(0)).flatten().tolist()
    if vocabulary and hasattr(model, "reset"):
        model.reset()
    model.train()
    steps = []
    for step in range(2):
        model.zero_grad(set_to_none=True)
        logits = model(inputs(step))
        loss = F.cross_entropy(logits.flatten(0, -2), target(step).flatten())
        loss.backward()
        buffers = {key: value.flatten().tolist() for key, value in model.named_buffers() if key in whole}
        steps.append({
            "logits": logits.flatten().tolist(), "loss": loss.item(),
            "norms": {key: value.grad.norm().item() for key, value in parameters.items()},
            "gradients": {key: parameters[key].grad.flatten().tolist() for key in whole if key in parameters},
            "buffers": buffers,
        })
    return {"name": name, "model": config, "batch": batch, "input_shape": shape, "vocabulary": vocabulary,
            "classes": classes, "names": names, "evaluated": evaluated, "steps": steps}


def cases():
    whole = ["conv1.weight", "bn1.weight", "layer2.0.bn1.bias", "fc.bias", "bn1.running_mean", "bn1.running_var",
             "layer4.0.downsample.1.running_var", "layer4.1.bn2.running_mean", "bn1.num_batches_tracked"]
    for depth in (18, 50):
        for stem in ("cifar", "imagenet"):
            side, width = (8, 4) if stem == "cifar" else (33, 2)
            config = {"kind": "resnet", "depth": depth, "stem": stem, "width": width}
            model = Resnet(depth, stem, width, 3, 5)
            yield case(f"resnet {depth} with {stem} stem", config, model, 4, [3, side, side], None, 5, whole)
    for tie in (True, False):
        sizes = {"embedding": 4, "hidden": 5, "layers": 2, "tie": tie}
        none = {f"{part}-dropout": 0.0 for part in ("embed", "input", "hidden", "weight", "output")}
        model = LanguageModel(7, *sizes.values())
        whole = ["encoder.weight", "rnns.0.weight_hh_l0", "rnns.1.bias_ih_l0", "decoder.bias"]
        yield case(f"lstm-lm, tie = {tie}", {"kind": "lstm-lm"} | sizes | none, model, 3, [6], 7, 7, whole)
    for bias in (True, False):
        sizes = {"layers": 2, "heads": 2, "width": 6, "bias": bias}
        whole = ["transformer.wte.weight", "transformer.wpe.weight", "transformer.h.0.attn.c_attn.weight", "transformer.ln_f.weight"]
        yield case(f"gpt, bias = {bias}", {"kind": "gpt", "dropout": 0.0} | sizes, Gpt(7, 5, *sizes.values()), 3, [5], 7, 7, whole)


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    rounded = lambda entry: json.loads(json.dumps(entry), parse_float=lambda text: float(f"{float(text):.8g}"))
    lines = ",\n".join(json.dumps(rounded(entry)) for entry in cases())
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"torch": "{torch.__version__.split("+")[0]}", "cases": [\n{lines}\n]}}\n')


main()
