import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '../../../../docs')
const page = readFileSync(join(DOCS, 'deploying.md'), 'utf8')

/** The commands of a section of docs/deploying.md. */
export function readCommands(title: string): string {
  const section = page.split(`## ${title}\n`)[1]
  return /```sh\n([\s\S]*?)```/.exec(section ?? '')?.[1] ?? ''
}

/** A file of docs/deploying/. */
export function readDeployingFile(name: string): string {
  return readFileSync(join(DOCS, 'deploying', name), 'utf8')
}
