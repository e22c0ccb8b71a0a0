import type { Reporter } from '../../engine/events.js'
import { AlternateScreen } from '../../ui/alternate-screen.js'
import { concealing } from '../../ui/concealing.js'
import { jsonReporter } from '../../ui/json.js'
import type { ReporterOptions, Terminal } from '../../ui/options.js'
import { createStyle, localeIsUtf8 } from '../../ui/style.js'
import { canRedraw } from '../../ui/terminal.js'
import { linesOf, oneLine, sections } from '../../ui/text.js'
import { visibleEvent, type AnyEvent } from '../../ui/visible.js'
import { wrapped, writeLines, writeText } from '../../ui/write.js'
import type { StatusEvent } from './events.js'
import { statusFrame } from './frame.js'
import { statusLines } from './lines.js'

export interface StatusReporterOptions {
  json: boolean
  /** Repeat until interrupted. */
  watch: boolean
  stdout: Terminal
  stderr: Terminal
  verbosity: number
  color: boolean
}

/** Reports the status of clusters for people or as JSON, once or repeatedly. */
export function createStatusReporter(options: StatusReporterOptions): Reporter {
  return concealing(suitableReporter(options))
}

function suitableReporter({ json, watch, ...rest }: StatusReporterOptions): Reporter {
  const options: ReporterOptions = {
    ...rest,
    diff: false,
    style: createStyle({ color: rest.color, utf8: localeIsUtf8(process.env) }),
  }
  if (json) return jsonReporter(options)
  if (!watch) return onceReporter(options)
  return canRedraw(options.stdout) ? screenReporter(options) : logReporter(options)
}

/** Prints the status of all clusters at the end, one block each. */
export function onceReporter({ stdout, stderr, style }: ReporterOptions): Reporter {
  const latest = new Latest()
  return {
    report(event) {
      latest.take(event)
      writeText(stderr, latest.notices.splice(0))
    },
    async close() {
      writeLines(
        stdout,
        sections(
          ...latest.clusters.map(status => [
            ...wrapped(stdout, statusLines(status, { style, hints: true })),
            ...configurationLines(status),
          ]),
        ),
      )
    },
  }
}

/** For a pipe or a log: prints a cluster's status with the time whenever it has changed. */
export function logReporter({ stdout, stderr, style }: ReporterOptions, now = () => new Date()): Reporter {
  const latest = new Latest()
  const printed = new Map<string, string>()
  return {
    report(event) {
      const status = latest.take(event)
      if (!status) return
      const lines = statusLines(status, { style, hints: true })
      if (printed.get(status.cluster) === lines.join('\n')) return
      printed.set(status.cluster, lines.join('\n'))
      writeText(stdout, [now().toISOString(), ...lines, ''])
    },
    async close() {
      writeText(stderr, latest.notices)
    },
  }
}

/** On a terminal: one screen, redrawn after each reading. The last status stays on the terminal at the end. */
export function screenReporter({ stdout, stderr, style }: ReporterOptions, now = () => new Date()): Reporter {
  const latest = new Latest()
  const picture = new AlternateScreen(stdout)
  let due: NodeJS.Immediate | undefined
  let time = ''
  const draw = () => {
    due = undefined
    const { columns, rows } = picture
    const title = `${time === '' ? 'first reading' : `as of ${time}, read every 2 s`}; Ctrl-C ends it`.slice(
      0,
      columns - 1,
    )
    picture.draw([style.quiet(title), ...statusFrame(latest.clusters, { style, columns, rows: rows - 1 })])
  }
  const redraw = () => {
    due ??= setImmediate(draw)
  }
  stdout.on('resize', redraw)
  draw()
  return {
    report(event) {
      if (!latest.take(event)) return
      time = now().toTimeString().slice(0, 8)
      redraw()
    },
    async close() {
      clearImmediate(due)
      stdout.off('resize', redraw)
      picture.close()
      writeText(stderr, latest.notices)
      writeText(stdout, sections(...latest.clusters.map(status => statusLines(status, { style, hints: true }))))
    },
  }
}

/** The latest status of each cluster, in the order in which the clusters were first reported. */
class Latest {
  readonly #clusters = new Map<string, StatusEvent>()
  readonly notices: string[] = []

  /** @returns the event with visible characters only, if it is a status. */
  take(received: AnyEvent): StatusEvent | undefined {
    const event = visibleEvent(received)
    if (event.event === 'notice') this.notices.push(`note  ${oneLine(event.text)}`)
    if (event.event !== 'status') return undefined
    this.#clusters.set(event.cluster, event)
    return event
  }

  get clusters(): StatusEvent[] {
    return [...this.#clusters.values()]
  }
}

function configurationLines({ configuration }: StatusEvent): string[] {
  if (!configuration) return []
  return ['', `  configuration on ${configuration.node}:`, ...linesOf(configuration.text).map(line => `    ${line}`)]
}
