import { WORDS } from '../project.ts'
import { readCatalogue } from './words.ts'

export const catalogue = readCatalogue(WORDS)

/** For the command line, which is in English. */
export const english = catalogue.wordsOf('en')
