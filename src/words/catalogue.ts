import { WORDS } from '../project.ts'
import { readCatalogue } from './words.ts'

export const catalogue = readCatalogue(WORDS)

/** For the command line and mail, which are in English. */
export const english = catalogue.wordsOf('en')
