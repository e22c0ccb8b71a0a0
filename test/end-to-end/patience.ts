/**
 * Seconds for which a test on a lab waits for what is expected. It ends what hangs and is no measure of speed: the same test
 * takes five times as long on one machine as on another of the same size, and a limit costs nothing where a test passes.
 */
export const patience = 600

/** Milliseconds after which such a test is ended: more than one wait, so that the one in vain is named. */
export const testLimitMs = 25 * 60_000
