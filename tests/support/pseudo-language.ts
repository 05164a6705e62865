import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Catalogue, readCatalogue } from '../../src/words/words.ts'

// A language that is one more file: English with each text in brackets, and longer, as other languages are. What
// stands outside the brackets is in no catalogue.

export const PSEUDO_LANGUAGE = 'en-XA'

// Short texts grow the most: twice as long up to ten letters, two fifths longer from there on.
function lengthen(text: string): string {
  const more = Math.max(Math.min(text.length, 10), Math.round(0.4 * text.length))
  return `[${text}${' zahlungsart'.repeat(1 + more / 12).slice(0, more)}]`
}

/** A catalogue of English and the pseudo-language; remove its folder in the end. */
export function openPseudoCatalogue(): { catalogue: Catalogue; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'words-'))
  const source = new URL('../../src/words/en.json', import.meta.url)
  const english = readFileSync(source, 'utf8')
  const texts = Object.entries<string>(JSON.parse(english))
  const longer = texts.map(([key, text]) => [key, lengthen(text)])
  writeFileSync(join(folder, 'en.json'), english)
  writeFileSync(join(folder, `${PSEUDO_LANGUAGE}.json`), JSON.stringify(Object.fromEntries(longer)))
  return { catalogue: readCatalogue(folder), remove: () => rmSync(folder, { recursive: true }) }
}
