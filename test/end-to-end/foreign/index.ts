import type { LabNodes } from '../lab-nodes.js'
import { byPcs } from './by-pcs.js'
import { handBuilt } from './hand-built.js'
import { tutorial } from './tutorial.js'
import { unnamedKnet } from './unnamed-knet.js'

/**
 * Clusters that somebody else has built, without ha-run, by name: each function turns two bare nodes into a cluster that
 * serves. There is none without a nodelist: Corosync 3 refuses to start, even with multicast ("No valid name found for
 * local host").
 */
export const specimens = { handBuilt, tutorial, byPcs, unnamedKnet } satisfies Record<
  string,
  (site: LabNodes) => Promise<void>
>

export type SpecimenName = keyof typeof specimens
export const specimenNames = Object.keys(specimens) as SpecimenName[]

/** The name in the manner of files and labs: `hand-built`. */
export const kebabName = (specimen: SpecimenName) => specimen.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
