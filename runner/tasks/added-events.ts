/**
 * Events that roles and commands add to those of the engine, by their names. The engine passes them on to the reporters, and
 * an `EventView` draws them. Whoever makes such an event declares it:
 *
 * ```ts
 * declare module '../../runner/tasks/added-events.js' {
 *   interface AddedEvents { 'drill-round': DrillRoundEvent }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-interface -- others add its members
export interface AddedEvents {}

export type AddedEvent = AddedEvents[keyof AddedEvents]
