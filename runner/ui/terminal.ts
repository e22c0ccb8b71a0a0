import type { Terminal } from './options.js'

/** What a stream shows, by what it is and what the environment says about it. */

/** A log: the terminal of a CI job, or one that obeys no control sequences. */
function isLog(env: NodeJS.ProcessEnv): boolean {
  return env['TERM'] === 'dumb' || !['', '0', 'false'].includes(env['CI'] ?? '')
}

/** Whether lines may be drawn again. The terminals of some serial lines and containers have no size: they would show no rows. */
export function canRedraw({ isTTY, columns }: Terminal, env: NodeJS.ProcessEnv = process.env): boolean {
  return isTTY === true && columns !== 0 && !isLog(env)
}

/** Whether text may be coloured; NO_COLOR (https://no-color.org) forbids it. */
export function canColour({ isTTY }: Terminal, env: NodeJS.ProcessEnv = process.env): boolean {
  return isTTY === true && !isLog(env) && env['NO_COLOR'] === undefined
}
