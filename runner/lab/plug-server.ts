import { appendFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import { labNetns, labOf, netnsDir, type Plug } from './names.js'
import { powerKill, powered, startNode } from './node.js'
import { answerPlug } from './plug-protocol.js'
import { noteRelay, plugLog, plugPasswordFile, readPlug } from './plugs.js'
import { Relay } from './relay.js'
import { imageOf } from './state.js'

/**
 * The process behind the plugs of a lab, which `lab up --plugs` starts in the lab's network: `node plug-server.js LAB COUNT`.
 * `lab down` kills it with everything else of the lab; if the lab is gone, it ends by itself.
 */

const [lab = '', count = ''] = process.argv.slice(2)
const password = await readFile(plugPasswordFile(lab), 'utf8')
const netns = await namespaceOf(join(netnsDir, labNetns(lab)))

const { nodes, plugs, backups } = labOf(lab, Number(count), { plugs: true })
const all = [...plugs, ...backups]
/** What happens to a node's power, one after the other, whichever of its plugs is asked. */
const movements = new Map(nodes.map(node => [node, new PQueue({ concurrency: 1 })]))
for (const plug of all) await listen(plug)

setInterval(() => void endWithoutLab(), 2000)

async function endWithoutLab(): Promise<void> {
  if ((await namespaceOf(join(netnsDir, labNetns(lab)))) !== netns) process.exit()
}

async function listen(plug: Plug): Promise<void> {
  const relay = new Relay(async isOn => {
    const move = async () => moveContact(plug, isOn)
    await movements
      .get(plug.node)
      ?.add(move)
      .catch((error: unknown) => log(plug, `${isOn ? 'on' : 'off'}: ${String(error)}`))
  })
  const server = createServer((request, response) => {
    void answer(plug, relay, request, response).catch((error: unknown) => {
      log(plug, String(error))
      response.writeHead(500).end()
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(80, plug.address, resolve))
}

async function answer(plug: Plug, relay: Relay, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const before = await readPlug(plug)
  if (before.condition === 'slow') await sleep(before.delaySeconds * 1000)
  const { method = '', url = '', headers, socket } = request
  const state = {
    isOn: (await readPlug(plug)).isOn,
    password: before.condition === 'wrong-password' ? `${password} changed` : password,
    now: Date.now() / 1000,
    ...(relay.timer && { timer: relay.timer }),
  }
  const { authorization } = headers
  const reply = answerPlug({ method, url, ...(authorization !== undefined && { authorization }) }, state)
  await relay.obey(reply)
  log(plug, `${socket.remoteAddress} ${withoutPassword(url)} ${reply.status}`)
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': Buffer.byteLength(reply.body) })
  response.end(reply.body)
}

/** Cuts the node's power, or gives it; returns when it has none, or has begun to boot. */
async function moveContact(plug: Plug, isOn: boolean): Promise<void> {
  const { isOn: wasOn, condition } = await readPlug(plug)
  if (wasOn === isOn || condition === 'stuck') return
  if (!isOn) await powerKill(plug.node)
  await noteRelay(plug, isOn)
  const ofNode = await Promise.all(all.filter(({ node }) => node === plug.node).map(readPlug))
  if (ofNode.every(({ isOn }) => isOn) && !(await powered(plug.node))) await startNode(plug.node, await imageOf(lab))
  log(plug, isOn ? 'on' : 'off')
}

function log({ name }: Plug, text: string): void {
  appendFileSync(plugLog(lab), `${new Date().toISOString()} ${name} ${text}\n`)
}

/** Tasmota takes the password as a part of the URL. */
function withoutPassword(url: string): string {
  return url.replace(/([?&]password=)[^&]*/g, '$1…')
}

/** What distinguishes a network namespace from one of the same name before or after it. */
async function namespaceOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  )
}
