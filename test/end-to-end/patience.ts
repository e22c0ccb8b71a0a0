/**
 * Seconds for which a test on a lab waits for something to happen. It ends what hangs and measures no speed: the same test
 * takes five times as long on one machine as on another of the same size, and a limit costs nothing where a test passes.
 */
export const patience = 600

/** Milliseconds after which such a test is ended: longer than one wait, so that the error names what did not come. */
export const testLimitMs = 25 * 60_000
