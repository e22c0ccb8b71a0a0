import type { ExecutionContext } from 'ava'
import type { DrillRoundEvent } from '../../../roles/drill/events.js'
import type { LabSite, Result } from '../site-harness.js'

/** Lists what a drill may leave on a node, one per line; nothing after a complete repair. */
const remains = `ls /run/ha-run-drill* 2>/dev/null; systemctl list-units --no-legend --all 'ha-run-drill*'; nft list tables | grep ha-run
ps -eo args | grep '^ip .*monitor'; cibadmin -Q | grep -oE 'name="(standby|ha-run-drained)"'; ps -eo stat,comm | grep '^T'
systemctl is-active corosync pacemaker | grep -v ^active; :`

/** Drills on a cluster of two nodes. */
export class DrillSite {
  readonly site: LabSite
  /** The lab's inventory, or one with another layout. */
  inventory: string

  constructor(site: LabSite) {
    this.site = site
    this.inventory = site.lab.inventory
  }

  async drill(...words: string[]): Promise<Result> {
    return this.site.run(['drill', '--yes', ...words], { inventory: this.inventory })
  }

  /** Installs nftables, which the fault `cut` needs and a lab's node does not have. */
  async prepare(): Promise<void> {
    await Promise.all(
      this.site.lab.nodes.map(async ({ name }) =>
        this.site.on(name, 'command -v nft >/dev/null || { apt-get -qq update; apt-get install -y -q nftables; }'),
      ),
    )
  }

  /** The release and the packages that the drills depend on, for the page that shows them. */
  async versions(): Promise<string> {
    const text = await this.site.on(
      'node1',
      `. /etc/os-release; printf '%s, ' "$PRETTY_NAME"; dpkg-query -W -f '\${Package} \${Version}, ' corosync pacemaker`,
    )
    return text.replace(/, $/, '')
  }

  /** The node that has the floating IP. */
  async holder(): Promise<string> {
    for (const { name } of this.site.lab.nodes)
      if ((await this.site.on(name, 'ip -o address show to 192.168.0.10/32')) !== '') return name
    return ''
  }

  async nothingIsLeft(t: ExecutionContext): Promise<void> {
    for (const { name } of this.site.lab.nodes) t.is(await this.site.on(name, remains), '', `left on ${name}`)
  }
}

export const roundsOf = ({ events }: Result): DrillRoundEvent[] => events.filter(event => event.event === 'drill-round')
