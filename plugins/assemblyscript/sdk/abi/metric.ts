/** The contract's export `metric`. */

import { recover } from "../failure";
import { Metric } from "../metric";
import { Tensor } from "../tensors";
import { called, finished } from "./instance";
import { cabi_post, putList, putText, take } from "./memory";

/** It has no error in the contract: what fails here is `update`'s failure. */
export function metric_begin(): void {
  const plugin = called();
  if (plugin !== null) (plugin as Metric).beginPass();
  // Nothing is answered, so nobody asks to free what was taken.
  cabi_post(0);
}

export function metric_update(output: u64, target: u64, size: u32): usize {
  const answer = take(12);
  const plugin = called();
  if (plugin !== null) {
    (plugin as Metric).update(new Tensor(output), new Tensor(target), size);
  }
  return finished(answer, 4, recover());
}

export function metric_finish(): usize {
  const answer = take(12);
  const plugin = called();
  if (plugin !== null) {
    const reports = (plugin as Metric).finishPass();
    const first = putList(answer + 4, reports.length, 24);
    for (let i = 0; i < reports.length; ++i) {
      const report = reports[i];
      const at = first + usize(i) * 24;
      putText(at, report.name);
      store<f64>(at, report.value, 8);
      store<f64>(at, report.weight, 16);
    }
  }
  return finished(answer, 4, recover());
}
