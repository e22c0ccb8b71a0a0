import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A smart plug on loopback that speaks the real protocols: of Shelly (https://shelly-api-docs.shelly.cloud) and of Tasmota, by its source. */
export interface PlugOptions {
  type: 'shelly1' | 'shelly2' | 'tasmota'
  /** Of Tasmota: before 13.3.0.4, which has no TimedPower. */
  isOld?: boolean
  /** Whether each relay is on at first; one that is on by default. */
  relays?: boolean[]
  password?: string
  /** The relays do not obey. */
  isStuck?: boolean
  /** So many requests are lost first: the connection is closed without an answer. */
  loses?: number
  /** Takes connections, and never answers. */
  isSilent?: boolean
  /** Answers everything with this status. */
  status?: number
  /** How long a second of its timers takes; 1000 by default. */
  secondMs?: number
}

/** Tasmota's pause between two commands of a backlog (SetOption34), and after any other command. */
const backlogPauseMs = 200

interface Answer {
  status?: number
  headers?: Record<string, string>
  body: unknown
}

export class SmartPlug {
  /** Paths with queries, in the order of their arrival. Logins are left out. */
  readonly requests: string[] = []
  readonly relays: boolean[]
  /** For how long each relay was off, once it has been switched on again, in seconds of its timers. */
  readonly offSeconds: number[] = []
  readonly #offSince: number[] = []
  readonly #options: PlugOptions
  readonly #secondMs: number
  readonly #timers = new Map<number, NodeJS.Timeout>()
  readonly #nonce = randomBytes(4).toString('hex')
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://plug')
    const query = decodeURIComponent(url.search.replaceAll(/&(user|password)=[^&]*/g, '').replaceAll('+', ' '))
    this.requests.push(url.pathname + query)
    if (this.#options.isSilent) return
    if (this.requests.length <= (this.#options.loses ?? 0)) {
      request.socket.destroy()
      return
    }
    const { status = 200, headers = {}, body } = this.#answer(request, url)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })

  constructor(options: PlugOptions) {
    this.#options = options
    this.#secondMs = options.secondMs ?? 1000
    this.relays = options.relays ?? [true]
  }

  /** @returns its TCP port on 127.0.0.1. */
  async listen(): Promise<number> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    clearTimeout(this.#backlogTimer)
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #answer(request: IncomingMessage, url: URL): Answer {
    const { type, status } = this.#options
    if (status !== undefined) return { status, body: { code: -105, message: "Argument 'id', value 0 not found!" } }
    if (type === 'tasmota') return this.#tasmota(url)
    const refusal = this.#refusal(request)
    if (refusal !== undefined) return refusal
    return type === 'shelly1' ? this.#shelly1(url) : this.#shelly2(url)
  }

  #switch(relay: number, isOn: boolean): void {
    if (this.#options.isStuck || this.relays[relay] === isOn) return
    this.relays[relay] = isOn
    if (isOn) this.offSeconds[relay] = (performance.now() - this.#offSince[relay]!) / this.#secondMs
    else this.#offSince[relay] = performance.now()
  }

  #switchLater(relay: number, isOn: boolean, seconds: number): void {
    clearTimeout(this.#timers.get(relay))
    if (seconds > 0)
      this.#timers.set(
        relay,
        setTimeout(() => this.#switch(relay, isOn), seconds * this.#secondMs),
      )
  }

  #shelly1({ pathname, searchParams }: URL): Answer {
    const relay = Number(/^\/relay\/(\d+)$/.exec(pathname)?.[1] ?? -1)
    if (this.relays[relay] === undefined) return { status: 404, body: 'Not found' }
    const turn = searchParams.get('turn')
    if (turn !== null) {
      this.#switch(relay, turn === 'on')
      this.#switchLater(relay, turn !== 'on', Number(searchParams.get('timer') ?? 0))
    }
    return { body: { ison: this.relays[relay], has_timer: this.#timers.has(relay), source: 'http' } }
  }

  #shelly2({ pathname, searchParams }: URL): Answer {
    const relay = Number(searchParams.get('id'))
    if (this.relays[relay] === undefined)
      return { status: 500, body: { code: -105, message: `Argument 'id', value ${relay} not found!` } }
    const before = this.relays[relay]
    if (pathname === '/rpc/Switch.GetStatus') return { body: { id: relay, source: 'HTTP_in', output: before } }
    if (pathname !== '/rpc/Switch.Set') return { status: 404, body: 'Not Found' }
    const isOn = searchParams.get('on') === 'true'
    this.#switch(relay, isOn)
    this.#switchLater(relay, !isOn, Number(searchParams.get('toggle_after') ?? 0))
    return { body: { was_on: before } }
  }

  /** Basic for the first generation of Shelly, and digest with SHA-256 for the later ones, whose user is always `admin`. */
  #refusal({ headers, method, url }: IncomingMessage): Answer | undefined {
    const { type, password } = this.#options
    if (password === undefined) return undefined
    const given = headers.authorization ?? ''
    const refused = (challenge: string): Answer => ({
      status: 401,
      headers: { 'www-authenticate': challenge },
      body: 'Unauthorized',
    })
    if (type === 'shelly1')
      return given === `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
        ? undefined
        : refused('Basic realm="shelly"')
    const realm = 'shellyplugsg3-0123456789ab'
    const field = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(given)?.[1] ?? ''
    const expected = sha256(
      [
        sha256(`admin:${realm}:${password}`),
        this.#nonce,
        field('nc'),
        field('cnonce'),
        'auth',
        sha256(`${method}:${url}`),
      ].join(':'),
    )
    return given.startsWith('Digest ') && field('response') === expected
      ? undefined
      : refused(`Digest qop="auth", realm="${realm}", nonce="${this.#nonce}", algorithm=SHA-256`)
  }

  #backlog: string[] = []
  #backlogTimer: NodeJS.Timeout | undefined

  #tasmota({ pathname, searchParams }: URL): Answer {
    const { password, isOld } = this.#options
    if (pathname !== '/cm') return { status: 404, body: 'Not found' }
    if (password !== undefined && (searchParams.get('user') !== 'admin' || searchParams.get('password') !== password))
      return { status: isOld ? 200 : 401, body: { WARNING: 'Need user=<username>&password=<password>' } }
    return { body: this.#command(searchParams.get('cmnd') ?? '') }
  }

  /** Every command sets the time of the backlog's next one, so that it ends a Delay that is running (CommandHandler in Tasmota's source). */
  #command(line: string): Record<string, string> {
    this.#runBacklogIn(backlogPauseMs)
    const [, name = '', index = '1', data = ''] = /^([A-Za-z]+)(\d*)\s*(.*)$/.exec(line) ?? []
    const relay = Number(index || '1') - 1
    switch (name.toLowerCase()) {
      case 'backlog':
        if (data === '') this.#backlog = []
        else this.#backlog.push(...data.split(';').map(each => each.trim()))
        return data === '' ? { Backlog: 'Aborted' } : {}
      case 'delay':
        this.#runBacklogIn((Number(data) / 10) * this.#secondMs)
        return { Delay: data }
      case 'timedpower':
        if (this.#options.isOld) return { Command: 'Unknown' }
        if (data === '') {
          this.#switchLater(relay, true, 0)
          return { TimedPower: 'Done' }
        }
        this.#switchLater(relay, true, Number(data.split(',')[0]) / 1000)
        return this.#power(relay, 'off')
      case 'power':
        return this.#power(relay, data.toLowerCase())
      default:
        return { Command: 'Unknown' }
    }
  }

  #power(relay: number, state: string): Record<string, string> {
    if (this.relays[relay] === undefined) return { Command: 'Error' }
    if (state !== '') this.#switch(relay, state === 'on')
    return { [this.relays.length === 1 ? 'POWER' : `POWER${relay + 1}`]: this.relays[relay] ? 'ON' : 'OFF' }
  }

  #runBacklogIn(ms: number): void {
    clearTimeout(this.#backlogTimer)
    this.#backlogTimer = setTimeout(() => {
      const command = this.#backlog.shift()
      if (command !== undefined) this.#command(command)
    }, ms)
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
