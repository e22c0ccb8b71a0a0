import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { hostAndPort, httpRequest } from '../../ssh/http.js'
import type { NodeConnection } from '../../ssh/node-connection.js'
import { connectThrough, relayDatagrams, startProber, tcpScript, udpScript } from '../../ssh/node-prober.js'
import { connectTcp, resolveRecords, runProgram } from '../../ssh/services.js'
import type { Cluster } from '../declaration/declaration.js'
import type { DnsProbe, HttpProbe, Probe } from '../declaration/probe.js'
import { judgeRecords, judgeResponse, type Answer } from './judge.js'

/** A probe with its way to the service. */
export interface OpenProbe {
  /** @throws Error with the reason if there is no good answer; RouteError if the way is gone. */
  ask: (signal: AbortSignal) => Promise<Answer>
  close: () => void
}

export interface ProbeRoute {
  /** A node that opens the connections, if this machine cannot. A command always runs on this machine. */
  through?: NodeConnection | undefined
  /** The probe is to ask many times. */
  isRepeated?: boolean
}

const open = (ask: OpenProbe['ask'], close = () => {}): OpenProbe => ({ ask, close })

/**
 * Prepares the way to the service.
 *
 * @param timeoutMs - the longest time that a request may take.
 * @throws ConnectError or RouteError if the node opens no connections.
 */
export async function openProbe(
  probe: Probe,
  cluster: Pick<Cluster, 'page' | 'nodes'>,
  timeoutMs: number,
  route: ProbeRoute = {},
): Promise<OpenProbe> {
  const { through } = route
  switch (probe.kind) {
    case 'http':
      return openHttp(probe, cluster, route)
    case 'dns':
      return openDns(probe, timeoutMs, through)
    case 'tcp': {
      const { host, port } = probe
      const text = 'accepts connections'
      if (!through) return open(async signal => connectTcp(host, port, signal).then(() => ({ text })))
      const prober = await startProber(through.exec(tcpScript(host, port)), through.name)
      return open(async signal => connectThrough(prober, signal).then(() => ({ text })), prober.close.bind(prober))
    }
    default: {
      const { command, folder } = probe
      return open(async signal => runProgram(command, resolve(folder), signal).then(() => ({ text: 'exit code 0' })))
    }
  }
}

async function openHttp(
  probe: HttpProbe,
  cluster: Pick<Cluster, 'page' | 'nodes'>,
  { through, isRepeated }: ProbeRoute,
): Promise<OpenProbe> {
  const url = new URL(probe.url)
  const ca = probe.ca === undefined ? undefined : await readFile(probe.ca, 'utf8')
  // ssh -W is a process for each connection.
  const socket = isRepeated ? await through?.listen(hostAndPort(url)) : undefined
  return open(async signal =>
    judgeResponse(probe, await httpRequest(url, { ca, signal, ...(isRepeated ? { socket } : { through }) }), cluster),
  )
}

async function openDns(probe: DnsProbe, timeoutMs: number, through: NodeConnection | undefined): Promise<OpenProbe> {
  if (!through) return open(async signal => judgeRecords(probe, await resolveRecords(probe, timeoutMs, signal)))
  const prober = await startProber(through.exec(udpScript(probe.server, probe.port)), through.name)
  const relay = await relayDatagrams(prober)
  const atRelay = { ...probe, server: '127.0.0.1', port: relay.port }
  return open(
    async signal => {
      try {
        return judgeRecords(probe, await resolveRecords(atRelay, timeoutMs, signal))
      } catch (error) {
        throw prober.lost ?? error
      }
    },
    () => {
      relay.close()
      prober.close()
    },
  )
}
