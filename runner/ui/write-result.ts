import writeFileAtomic from 'write-file-atomic'
import { UsageError } from '../errors.js'
import { explainSystemError } from '../system-error.js'

/** Writes a page or a JUnit file, whole or not at all. @throws UsageError or EnvironmentError if it cannot be written. */
export async function writeResult(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text)
  } catch (error) {
    const explained = explainSystemError(error, file)
    if (explained !== error) throw explained
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}`, { cause: error })
  }
}
