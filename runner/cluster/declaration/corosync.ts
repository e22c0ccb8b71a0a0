import type { Origin } from '../../inventory/origin.js'
import type { DeclaredCorosync } from './corosync-settings.js'
import { defaultLogging, defaultTotem } from './defaults.js'
import { omitUndefined } from './omit-undefined.js'
import type { Cluster, ConfValues, QuorumDevice } from './declaration.js'

/**
 * The declared settings of corosync.conf, completed with the defaults.
 *
 * @throws InventoryError if Corosync would refuse the combination of settings.
 */
export function completeCorosync(
  settings: Omit<DeclaredCorosync, 'links'>,
  nodes: number,
  quorumDevice: QuorumDevice | undefined,
  origin: Origin,
): Cluster['corosync'] {
  const { transport = 'knet', totem: more = {}, quorum = {}, logging = {}, interface: interfaces, ...short } = settings
  const common: ConfValues = omitUndefined(short)
  for (const key of Object.keys(more)) {
    if (key in common) {
      throw origin.at('totem', key).key.error(`"${key}" is declared twice: here, and directly under "corosync"`)
    }
  }
  const totem: ConfValues = { ...defaultTotem, ...common, ...more }
  const originOf = (key: string) => (key in more ? origin.at('totem', key) : origin.at(key))
  checkCrypto(transport, totem, originOf)
  if (interfaces) checkInterfaces(interfaces, transport, origin.at('interface'))
  checkToken(totem, originOf)
  return {
    transport,
    totem,
    quorum: completeQuorum(quorum, nodes, quorumDevice?.votes ?? 0, origin.at('quorum')),
    logging: completeLogging(logging, origin.at('logging')),
    ...(interfaces && { interface: interfaces }),
  }
}

/** Each link has one interface section. The knet settings do not apply to udp and udpu, which have only one link. */
function checkInterfaces(interfaces: ConfValues[], transport: string, origin: Origin): void {
  for (const [index, { linknumber = '0', ...values }] of interfaces.entries()) {
    if (interfaces.findIndex(other => (other['linknumber'] ?? '0') === linknumber) !== index)
      throw origin.at(index).error(`link ${linknumber} has two interface sections`)
    const knet = Object.keys(values).find(key => key.startsWith('knet_'))
    if (transport !== 'knet' && knet !== undefined)
      throw origin.at(index, knet).key.error(`${knet} is only for transport knet, and the transport is ${transport}`)
    if (transport !== 'knet' && linknumber !== '0')
      throw origin.at(index, 'linknumber').error(`transport ${transport} has only link 0`)
  }
}

/** Corosync 3 exits with 8 if encryption is set with udp or udpu. Corosync 2 allowed it, and so do old tutorials. */
function checkCrypto(transport: string, totem: ConfValues, originOf: (key: string) => Origin): void {
  const { crypto_cipher: cipher, crypto_hash: hash } = totem
  if (transport !== 'knet' && (cipher !== 'none' || hash !== 'none')) {
    throw originOf('transport').error(
      `transport ${transport} does not support encryption, but crypto_cipher is ${cipher} and crypto_hash is ${hash}`,
      'Leave transport out to use knet, which supports encryption. Or declare crypto_cipher: none and crypto_hash: none: ' +
        'then anyone on that network can impersonate a node.',
    )
  }
  if (cipher !== 'none' && hash === 'none') {
    throw originOf('crypto_hash').error(
      `crypto_hash is none, but crypto_cipher ${cipher} needs a hash`,
      'Leave crypto_hash out to use sha256.',
    )
  }
}

/** Corosync calculates token_retransmit from these two and refuses less than 30 ms (corosync.conf(5)). */
function checkToken(
  { token, token_retransmits_before_loss_const: retransmits }: ConfValues,
  originOf: (key: string) => Origin,
): void {
  const minimum = Math.ceil(30 * (Number(retransmits) + 0.2))
  if (Number(token) < minimum) {
    throw originOf('token').error(
      `expected a token of at least ${minimum} ms for ${retransmits} retransmits, got ${token}`,
    )
  }
}

/** The quorum section: the declared settings, completed. @param deviceVotes - the votes of the quorum device; 0 without one. */
export function quorumSettings(declared: ConfValues, nodes: number, deviceVotes: number): ConfValues {
  return {
    provider: 'corosync_votequorum',
    expected_votes: String(nodes + deviceVotes),
    ...(nodes === 2 && deviceVotes === 0 && { two_node: '1' }),
    ...declared,
  }
}

function completeQuorum(declared: ConfValues, nodes: number, deviceVotes: number, origin: Origin): ConfValues {
  if (deviceVotes > 0) refuseRulesBesideDevice(declared, nodes + deviceVotes, origin)
  const quorum = quorumSettings(declared, nodes, deviceVotes)
  if (quorum['two_node'] === '1' && nodes !== 2) {
    throw origin
      .at('two_node')
      .error(`two_node is only for two nodes, and this cluster has ${nodes}`, 'Leave two_node out.')
  }
  if (quorum['two_node'] === '1' && quorum['auto_tie_breaker'] === '1') {
    throw origin
      .at('auto_tie_breaker')
      .error('auto_tie_breaker and two_node exclude each other', 'Declare two_node: 0 as well.')
  }
  return quorum
}

/** Corosync does not start with one of these rules and a quorum device (votequorum_readconfig in exec/votequorum.c). */
function refuseRulesBesideDevice(declared: ConfValues, votes: number, origin: Origin): void {
  for (const rule of ['two_node', 'auto_tie_breaker', 'last_man_standing', 'allow_downscale']) {
    if (declared[rule] === '1')
      throw origin
        .at(rule)
        .error(`${rule} and a quorum device exclude each other`, `Leave ${rule} or quorum_device out.`)
  }
  const { expected_votes: expectedVotes } = declared
  if (expectedVotes !== undefined && Number(expectedVotes) !== votes)
    throw origin
      .at('expected_votes')
      .error(
        `expected ${votes} votes, those of the nodes and of the quorum device, got ${expectedVotes}`,
        'Leave expected_votes out.',
      )
}

function completeLogging(declared: ConfValues, origin: Origin): ConfValues {
  const { logfile, ...rest } = defaultLogging
  const logging: ConfValues = { ...rest, ...(declared['to_logfile'] !== 'no' && { logfile }), ...declared }
  // The corosync.conf that Debian ships: "When set to no, the logfile option must not be set".
  if (declared['to_logfile'] === 'no' && 'logfile' in declared) {
    throw origin.at('logfile').error('logfile is set, but to_logfile is no', 'Leave one of the two out.')
  }
  return logging
}
