import { textReply, type PlugReply, type PlugRequest, type PlugState } from './plug-reply.js'
import { shellyGen1, shellyGen2 } from './shelly.js'
import { tasmota } from './tasmota.js'

/** The answer of a lab's plug. It speaks three protocols, so that an inventory may declare any of the types. */
export function answerPlug(request: PlugRequest, state: PlugState): PlugReply {
  const { pathname } = new URL(request.url, 'http://plug')
  if (pathname.startsWith('/rpc/')) return shellyGen2(request, state)
  if (pathname.startsWith('/relay/')) return shellyGen1(request, state)
  if (pathname === '/cm') return tasmota(request, state)
  return textReply(404, 'Not Found')
}
