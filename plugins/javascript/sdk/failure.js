/** Errors that are said on purpose. */

/**
 * A sentence for the user: thrown in the constructor it refuses the plugin, in a hook it is
 * journaled as the plugin's violation. Any other error becomes the same, but with a warning's worth
 * of noise: its stack is logged first, for it is taken for a mistake in the plugin.
 */
export class Failure extends Error {}
