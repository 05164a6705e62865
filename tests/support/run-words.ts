/** What stands after `npm test --`: parts to run, and what vitest is given. */
export type RunWords = { parts: string[]; forVitest: string[] }

type Known = { parts: string[]; exists: (path: string) => boolean }

// Every other option of vitest is one word, such as --reporter=dot.
const TAKES_A_WORD = ['-t', '--testNamePattern']

// Folders of tests that have a part of their own.
const PART_OF: Record<string, string> = { browser: 'chromium', load: 'load', programs: 'programs' }

/** The problem is a text. */
export function readWords(words: string[], { parts, exists }: Known): RunWords | string {
  const named: string[] = []
  const paths: string[] = []
  const options: string[] = []
  for (const [index, word] of words.entries()) {
    if (word.startsWith('-') || TAKES_A_WORD.includes(words[index - 1] ?? '')) options.push(word)
    else if (parts.includes(word)) named.push(word)
    else if (isTestPath(word) && exists(word)) paths.push(word)
    else return `${word} is neither a file or folder of tests nor one of ${parts.join(', ')}.`
  }
  const forVitest = [...paths, ...options]
  if (named.length > 0 || forVitest.length === 0) return { parts: named, forVitest }
  return { parts: guessParts(paths), forVitest }
}

function isTestPath(word: string): boolean {
  return /^(\.\/)?tests(\/|$)/.test(word)
}

function guessParts(paths: string[]): string[] {
  const found = paths.map((path) => {
    const [, folder = ''] = /tests\/(\w+)/.exec(path) ?? []
    return PART_OF[folder] ?? 'sqlite'
  })
  return found.length > 0 ? [...new Set(found)] : ['sqlite']
}
