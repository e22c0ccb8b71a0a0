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
  async onAll(script: string, seconds?: number): Promise<string[]> {
    return Promise.all(this.lab.nodes.map(async ({ name }) => this.on(name, script, seconds)))
  }

  /** Waits until shell text holds on a node. The node itself asks again and again: each question from outside would cost more. */
  async come(node: string, test: string, seconds = 120): Promise<void> {
    const failure = `not so within ${seconds} s: ${test}`
    await this.on(
      node,
      `n=${seconds * 5}; until { ${test}; } >/dev/null; do n=$((n - 1)); [ $n -gt 0 ] || exit 1; sleep 0.2; done`,
      seconds,
    ).catch((cause: unknown) => {
      throw new Error(`${node}: ${failure}`, { cause })
    })
  }
}
