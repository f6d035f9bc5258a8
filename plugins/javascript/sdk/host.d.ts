/** What the host gives, as the contract's imports are bound. Authors use what the other modules make of it. */

declare module "callbox:plugin/log@0.1.0" {
  export function write(level: "debug" | "info" | "warn" | "error", message: string): void;
}

declare module "callbox:tensors/tensors@0.1.0" {
  import type { Dtype, Summary } from "callbox/tensors";

  export function shape(of: number): number[];
  export function kind(of: number): Dtype;
  export function summaries(of: number[]): Summary[];
  export function item(of: number): number;
  export function read(of: number, offset: number, len: number): number[];
  export function readIntegers(of: number, offset: number, len: number): number[];
  export function create(shape: number[], values: number[]): number;
  export function add(a: number, b: number): number;
  export function sub(a: number, b: number): number;
  export function mul(a: number, b: number): number;
  export function affine(a: number, factor: number, offset: number): number;
  export function lerp(a: number, b: number, weight: number): number;
  export function choose(condition: number, a: number, b: number): number;
  export function clamp(a: number, min: number, max: number): number;
  export function square(a: number): number;
  export function logSoftmax(a: number, dim: number): number;
  export function sum(a: number, dim: number | null): number;
  export function mean(a: number, dim: number | null): number;
  export function argmax(a: number, dim: number): number;
  export function equal(a: number, b: number): number;
  export function oneHot(classes: number, count: number): number;
  export function unsqueeze(a: number, dim: number): number;
  export function narrow(a: number, dim: number, start: number, end: number): number;
  export function put(a: number, dim: number, start: number, part: number): number;
  export function pick(a: number, dim: number, index: number): number;
  export function resize(a: number, height: number, width: number): number;
  export function convert(a: number, to: Dtype): number;
  export function randomPermutation(n: number): number;
  export function randomUniform(shape: number[]): number;
  export function randomBeta(shape: number[], a: number, b: number): number;
}

declare module "callbox:plugin/batch@0.1.0" {
  export function input(): number;
  export function target(): number;
  export function output(): number;
  export function loss(): number;
  export function lossOf(output: number, target: number): number;
  export function sampleLosses(): [number, number];
  export function labels(): number;
  export function activation(name: string): number;
}

declare module "callbox:plugin/model@0.1.0" {
  import type { Parameter } from "callbox/model";

  export function parameters(): Parameter[];
  export function activations(): string[];
  export function weight(name: string): number;
  export function gradient(name: string): number;
  export function gradientNorm(): number;
}
