import { exec, type Lab } from '../../runner/lab/index.js'
import { patience } from './patience.js'

/** The machines of a lab, reached from outside: through their machines, not through the network. */
export class LabNodes {
  readonly lab: Lab

  constructor(lab: Lab) {
    this.lab = lab
  }

  /** Runs shell text in a node. @returns what it printed. */
  async on(node: string, script: string, seconds = patience): Promise<string> {
    const target = this.lab.machines.find(({ name }) => name === node)!
    const { exitCode, stdout, stderr } = await exec(target, ['sh', '-c', script], {
      output: 'collect',
      timeoutSeconds: seconds,
    })
    if (exitCode !== 0) throw new Error(`${node}: ${script}: exit code ${exitCode}: ${stderr || stdout}`)
    return stdout
  }

  /** Runs the same shell text in all nodes at once. @returns what each printed, in the nodes' order. */
  async onAll(script: string, seconds?: number): Promise<string[]> {
    return Promise.all(this.lab.nodes.map(async ({ name }) => this.on(name, script, seconds)))
  }

  /** Waits until shell text holds on a node. The node itself asks again and again: each question from outside would cost more. */
  async come(node: string, test: string): Promise<void> {
    await this.on(node, `until { ${test}; } >/dev/null; do sleep 0.2; done`).catch((cause: unknown) => {
      throw new Error(`${node}: not so within ${patience} s: ${test}`, { cause })
    })
  }
}
