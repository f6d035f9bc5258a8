/**
 * What a callback asks the loop to do. The table beside `on-event` in `wit/callback.wit` says where
 * each is legal, which power it takes and how two of a kind merge.
 */

import { putList, putNumbers, putText, putTexts } from "./abi/memory";
import { HyperName } from "./plan";

/** The cases of the contract's `signal`, in its order. */
enum Case {
  StopTraining,
  StopEpoch,
  StopValidation,
  SkipValidation,
  ValidateNow,
  SkipBatch,
  SkipBackward,
  SkipStep,
  KeepGradients,
  SetHyper,
  ScaleGrad,
  ClipGradValue,
  ClipGradNorm,
  ClipGradAdaptive,
  NoiseGrad,
  SetTrainable,
  SetNormFrozen,
  RefreshNormStatistics,
  Slot,
  SampleWeights,
  Report,
  Table,
  Histogram,
  Checkpoint,
  Other,
}

/** The cases of the contract's `slot-op`, in its order. */
enum SlotOp {
  Snapshot,
  Restore,
  Blend,
  EvaluateWith,
  Adopt,
  Forget,
}

/** One thing asked of the loop. The functions of this module make it. */
export class Signal {
  constructor(private tag: i32) {}

  /** The contract's `signal`, 40 bytes long. */
  put(at: usize): void {
    store<u8>(at, u8(this.tag));
    this.putPayload(at + 8);
  }

  protected putPayload(_at: usize): void {}
}

class TextSignal extends Signal {
  constructor(
    tag: i32,
    private text: string,
  ) {
    super(tag);
  }

  protected override putPayload(at: usize): void {
    putText(at, this.text);
  }
}

class NumberSignal extends Signal {
  constructor(
    tag: i32,
    private number: f64,
    private second: f64 = 0,
  ) {
    super(tag);
  }

  protected override putPayload(at: usize): void {
    store<f64>(at, this.number);
    store<f64>(at, this.second, 8);
  }
}

class GroupSignal extends Signal {
  constructor(
    tag: i32,
    private group: u32,
    private on: bool,
  ) {
    super(tag);
  }

  protected override putPayload(at: usize): void {
    store<u32>(at, this.group);
    store<bool>(at, this.on, 4);
  }
}

class HyperSignal extends Signal {
  constructor(
    private name: HyperName,
    private group: i64,
    private scales: bool,
    private value: f64,
  ) {
    super(Case.SetHyper);
  }

  protected override putPayload(at: usize): void {
    store<u8>(at, u8(this.name));
    store<u8>(at, u8(this.group >= 0), 4);
    store<u32>(at, u32(this.group), 8);
    store<bool>(at, this.scales, 12);
    store<f64>(at, this.value, 16);
  }
}

class SlotSignal extends Signal {
  constructor(
    private op: SlotOp,
    private slot: string,
    private weight: f64 = 0,
  ) {
    super(Case.Slot);
  }

  protected override putPayload(at: usize): void {
    store<u8>(at, u8(this.op));
    putText(at + 8, this.slot);
    store<f64>(at, this.weight, 16);
  }
}

class TensorSignal extends Signal {
  constructor(
    tag: i32,
    private tensor: u64,
  ) {
    super(tag);
  }

  protected override putPayload(at: usize): void {
    store<u64>(at, this.tensor);
  }
}

class ReportSignal extends Signal {
  constructor(
    private name: string,
    private value: f64,
    private weight: f64,
  ) {
    super(Case.Report);
  }

  protected override putPayload(at: usize): void {
    putText(at, this.name);
    store<f64>(at, this.value, 8);
    store<f64>(at, this.weight, 16);
  }
}

class TableSignal extends Signal {
  constructor(
    private name: string,
    private rows: string[],
    private columns: string[],
    private values: f64[],
  ) {
    super(Case.Table);
  }

  protected override putPayload(at: usize): void {
    putText(at, this.name);
    putTexts(at + 8, this.rows);
    putTexts(at + 16, this.columns);
    putNumbers<f64>(at + 24, this.values);
  }
}

class HistogramSignal extends Signal {
  constructor(
    private name: string,
    private edges: f64[],
    private counts: f64[],
  ) {
    super(Case.Histogram);
  }

  protected override putPayload(at: usize): void {
    putText(at, this.name);
    putNumbers<f64>(at + 8, this.edges);
    putNumbers<f64>(at + 16, this.counts);
  }
}

class OtherSignal extends Signal {
  constructor(
    private name: string,
    private numbers: f64[],
  ) {
    super(Case.Other);
  }

  protected override putPayload(at: usize): void {
    putText(at, this.name);
    putNumbers<f64>(at + 8, this.numbers);
  }
}

/** Stop after the current batch; the reason goes into the record. */
export function stopTraining(reason: string): Signal {
  return new TextSignal(Case.StopTraining, reason);
}

/** End this epoch's training after the current batch. */
export function stopEpoch(reason: string): Signal {
  return new TextSignal(Case.StopEpoch, reason);
}

/** End this validation after the current batch; its result is marked partial. */
export function stopValidation(reason: string): Signal {
  return new TextSignal(Case.StopValidation, reason);
}

/** No validation in this epoch. */
export function skipValidation(): Signal {
  return new Signal(Case.SkipValidation);
}

/** Validate after this batch. */
export function validateNow(): Signal {
  return new Signal(Case.ValidateNow);
}

/** Leave this batch out: straight to its batch-end. */
export function skipBatch(): Signal {
  return new Signal(Case.SkipBatch);
}

/** No gradients from this batch, and no step. */
export function skipBackward(): Signal {
  return new Signal(Case.SkipBackward);
}

/** The optimizer does not step on this batch; its gradients are dropped. */
export function skipStep(): Signal {
  return new Signal(Case.SkipStep);
}

/** Keep gradients for the next batch: accumulation. */
export function keepGradients(): Signal {
  return new Signal(Case.KeepGradients);
}

/** Set a hyper-parameter in all layer groups, as its owner. */
export function set(name: HyperName, value: f64): Signal {
  return new HyperSignal(name, -1, false, value);
}

/** Set a hyper-parameter in one layer group, as its owner. */
export function setGroup(name: HyperName, group: u32, value: f64): Signal {
  return new HyperSignal(name, i64(group), false, value);
}

/** This plugin's factor on a hyper-parameter, until it gives another; 1 takes it back. */
export function scale(name: HyperName, factor: f64): Signal {
  return new HyperSignal(name, -1, true, factor);
}

/** This plugin's factor on a hyper-parameter in one layer group. */
export function scaleGroup(name: HyperName, group: u32, factor: f64): Signal {
  return new HyperSignal(name, i64(group), true, factor);
}

/** Multiply all gradients. */
export function scaleGrad(factor: f64): Signal {
  return new NumberSignal(Case.ScaleGrad, factor);
}

/** Clamp each element of the gradients to [-limit, limit]. */
export function clipGradValue(limit: f64): Signal {
  return new NumberSignal(Case.ClipGradValue, limit);
}

/** Scale all gradients so that their global L2 norm is at most this. */
export function clipGradNorm(limit: f64): Signal {
  return new NumberSignal(Case.ClipGradNorm, limit);
}

/** Per output unit: the gradient's norm is at most factor * max(the weight's norm, floor). */
export function clipGradAdaptive(factor: f64, floor: f64): Signal {
  return new NumberSignal(Case.ClipGradAdaptive, factor, floor);
}

/** Add Gaussian noise of this standard deviation to the gradients. */
export function noiseGrad(std: f64): Signal {
  return new NumberSignal(Case.NoiseGrad, std);
}

/** Freeze or unfreeze a layer group. */
export function setTrainable(group: u32, trainable: bool): Signal {
  return new GroupSignal(Case.SetTrainable, group, trainable);
}

/** Keep a group's normalisation layers in evaluation mode, or no longer. */
export function setNormFrozen(group: u32, frozen: bool): Signal {
  return new GroupSignal(Case.SetNormFrozen, group, frozen);
}

/** One pass over the training data, without gradients, that recomputes running statistics. */
export function refreshNormStatistics(): Signal {
  return new Signal(Case.RefreshNormStatistics);
}

/** Copy weights, optimizer and model state into this plugin's slot of that name. */
export function snapshot(slot: string): Signal {
  return new SlotSignal(SlotOp.Snapshot, slot);
}

/** Put a slot back; the data goes on. */
export function restore(slot: string): Signal {
  return new SlotSignal(SlotOp.Restore, slot);
}

/** slot = slot + weight * (current - slot); creates the slot at first use. */
export function blend(slot: string, weight: f64): Signal {
  return new SlotSignal(SlotOp.Blend, slot, weight);
}

/** Validate with the slot's weights; the host puts the current ones back. */
export function evaluateWith(slot: string): Signal {
  return new SlotSignal(SlotOp.EvaluateWith, slot);
}

/** Make the slot's weights the current ones. */
export function adopt(slot: string): Signal {
  return new SlotSignal(SlotOp.Adopt, slot);
}

/** Free a slot. */
export function forget(slot: string): Signal {
  return new SlotSignal(SlotOp.Forget, slot);
}

/**
 * Relative probability of drawing each training sample, in dataset order; from the next epoch on.
 * `tensor` is a tensor's number.
 */
export function sampleWeights(tensor: u64): Signal {
  return new TensorSignal(Case.SampleWeights, tensor);
}

/** A value of a metric that the plan declares, and how many samples stand behind it. */
export function report(name: string, value: f64, weight: f64 = 1): Signal {
  return new ReportSignal(name, value, weight);
}

/** A small matrix to show; values in row-major order. */
export function table(name: string, rows: string[], columns: string[], values: f64[]): Signal {
  return new TableSignal(name, rows, columns, values);
}

/** Counts between ascending edges: one edge more than counts. */
export function histogram(name: string, edges: f64[], counts: f64[]): Signal {
  return new HistogramSignal(name, edges, counts);
}

/** Write a checkpoint under this name. */
export function checkpoint(name: string): Signal {
  return new TextSignal(Case.Checkpoint, name);
}

/** For experiments: a name that the host may know, and numbers. An unknown name is refused. */
export function other(name: string, numbers: f64[]): Signal {
  return new OtherSignal(name, numbers);
}

/** The contract's `list<signal>`. */
export function putSignals(at: usize, signals: Signal[] | null): void {
  const length = signals === null ? 0 : signals.length;
  const first = putList(at, length, 40);
  if (signals === null) return;
  for (let i = 0; i < length; ++i) signals[i].put(first + usize(i) * 40);
}
