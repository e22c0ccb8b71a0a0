import { readFile } from 'node:fs/promises'
import test, { type ExecutionContext } from 'ava'
import type { DrillRoundEvent } from '../../../roles/drill/events.js'
import { down } from '../../../runner/lab/index.js'
import type { LabExtras } from '../../../runner/lab/names.js'
import { plugPasswordFile } from '../../../runner/lab/plugs.js'
import { reason, title } from '../availability.js'
import { roundsOf } from '../drills/site.js'
import { LabSite, bringUp, troubles, withStatus, type Result } from '../site-harness.js'
import { whileRunning } from '../running.js'

/** An example of examples/ on a lab of its own, whose addresses are those of the example's inventory. */
export class ExampleSite extends LabSite {
  readonly #t: ExecutionContext
  readonly #inventory: string

  constructor(t: ExecutionContext, name: string, extras: LabExtras) {
    super(`example-${name}`, 2, extras)
    this.#t = t
    this.#inventory = `examples/${name}/inventory`
  }

  /** Runs ha-run on the example's inventory, with a further one that takes precedence. */
  async ha(words: string[], more?: string): Promise<Result> {
    const inventory = more ?? this.#inventory
    return this.run(more === undefined ? words : [...words, '-i', this.#inventory], { inventory })
  }

  /** The same for what must succeed. @returns its seconds. */
  async succeeds(words: string[], more?: string): Promise<number> {
    const began = performance.now()
    const result = await this.ha(words, more)
    this.#t.is(result.exitCode, 0, `${words.join(' ')}: ${troubles(result)}`)
    return Math.round((performance.now() - began) / 1000)
  }

  /** `ha-run site` on what is there, and again: then there is nothing to do. @returns the seconds of both. */
  async built(): Promise<{ built: number; again: number }> {
    const built = await this.succeeds(['site'])
    const began = performance.now()
    const again = await this.ha(['site'])
    this.#t.deepEqual([again.exitCode, withStatus(again, 'changed')], [0, []], troubles(again))
    return { built, again: Math.round((performance.now() - began) / 1000) }
  }

  async drilled(fault: string, more?: string): Promise<DrillRoundEvent> {
    const result = await this.ha(['drill', '--yes', '--fault', fault], more)
    const [round] = roundsOf(result)
    this.#t.is(result.exitCode, 0, `${fault}: ${troubles(result)}`)
    return round!
  }

  /** The node that has an address. */
  async holder(address: string): Promise<string> {
    const found = await this.onAll(`ip -o address show to ${address}`)
    return this.lab.nodes.find((_, at) => found[at] !== '')?.name ?? ''
  }

  /** Settings of the group of hosts, as an inventory of its own. */
  async variables(group: string, vars: Record<string, unknown>): Promise<string> {
    return this.file('more.yml', JSON.stringify({ all: { children: { [group]: { vars } } } }))
  }
}

/** Declares a test of an example, on a lab that is up only while it runs. */
export function onExample(
  name: string,
  extras: LabExtras,
  body: (t: ExecutionContext, site: ExampleSite) => Promise<void>,
): void {
  const declareTest = reason === null ? test.serial : test.serial.skip
  declareTest(title(`the example ${name} is built, verified and drilled`), async t => {
    t.timeout(30 * 60_000)
    const site = new ExampleSite(t, name, extras)
    await whileRunning(`example ${name}`, async () => {
      try {
        await bringUp(site, undefined, line => t.log(line))
        if (extras.plugs) process.env['PLUG_PASSWORD'] = await readFile(plugPasswordFile(site.lab.name), 'utf8')
        await body(t, site)
      } finally {
        await down({ name: site.lab.name, report: () => {} })
      }
    })
  })
}
