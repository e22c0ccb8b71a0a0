import { Element } from '../../runner/cluster/pacemaker/element.js'

/** How often attributes of XML elements are read during some work. */
export function readsOf(work: () => void): number {
  const original = Object.getOwnPropertyDescriptor(Element.prototype, 'getAttribute')!
  let reads = 0
  Object.defineProperty(Element.prototype, 'getAttribute', {
    ...original,
    value(this: Element, name: string): unknown {
      reads += 1
      return Reflect.apply(original.value, this, [name])
    },
  })
  try {
    work()
  } finally {
    Object.defineProperty(Element.prototype, 'getAttribute', original)
  }
  return reads
}

/** Objects that count how often a property of one of them is read. */
export function counted<T extends object>(objects: T[]): { objects: T[]; reads: () => number } {
  let reads = 0
  return {
    objects: objects.map(
      object =>
        new Proxy(object, {
          get: (target, name) => {
            reads += 1
            return Reflect.get(target, name) as unknown
          },
        }),
    ),
    reads: () => reads,
  }
}
