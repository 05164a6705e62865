import { readFileSync, writeFileSync } from 'node:fs'
import { resolveInProject } from '../src/project.ts'
import { LIST } from '../src/settings/variables.ts'

/** The files that are made from the variables: path and right text. */
export function renderDocs(): { path: string; text: string }[] {
  const readme = resolveInProject('README.md')
  return [
    { path: resolveInProject('.env.example'), text: renderEnvExample() },
    { path: readme, text: insertTable(readFileSync(readme, 'utf8')) },
  ]
}

const HEAD = `# Every setting with its default. Development needs none of them.
# Copy this file to .env in the same folder, and remove the # before each setting that you change.
# The environment goes before .env. An empty value means "not set". Quote a value that contains #.
# Written from src/settings/variables.ts by: npm run docs:settings
`

function renderEnvExample(): string {
  const parts = LIST.map(([name, { meaning, defaultInWords, example, ...variable }]) => {
    const more = defaultInWords ? [`Default: ${defaultInWords}. Example: ${name}=${example}`] : []
    const lines = [...wrap(meaning, 98), ...more].map((line) => `# ${line.replaceAll('`', '')}\n`)
    return `${lines.join('')}# ${name}=${variable.default ?? ''}\n`
  })
  return [HEAD, ...parts].join('\n')
}

function wrap(text: string, width: number): string[] {
  return text.match(new RegExp(`\\S.{0,${width - 1}}(?=\\s|$)`, 'g')) ?? []
}

const TABLE = /(?<=<!-- settings: npm run docs:settings -->\n).*?(?=<!-- end of settings -->)/s

function insertTable(readme: string): string {
  return readme.replace(TABLE, () => renderTable())
}

function renderTable(): string {
  const rows = LIST.map(([name, variable]) => {
    const fallback = variable.defaultInWords ?? `\`${variable.default}\``
    return `| \`${name}\` | ${fallback} | ${variable.meaning} |\n`
  })
  return `\n| Variable | Default | Meaning |\n| --- | --- | --- |\n${rows.join('')}\n`
}

if (import.meta.filename === process.argv[1]) {
  for (const { path, text } of renderDocs()) writeFileSync(path, text)
}
