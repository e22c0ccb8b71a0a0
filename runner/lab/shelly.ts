import { digestChallenge, isDigestValid } from './digest.js'
import {
  hasBasicAuth,
  jsonReply,
  plugUser,
  textReply,
  type Move,
  type PlugReply,
  type PlugRequest,
  type PlugState,
} from './plug-reply.js'

/** The HTTP interfaces of Shelly plugs with one relay, as far as fencing needs them. */

const realm = 'shellyplug-lab'

/**
 * Shelly Gen2 and later: RPC by GET, with a digest.
 * https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Switch
 */
export function shellyGen2(request: PlugRequest, state: PlugState): PlugReply {
  const user = { name: plugUser, realm, password: state.password }
  if (state.password !== '' && !isDigestValid(request.authorization, request, user, state.now))
    return textReply(401, '', { 'WWW-Authenticate': digestChallenge(realm, state.now) })
  const { pathname, searchParams } = new URL(request.url, 'http://plug')
  const method = pathname.slice('/rpc/'.length)
  if (method !== 'Switch.Set' && method !== 'Switch.GetStatus') return rpcError(404, `No handler for ${method}`)
  const id = searchParams.get('id')
  if (id === null) return rpcError(-103, "Missing required argument 'id'!")
  if (id !== '0') return rpcError(-105, `Argument 'id', value ${id} not found!`)
  if (method === 'Switch.GetStatus') return jsonReply(switchStatus(state))

  const on = searchParams.get('on')
  if (on !== 'true' && on !== 'false') return rpcError(-103, "Missing or bad argument 'on'!")
  const isOn = on === 'true'
  const moves = moveAndBack(isOn, searchParams.get('toggle_after'))
  return { ...jsonReply({ was_on: state.isOn }), moves, pending: 'forget' }
}

function switchStatus({ isOn, timer }: PlugState): object {
  const timing = timer && { timer_started_at: timer.started, timer_duration: timer.duration }
  return { id: 0, source: 'HTTP_in', output: isOn, ...timing }
}

/** Over HTTP, an unknown method is not found, and other errors are the server's. */
function rpcError(code: number, message: string): PlugReply {
  return jsonReply({ code, message }, code === 404 ? 404 : 500)
}

/**
 * Shelly Gen1, with basic authentication.
 * https://shelly-api-docs.shelly.cloud/gen1/#shelly-plug-plugs-relay-0
 */
export function shellyGen1(request: PlugRequest, state: PlugState): PlugReply {
  if (state.password !== '' && !hasBasicAuth(request.authorization, state.password))
    return textReply(401, '401 Unauthorized', { 'WWW-Authenticate': `Basic realm="${realm}"` })
  const { pathname, searchParams } = new URL(request.url, 'http://plug')
  if (pathname !== '/relay/0') return textReply(404, 'Not Found')
  const turn = searchParams.get('turn')
  if (turn === null) return jsonReply(relayStatus(state.isOn, state))
  if (!['on', 'off', 'toggle'].includes(turn)) return textReply(400, 'Bad turn!')
  const isOn = turn === 'toggle' ? !state.isOn : turn === 'on'
  const moves = moveAndBack(isOn, searchParams.get('timer'))
  const duration = moves[1]?.afterSeconds
  const timer = duration === undefined ? undefined : { started: Math.floor(state.now), duration }
  return { ...jsonReply(relayStatus(isOn, { now: state.now, timer })), moves, pending: 'forget' }
}

function relayStatus(isOn: boolean, { now, timer }: { now: number; timer?: PlugState['timer'] }): object {
  return {
    ison: isOn,
    has_timer: timer !== undefined,
    timer_started: Math.floor(timer?.started ?? 0),
    timer_duration: timer?.duration ?? 0,
    timer_remaining: timer === undefined ? 0 : Math.ceil(timer.started + timer.duration - now),
    overpower: false,
    source: 'http',
  }
}

/** A movement, and the one back after a time that the request may have. */
function moveAndBack(isOn: boolean, seconds: string | null): Move[] {
  const back = Number(seconds)
  return [{ isOn, afterSeconds: 0 }, ...(back > 0 ? [{ isOn: !isOn, afterSeconds: back }] : [])]
}
