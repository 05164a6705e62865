import { text } from 'node:stream/consumers'
import type { Outcome } from '../../../src/operator/outcome.ts'

/** Every line, or every item, of an outcome in pages. */
export async function collect(
  outcome: Outcome,
  form: 'linePages' | 'jsonPages',
): Promise<unknown[]> {
  if (!('readPages' in outcome)) return []
  const asJson = form === 'jsonPages'
  const printed = await text(outcome.readPages(asJson))
  return asJson ? JSON.parse(printed) : printed.trimEnd().split('\n')
}
