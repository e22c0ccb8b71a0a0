import { setTimeout as sleep } from 'node:timers/promises'
import { $ } from 'zx/core'
import { labNetworks } from '../../runner/lab/names.js'
import { inLab } from '../../runner/lab/network.js'

export interface Probed {
  requests: number
  failed: number
  /** Milliseconds of the longest time without a good answer. */
  longest: number
}

/** Asks for the page every 50 ms, 3 s at most each (a busy machine answers late), until its stdin ends; then says what it saw. */
const program = `
const http = require('http'); let requests = 0, failed = 0, longest = 0, last = Date.now(), open = 0, ended = false
const done = ok => { open -= 1; if (ok) { longest = Math.max(longest, Date.now() - last); last = Date.now() } else failed += 1
  if (ended && open === 0) { console.log(JSON.stringify({ requests, failed, longest: Math.max(longest, Date.now() - last) })); process.exit() } }
const timer = setInterval(() => { requests += 1; open += 1; let settled = false
  const settle = ok => { if (!settled) { settled = true; done(ok) } }
  const request = http.get({ host: '${labNetworks[4].floatingIp}', agent: false, timeout: 3000 }, answer => { answer.resume(); answer.on('end', () => settle(answer.statusCode === 200)) })
  request.on('timeout', () => request.destroy(new Error('late'))); request.on('error', () => settle(false)) }, 50)
process.stdin.on('end', () => { clearInterval(timer); ended = true; open += 1; done(true) }).resume()
`

/** Milliseconds for which it is asked on: what a change has set off may come a moment later. */
const aftermathMs = 2000

/** Probes the floating IP from another machine of the lab's network while something is done, and for a moment more. */
export async function probing(lab: string, work: () => Promise<void>): Promise<Probed> {
  const probe = $({
    quiet: true,
    nothrow: true,
    timeout: '3600s',
  })`${inLab(lab, [process.execPath, '-e', program])}`
  try {
    await work()
    await sleep(aftermathMs)
  } finally {
    probe.stdin.end()
  }
  return JSON.parse((await probe).stdout) as Probed
}
