/** The class that a plugin extends. */

/** @import { About, Answer, Outcome, Plan, State } from "./types.js" */
/** @import { Params, Values } from "./param.js" */
/** @import { Run } from "./run.js" */

/**
 * A plugin: made when a run begins, called at the hooks that its plan names, gone when the run
 * ends.
 *
 * Every hook answers nothing unless it is overridden, so that a plugin holds only what it is about.
 * What is thrown in a hook is journaled as the plugin's violation, and the loop goes on; see
 * `Failure`.
 *
 * @template {Params} [P={}] the type of `static params`
 */
export class Callback {
  /**
   * What the plugin is and the most that it may ask for; the same every time.
   *
   * @type {About}
   */
  static about;

  /**
   * What the user may set: made with `param`'s functions, one property each.
   *
   * @type {Params}
   */
  static params = {};

  /**
   * A run is about to begin or to go on. What is thrown here refuses the plugin, with this text.
   *
   * @param {Run} run
   * @param {Values<P>} params
   */
  constructor(run, params) {
    /** What is fixed for the whole run. */
    this.run = run;
    /** What the user set, and defaults for the rest. */
    this.params = params;
  }

  /**
   * When to call this plugin and what it will do. Asked once, after the constructor.
   *
   * @returns {Plan}
   */
  plan() {
    return {};
  }

  /**
   * Once, after every plugin was made.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onTrainBegin(state) {}

  /**
   * Before the first batch of an epoch.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onEpochBegin(state) {}

  /**
   * A batch is on the device, the model has not seen it.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onBatchBegin(state) {}

  /**
   * The model's output exists, the loss does not.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onLossBegin(state) {}

  /**
   * The loss exists, gradients do not. This and the next two occur in training only.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onBackwardBegin(state) {}

  /**
   * Gradients exist, the optimizer has not stepped.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onBackwardEnd(state) {}

  /**
   * The optimizer has stepped, or its step was skipped.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onStepEnd(state) {}

  /**
   * The batch is done.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onBatchEnd(state) {}

  /**
   * Before the first validation batch.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onValidBegin(state) {}

  /**
   * Validation loss and metrics are final, or marked partial.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onValidEnd(state) {}

  /**
   * The epoch, its validation included, is done.
   *
   * @param {State} state
   * @returns {Answer}
   */
  onEpochEnd(state) {}

  /**
   * The end of training: once, also after an error or a stop. Needs no subscription.
   *
   * @param {State} state
   * @param {Outcome} outcome
   * @returns {Answer}
   */
  onFinish(state, outcome) {}

  /**
   * Everything needed to go on later; the codecs of `saved` write it.
   *
   * @returns {Uint8Array}
   */
  save() {
    return new Uint8Array();
  }

  /**
   * Goes on from what `save` wrote. Throws where the bytes are not what `save` writes.
   *
   * @param {Uint8Array} bytes
   */
  load(bytes) {}
}
