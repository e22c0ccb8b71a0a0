import { conceal } from '../../concealed.js'
import type { Origin } from '../../inventory/origin.js'
import { Secret } from '../../secret.js'
import type { Cluster, FencingDevice, SecretSource } from '../declaration/declaration.js'
import { isAttributeText } from '../declaration/schema-parts.js'

/** The places on the admin machine where secrets can be. Each function throws an Error if there is nothing to read. */
export interface SecretPlaces {
  environment: (name: string) => string | undefined
  file: (path: string) => string
  /** What a program prints. */
  command: (argv: string[]) => string
}

/**
 * The cluster with the secrets of its fencing devices: each source is replaced by `{ value }`, so that an edit of the CIB can write
 * them. Their texts are hidden in all output from then on. Without this, the sources stay as they were declared, and secret
 * parameters are not compared with the CIB.
 *
 * @param origin - of the cluster's declaration.
 * @throws InventoryError with the line of the secret that cannot be read.
 */
export function withSecrets(cluster: Cluster, origin: Origin, places: SecretPlaces): Cluster {
  const { fencing } = cluster
  if (typeof fencing === 'string') return cluster
  const devices = fencing.devices.map(device => ({
    ...device,
    secrets: Object.fromEntries(
      Object.entries(device.secrets).map(([name, source]) => [
        name,
        {
          value: readSecret(device, name, source, origin.at('fencing', 'devices', device.id, 'secrets', name), places),
        },
      ]),
    ),
  }))
  return { ...cluster, fencing: { ...fencing, devices } }
}

function readSecret(
  { id }: FencingDevice,
  name: string,
  source: SecretSource,
  origin: Origin,
  places: SecretPlaces,
): Secret {
  if ('value' in source) return source.value
  const fail = (reason: string) =>
    origin.error(`the secret "${name}" of ${id} cannot be read: ${reason}`, remedy(source))
  let text: string | undefined
  try {
    text = textOf(source, places)
  } catch (error) {
    throw fail((error as Error).message)
  }
  if (text === undefined) throw fail('the variable is not set')
  conceal(text)
  if (text === '') throw fail('it is empty')
  if (!isAttributeText(text)) throw fail('it has several lines or control characters, which the CIB cannot store')
  return new Secret(Buffer.from(text))
}

/** Files and programs end their text with a line end, which is not part of the secret. */
function textOf(source: Exclude<SecretSource, { value: Secret }>, places: SecretPlaces): string | undefined {
  if ('env' in source) return places.environment(source.env)
  const text = 'file' in source ? places.file(source.file) : places.command(source.command)
  return text.replace(/\r?\n$/, '')
}

function remedy(source: Exclude<SecretSource, { value: Secret }>): string {
  if ('env' in source) {
    return `Set it in the environment of ha-run, for instance: read -rs ${source.env} && export ${source.env}. sudo passes it on only with --preserve-env=${source.env}.`
  }
  return 'file' in source
    ? 'Write the secret into that file as its only line; a relative path starts at the directory in which ha-run runs.'
    : 'The program must print the secret as its only line and exit with 0.'
}
