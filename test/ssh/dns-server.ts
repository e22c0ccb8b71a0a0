import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { ExecutionContext } from 'ava'

/**
 * A DNS server on a loopback port that knows one name, `router.lan`, with the address 192.168.0.254.
 *
 * @returns its port, and how many questions it has had.
 */
export async function dnsServer(t: ExecutionContext): Promise<{ port: number; questions: () => number }> {
  const socket = createSocket('udp4')
  let questions = 0
  socket.on('message', (query, { port, address }) => {
    questions += 1
    // The name ends with an empty label; the type and the class of 2 bytes each follow (RFC 1035, 4.1).
    const end = query.indexOf(0, 12) + 5
    const question = query.subarray(12, end)
    const isKnown = question.toString('latin1').startsWith('\x06router\x03lan\0\0\x01')
    const header = Buffer.from([0x81, isKnown ? 0x80 : 0x83, 0, 1, 0, isKnown ? 1 : 0, 0, 0, 0, 0])
    const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 168, 0, 254])
    const answer = Buffer.concat([query.subarray(0, 2), header, question, ...(isKnown ? [record] : [])])
    socket.send(answer, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return { port: socket.address().port, questions: () => questions }
}
