import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Does in a folder what the blocks of a recipe say: writes files, applies changes to lines that occur once, and runs shell commands. */
export function followRecipe(recipe = '', folder = ''): void {
  const blocks = [...recipe.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```/gm)]
  if (blocks.length === 0) throw new Error('The recipe has no steps')
  for (const [, kind, path = '', text = ''] of blocks) {
    if (kind === 'diff') changeFiles(folder, text)
    else if (kind === 'sh') execFileSync('sh', ['-ec', text], { cwd: folder })
    else writeIn(folder, path, text)
  }
}

// Each part of a diff begins with the file that it changes.
function changeFiles(folder: string, diff: string): void {
  for (const part of diff.split(/^\+\+\+ /m).slice(1)) {
    const [path = ''] = part.split('\n', 1)
    const source = readFileSync(join(folder, path), 'utf8')
    writeIn(folder, path, change(source, part.slice(path.length + 1), path))
  }
}

function writeIn(folder: string, path: string, text: string): void {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function change(source: string, diff: string, path: string): string {
  return diff.split(/^@@\n/m).reduce((before, hunk) => {
    const [old, fresh] = [linesOf(hunk, ' -'), linesOf(hunk, ' +')]
    const parts = `\n${before}`.split(`\n${old}`)
    if (parts.length !== 2) throw new Error(`${path} must have once:\n${old}`)
    return parts.join(`\n${fresh}`).slice(1)
  }, source)
}

function linesOf(hunk: string, marks: string): string {
  return hunk.replace(/^(.)(.*\n)/gm, (_, mark, line) => (marks.includes(mark) ? line : ''))
}
