import { fileURLToPath } from 'node:url'
import { readCatalogue } from './words/words.ts'

/** Beside this file in src/, and beside the programs in dist/, where the build copies it. */
export const catalogue = readCatalogue(fileURLToPath(new URL('words', import.meta.url)))

/** For the command line and mail, which are in English. */
export const english = catalogue.wordsOf('en')
