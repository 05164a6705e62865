import type { Request } from 'express'
import type { SignedCookie } from '../cookies.ts'
import type { Catalogue, Words } from '../words/words.ts'

// Most browsers send one of a few headers, and each takes time to read.
const MOST_KEPT = 100

type LanguageSettings = {
  catalogue: Catalogue
  defaultLanguage: string
  cookie: SignedCookie
  /** The language that the user of a request has set. */
  chosenBy: (req: Request) => string | null
}

/** The words for a visitor: of the language that the user has set, else that was chosen in this browser, else of the best one that it accepts. */
export function createLanguages(settings: LanguageSettings) {
  const { catalogue, defaultLanguage, cookie, chosenBy } = settings
  const { languages, wordsOf } = catalogue
  // A browser that accepts every language alike gets the first.
  const offered = [defaultLanguage, ...languages.filter((each) => each !== defaultLanguage)]
  const found = new Map<string, string>()
  return (req: Request): Words => {
    const chosen = chosenBy(req) ?? cookie.read(req)
    if (chosen !== null && languages.includes(chosen)) return wordsOf(chosen)
    const header = req.headers['accept-language'] ?? ''
    const accepted = found.get(header) ?? (req.acceptsLanguages(offered) || defaultLanguage)
    if (found.size >= MOST_KEPT) found.clear()
    found.set(header, accepted)
    return wordsOf(accepted)
  }
}
