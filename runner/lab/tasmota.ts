import {
  hasBasicAuth,
  jsonReply,
  plugUser,
  type Move,
  type PlugReply,
  type PlugRequest,
  type PlugState,
} from './plug-reply.js'

/**
 * The commands of Tasmota with one relay by HTTP, as far as fencing needs them. https://tasmota.github.io/docs/Commands
 *
 * A plug with one relay answers `POWER` for `Power1` too (SetOption26 is off by default).
 */
export function tasmota(request: PlugRequest, state: PlugState): PlugReply {
  const { searchParams } = new URL(request.url, 'http://plug')
  const isKnown =
    state.password === '' ||
    hasBasicAuth(request.authorization, state.password) ||
    (searchParams.get('user') === plugUser && searchParams.get('password') === state.password)
  if (!isKnown) return jsonReply({ WARNING: 'Need user=<username>&password=<password>' }, 401)

  const line = searchParams.get('cmnd')?.trim() ?? ''
  if (line === '') return jsonReply({ WARNING: 'Enter command cmnd=' })
  const [, command = '', data = ''] = /^(\w+)\s*(.*)$/s.exec(line) ?? []
  switch (command.toLowerCase()) {
    case 'backlog':
      if (data === '') return { ...jsonReply({ Backlog: 'Aborted' }), pending: 'forget' }
      return { ...jsonReply({}), moves: movesOf(data, state.isOn) }
    case 'timedpower':
    case 'timedpower1':
      return timedPower(data, state.isOn)
    default:
      return power(line, state.isOn)
  }
}

function power(command: string, wasOn: boolean): PlugReply {
  const value = powerValue(command, wasOn)
  if (value === undefined) return jsonReply({ Command: 'Unknown' })
  const isOn = value === 'query' ? wasOn : value
  const moves = value === 'query' ? [] : [{ isOn, afterSeconds: 0 }]
  return { ...jsonReply({ POWER: isOn ? 'ON' : 'OFF' }), moves }
}

/** `TimedPower1 10000,0`: off, and on again after 10 s (since 13.3.0.4). Without a time it forgets what is still to come. */
function timedPower(data: string, wasOn: boolean): PlugReply {
  const [, ms, value] = /^(\d+)(?:\s*,\s*([0-2]))?$/.exec(data) ?? []
  if (ms === undefined) return { ...jsonReply({ TimedPower: 'Done' }), pending: 'forget' }
  const isOn = value === '2' ? !wasOn : value !== '0'
  return {
    ...jsonReply({ POWER: isOn ? 'ON' : 'OFF' }),
    moves: [
      { isOn, afterSeconds: 0 },
      { isOn: !isOn, afterSeconds: Number(ms) / 1000 },
    ],
    pending: 'forget',
  }
}

/** The movements of a backlog: commands separated by semicolons; `Delay 10` waits for a second. */
function movesOf(backlog: string, isOn: boolean): Move[] {
  const moves: Move[] = []
  let afterSeconds = 0
  let willBeOn = isOn
  for (const command of backlog.split(';').map(text => text.trim())) {
    const [, tenths] = /^delay\s+(\d+)$/i.exec(command) ?? []
    if (tenths !== undefined) afterSeconds += Number(tenths) / 10
    const value = powerValue(command, willBeOn)
    if (value === undefined || value === 'query') continue
    willBeOn = value
    moves.push({ isOn: value, afterSeconds })
  }
  return moves
}

/** What a command wants of the relay, undefined if it is another command. */
function powerValue(command: string, isOn: boolean): boolean | 'query' | undefined {
  const [, value] = /^power1?(?:\s+(\w+))?$/i.exec(command) ?? [null, null]
  if (value === null) return undefined
  if (value === undefined) return 'query'
  if (/^(1|on|true)$/i.test(value)) return true
  if (/^(0|off|false)$/i.test(value)) return false
  return /^(2|toggle)$/i.test(value) ? !isOn : 'query'
}
