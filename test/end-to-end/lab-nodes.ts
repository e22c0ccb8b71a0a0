import { setTimeout as sleep } from 'node:timers/promises'
import { exec, type Lab } from '../../runner/lab/index.js'

/** The machines of a lab, reached from outside: through their machines, not through the network. */
export class LabNodes {
  readonly lab: Lab

  constructor(lab: Lab) {
    this.lab = lab
  }

  /** Runs shell text in a node. @returns what it printed. */
  async on(node: string, script: string, seconds = 120): Promise<string> {
    const target = this.lab.machines.find(({ name }) => name === node)!
    const { exitCode, stdout, stderr } = await exec(target, ['sh', '-c', script], {
      output: 'collect',
      timeoutSeconds: seconds,
    })
    if (exitCode !== 0) throw new Error(`${node}: ${script}: exit code ${exitCode}: ${stderr || stdout}`)
    return stdout
  }

  /** Runs the same shell text in all nodes at once. @returns what each printed, in the nodes' order. */
  async onAll(script: string): Promise<string[]> {
    return Promise.all(this.lab.nodes.map(async ({ name }) => this.on(name, script)))
  }

  /** Waits until shell text holds on a node. */
  async come(node: string, test: string, seconds = 120): Promise<void> {
    for (
      const end = performance.now() + seconds * 1000;
      (await this.on(node, `${test} && echo yes; :`)) === '';
      await sleep(100)
    ) {
      if (performance.now() > end) throw new Error(`${node}: not so within ${seconds} s: ${test}`)
    }
  }
}
