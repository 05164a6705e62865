import type { Outcome } from '../../../src/operator/outcome.ts'

/** Every line, or every item, of an outcome in pages. */
export async function collect(outcome: Outcome, form: 'linePages' | 'jsonPages') {
  const items: unknown[] = []
  if (form in outcome && 'linePages' in outcome) {
    for await (const page of outcome[form]) items.push(...page)
  }
  return items
}
