import { type ParseArgsConfig, parseArgs } from 'node:util'
import { complain, endLines, type Outcome, print } from './outcome.ts'

export type Command<Context, Typed> = (context: Context, typed: Typed) => Promise<Outcome>

/** Commands by name, and the usage that tells how each is typed: two spaces and a form, such as `events NAME [--since DATE]`, two more and what it does. */
export type CommandLine<Context, Typed> = {
  usage: string
  commands: { [name: string]: Command<Context, Typed> }
}

const WRONG_USAGE = 2

/** The program of a command line: has the command run that its words make. */
export async function runProgram<Context, Typed>(
  { usage, commands }: CommandLine<Context, Typed>,
  open: (run: (context: Context) => Promise<Outcome>, asJson: boolean) => Promise<void>,
): Promise<void> {
  const words = process.argv.slice(2)
  if (words.includes('--help')) return print([endLines([usage])])
  const read = readCommand(usage, words)
  const command = read && commands[read.name]
  if (!command) return complain([usage], WRONG_USAGE)
  await open((context) => command(context, read.typed as Typed), read.asJson)
}

type Read = { name: string; typed: Values; asJson: boolean }
type Values = { [name: string]: string | boolean | undefined }

/** Null when the words make no command of the usage. */
export function readCommand(usage: string, args: string[]): Read | null {
  const forms = [...usage.matchAll(/^ {2}(\S+(?: \S+)*)/gm)].map(([, form = '']) => form)
  const general = forms.filter((form) => form.startsWith('-')).map((option) => `[${option}]`)
  for (const form of forms) {
    const values = matchForm([form, ...general].join(' '), args)
    if (!values) continue
    const { json = false, ...typed } = values
    return { name: form.split(' ', 1)[0] ?? '', typed, asJson: json === true }
  }
  return null
}

// Words in capitals stand for what is typed; options in brackets may be left out.
function matchForm(form: string, args: string[]): Values | null {
  const { words, options, required } = readForm(form)
  const read = parseWords(args, options)
  if (read?.positionals.length !== words.length) return null
  const pairs = words.map((word, at) => [word, read.positionals[at]] as const)
  if (pairs.some(([word, typed]) => !isName(word) && word !== typed)) return null
  const named = pairs
    .filter(([word]) => isName(word))
    .map(([word, typed]) => [word.toLowerCase(), typed])
  const values: Values = { ...Object.fromEntries(named), ...read.values }
  const isWhole = required.every((option) => option in values)
  return isWhole && !Object.values(values).includes('') ? values : null
}

type Options = NonNullable<ParseArgsConfig['options']>

function readForm(form: string) {
  const options: Options = { json: { type: 'boolean' } }
  const words: string[] = []
  const required: string[] = []
  for (const [part, bracket, option, value] of form.matchAll(/(\[?)--([\w-]+)( [A-Z]+)?|[\w-]+/g)) {
    if (option) options[option] = { type: value ? 'string' : 'boolean' }
    if (!bracket) (option ? required : words).push(option ?? part)
  }
  return { words, options, required }
}

function isName(word: string): boolean {
  return word === word.toUpperCase()
}

// Null where an option is none of these.
function parseWords(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch {
    return null
  }
}
