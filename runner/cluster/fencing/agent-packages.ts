import { didYouMean, nearest } from '../../inventory/nearest.js'
import { fencePlug } from './fence-plug.js'

/**
 * Which packages bring a fence agent. Until Debian 12, the package fence-agents has almost all of them, and leaves the programs that they call
 * to the administrator; since Debian 13, each agent is in a package of its own, which depends on them (docs/facts.md).
 */

interface Agent {
  /** The package since Debian 13, if it is not called like the agent. */
  package?: string
  /** The first Debian that has it; 11 or older if left out. */
  since?: 12 | 13
  /** What it calls: its dependencies since Debian 13, without those of fence-agents in Debian 12. */
  needs?: string[]
}

const bySshOrTelnet: Agent = { needs: ['openssh-client', 'telnet'] }
const bySsh: Agent = { needs: ['openssh-client'] }
const byTelnet: Agent = { needs: ['telnet'] }
const bySnmp: Agent = { needs: ['snmp'] }
const byIpmi: Agent = { package: 'fence-agents-ipmilan', needs: ['ipmitool'] }
const byIloSsh: Agent = { package: 'fence-agents-ilo-ssh', needs: ['openssh-client'] }
const byRibcl: Agent = { package: 'fence-agents-ilo2', needs: ['gnutls-bin', 'python3-xmlschema'] }
const byNova: Agent = { package: 'fence-agents-compute', needs: ['python3-novaclient'] }

const agents: Record<string, Agent> = {
  fence_ack_manual: {},
  fence_aliyun: {},
  fence_alom: bySshOrTelnet,
  fence_amt: { needs: ['amtterm'] },
  fence_apc: bySshOrTelnet,
  fence_apc_snmp: bySnmp,
  fence_aws: {},
  fence_azure_arm: { needs: ['python3-azure'] },
  fence_bladecenter: bySshOrTelnet,
  fence_brocade: bySshOrTelnet,
  fence_cdu: { since: 12 },
  fence_cisco_mds: bySnmp,
  fence_cisco_ucs: {},
  fence_compute: byNova,
  fence_crosslink: { needs: ['iputils-ping'] },
  fence_cyberpower_ssh: { ...bySsh, since: 12 },
  fence_docker: {},
  fence_drac: byTelnet,
  fence_drac5: bySshOrTelnet,
  fence_dummy: {},
  fence_eaton_snmp: bySnmp,
  fence_eaton_ssh: { ...bySsh, since: 13 },
  fence_ecloud: { since: 12 },
  fence_emerson: {},
  fence_eps: {},
  fence_epsr2: { package: 'fence-agents-eps', since: 13 },
  fence_evacuate: byNova,
  fence_gce: { needs: ['python3-socks'] },
  fence_hds_cb: byTelnet,
  fence_heuristics_ping: { needs: ['iputils-ping'] },
  fence_hpblade: bySshOrTelnet,
  fence_ibm_powervs: { since: 12 },
  fence_ibm_vpc: { since: 12 },
  fence_ibmblade: bySnmp,
  fence_ibmz: {},
  fence_idrac: byIpmi,
  fence_ifmib: bySnmp,
  fence_ilo: byRibcl,
  fence_ilo2: byRibcl,
  fence_ilo3: byIpmi,
  fence_ilo3_ssh: byIloSsh,
  fence_ilo4: byIpmi,
  fence_ilo4_ssh: byIloSsh,
  fence_ilo5: byIpmi,
  fence_ilo5_ssh: byIloSsh,
  fence_ilo_moonshot: bySshOrTelnet,
  fence_ilo_mp: bySshOrTelnet,
  fence_ilo_ssh: byIloSsh,
  fence_imm: byIpmi,
  fence_intelmodular: bySnmp,
  fence_ipdu: bySnmp,
  fence_ipmilan: byIpmi,
  fence_ipmilanplus: byIpmi,
  fence_ironic: { needs: ['python3-openstackclient'] },
  fence_kdump: {},
  fence_kubevirt: { since: 12, needs: ['python3-kubernetes', 'python3-openshift'] },
  fence_ldom: bySshOrTelnet,
  fence_lindypdu: { ...bySnmp, package: 'fence-agents-lindy-pdu', since: 12 },
  fence_lpar: bySshOrTelnet,
  fence_mpath: { needs: ['multipath-tools'] },
  fence_netio: bySshOrTelnet,
  fence_nutanix_ahv: { since: 13 },
  fence_openstack: { needs: ['python3-novaclient', 'python3-yaml'] },
  fence_ovh: {},
  fence_ovm: { since: 13 },
  fence_powerman: { needs: ['powerman'] },
  fence_pve: {},
  fence_raritan: byTelnet,
  fence_raritan_px3: { ...bySshOrTelnet, since: 12 },
  fence_rcd_serial: {},
  fence_redfish: {},
  fence_rhevm: {},
  fence_rsa: bySshOrTelnet,
  fence_rsb: bySshOrTelnet,
  fence_sanbox2: {},
  fence_sbd: { needs: ['sbd'] },
  fence_scsi: { needs: ['sg3-utils'] },
  fence_skalar: {},
  fence_tripplite_snmp: { ...bySnmp, package: 'fence-agents-apc-snmp' },
  fence_vbox: bySsh,
  fence_virsh: bySsh,
  fence_vmware: {},
  fence_vmware_rest: {},
  fence_vmware_soap: {},
  fence_vmware_vcloud: {},
  fence_wti: bySshOrTelnet,
  fence_xenapi: {},
  fence_zvmip: { package: 'fence-agents-zvm' },
}

/** The agents of the package fence-virt, which all releases have. */
const ofFenceVirt = ['fence_virt', 'fence_xvm']

/**
 * The packages that bring a fence agent and what it calls; undefined if no package of that Debian has the agent. For fence_plug, what it
 * calls: ha-run installs its file.
 *
 * @param debian - the version of Debian, such as 12; undefined for testing and unstable, which have none.
 */
export function agentPackages(agent: string, debian: number | undefined): string[] | undefined {
  if (agent === fencePlug.agent) return [...fencePlug.packages]
  if (ofFenceVirt.includes(agent)) return ['fence-virt']
  const entry = Object.hasOwn(agents, agent) ? agents[agent] : undefined
  if (entry === undefined || (debian ?? Infinity) < (entry.since ?? 0)) return undefined
  return (debian ?? Infinity) >= 13
    ? [entry.package ?? agent.replaceAll('_', '-').replace(/^fence-/, 'fence-agents-')]
    : ['fence-agents', ...(entry.needs ?? [])]
}

/** What to do about an agent that is in no package, as sentences. */
export function agentHint(agent: string, debian: number | undefined): string {
  const { since } = agents[agent] ?? {}
  if (since !== undefined) return `Debian has it since ${since}. ${elsewhere}`
  const known = [...Object.keys(agents), ...ofFenceVirt, fencePlug.agent].filter(each => agentPackages(each, debian))
  return nearest(agent, known) === undefined
    ? `\`apt-cache search fence-agents\` lists what Debian has. ${elsewhere}`
    : didYouMean(agent, known, '')!
}

const elsewhere = 'An agent from elsewhere works if its file is in /usr/sbin on every node.'
