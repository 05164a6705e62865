import type { Request } from 'express'
import type { SignedCookie } from '../cookies.ts'
import type { Catalogue, Words } from '../words/words.ts'

export type LanguageSettings = {
  catalogue: Catalogue
  defaultLanguage: string
  cookie: SignedCookie
}

/** The words for a visitor: of the language that this browser chose, else of the best one that it accepts. */
export function createLanguages({ catalogue, defaultLanguage, cookie }: LanguageSettings) {
  const { languages, wordsOf } = catalogue
  // A browser that accepts every language alike gets the first.
  const offered = [defaultLanguage, ...languages.filter((each) => each !== defaultLanguage)]
  return (req: Request): Words => {
    const chosen = cookie.read(req)
    if (chosen !== null && languages.includes(chosen)) return wordsOf(chosen)
    return wordsOf(req.acceptsLanguages(offered) || defaultLanguage)
  }
}
