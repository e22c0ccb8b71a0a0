/* oxlint-disable typescript/no-unsafe-type-assertion -- the cases are events */
import { readFileSync, readdirSync } from 'node:fs'
import { drillView } from '../../roles/drill/view.js'
import { reportPage } from '../../runner/report/page.js'
import type { AnyEvent } from '../../runner/ui/visible.js'

const folder = 'test/cases/report'

/** When all of these runs ended. */
export const written = new Date('2026-11-27T18:40:00Z')

/** A run: a description, and its events. */
export interface ReportCase {
  name: string
  about: string
  events: AnyEvent[]
}

export const reportCases: ReportCase[] = readdirSync(folder)
  .toSorted()
  .map(file => {
    const { about, events } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Omit<ReportCase, 'name'>
    return { name: file.replace('.json', ''), about, events }
  })

export function eventsOf(name: string): AnyEvent[] {
  const found = reportCases.find(one => one.name === name)
  if (!found) throw new Error(`no case ${name} in ${folder}`)
  return found.events
}

export function pageOf(name: string): string {
  return reportPage(eventsOf(name), written, [drillView])
}
