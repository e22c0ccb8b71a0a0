import type { Origin } from '../../inventory/origin.js'
import type { CorosyncSettings } from './corosync-settings.js'
import { defaultLogging, defaultTotem } from './defaults.js'
import { omitUndefined } from './omit-undefined.js'
import type { Cluster, ConfValues } from './declaration.js'

/**
 * What corosync.conf is to say, defaults filled in.
 *
 * Throws an InventoryError where Corosync would refuse the settings together, though it knows each of them.
 */
export function completeCorosync(
  settings: Omit<CorosyncSettings, 'links'>,
  nodes: number,
  origin: Origin,
): Cluster['corosync'] {
  const { transport = 'knet', totem: more = {}, quorum = {}, logging = {}, interface: interfaces, ...short } = settings
  const said: ConfValues = omitUndefined(short)
  for (const key of Object.keys(more)) {
    if (key in said) {
      throw origin.at('totem', key).key.error(`"${key}" is said twice: here, and directly under "corosync"`)
    }
  }
  const totem: ConfValues = { ...defaultTotem, ...said, ...more }
  const where = (key: string) => (key in more ? origin.at('totem', key) : origin.at(key))
  checkCrypto(transport, totem, where)
  if (interfaces) checkInterfaces(interfaces, transport, origin.at('interface'))
  checkToken(totem, where)
  return {
    transport,
    totem,
    quorum: completeQuorum(quorum, nodes, origin.at('quorum')),
    logging: completeLogging(logging, origin.at('logging')),
    ...interfaces && { interface: interfaces },
  }
}

/** A link has one such section; what is knet's has no meaning for udp and udpu, which have one link. */
function checkInterfaces(interfaces: ConfValues[], transport: string, origin: Origin): void {
  for (const [at, { linknumber = '0', ...values }] of interfaces.entries()) {
    if (interfaces.findIndex(other => (other['linknumber'] ?? '0') === linknumber) !== at) throw origin.at(at).error(`link ${linknumber} has two interface sections`)
    const knet = Object.keys(values).find(key => key.startsWith('knet_'))
    if (transport !== 'knet' && knet !== undefined) throw origin.at(at, knet).key.error(`${knet} is for transport knet, and this is ${transport}`)
    if (transport !== 'knet' && linknumber !== '0') throw origin.at(at, 'linknumber').error(`transport ${transport} has link 0 only`)
  }
}

/**
 * Corosync 3 ends with exit code 8 where crypto meets udp or udpu; Corosync 2 allowed it, and so do old
 * tutorials.
 */
function checkCrypto(transport: string, totem: ConfValues, where: (key: string) => Origin): void {
  const { crypto_cipher: cipher, crypto_hash: hash } = totem
  if (transport !== 'knet' && (cipher !== 'none' || hash !== 'none')) {
    throw where('transport').error(
      `transport ${transport} cannot be encrypted, and crypto_cipher is ${cipher}, crypto_hash is ${hash}`,
      'Leave transport out to have knet, which Corosync 3 encrypts; or say crypto_cipher: none and crypto_hash: none, '
        + 'and anyone on that network can speak for a node.',
    )
  }
  if (cipher !== 'none' && hash === 'none') {
    throw where('crypto_hash').error(
      `crypto_hash is none, and crypto_cipher ${cipher} needs one`,
      'Leave crypto_hash out to have sha256.',
    )
  }
}

/** Corosync works out token_retransmit from the two, and refuses less than 30 ms (corosync.conf(5)). */
function checkToken(
  { token, token_retransmits_before_loss_const: times }: ConfValues,
  where: (key: string) => Origin,
): void {
  const least = Math.ceil(30 * (Number(times) + 0.2))
  if (Number(token) < least) {
    throw where('token').error(
      `expected a token of at least ${least} ms for ${times} retransmits, got ${token}`,
    )
  }
}

function completeQuorum(said: ConfValues, nodes: number, origin: Origin): ConfValues {
  const quorum: ConfValues = {
    provider: 'corosync_votequorum',
    expected_votes: String(nodes),
    ...(nodes === 2 && { two_node: '1' }),
    ...said,
  }
  if (quorum['two_node'] === '1' && nodes !== 2) {
    throw origin
      .at('two_node')
      .error(`two_node is for two nodes, and this cluster has ${nodes}`, 'Leave two_node out.')
  }
  if (quorum['two_node'] === '1' && quorum['auto_tie_breaker'] === '1') {
    throw origin
      .at('auto_tie_breaker')
      .error('auto_tie_breaker and two_node exclude each other', 'Say two_node: 0 as well.')
  }
  return quorum
}

function completeLogging(said: ConfValues, origin: Origin): ConfValues {
  const { logfile, ...rest } = defaultLogging
  const logging: ConfValues = { ...rest, ...(said['to_logfile'] !== 'no' && { logfile }), ...said }
  // "When set to no, the logfile option must not be set", says the corosync.conf that Debian ships.
  if (said['to_logfile'] === 'no' && 'logfile' in said) {
    throw origin.at('logfile').error('logfile is set, and to_logfile is no', 'Leave one of the two out.')
  }
  return logging
}
