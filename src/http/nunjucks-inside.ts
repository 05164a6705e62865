import nunjucks from 'nunjucks'
// @ts-expect-error It has no types either.
import transformer from 'nunjucks/src/transformer.js'

// What http/view-compiler.ts uses of the inside of Nunjucks, which its types leave out.

/** What a view is rendered with: the values of the page, and what is global. */
export type Context = { ctx: Record<string, unknown>; lookup: (name: string) => unknown }
/** The variables of a view. */
export type Frame = { lookup: (name: string) => unknown }
/** A piece of a parsed view, with what its kind has of these. */
export type Node = {
  lineno: number
  colno: number
  typename: string
  value: unknown
  name: Node
  args: Node
  children: Node[]
  cond: Node
  body: Node
  else_: Node | null
  target: Node
  val: Node
  key: Node
  findAll: (type: unknown) => Node[]
}

declare class NunjucksCompiler {
  constructor(name: string)
  buffer: string
  codebuf: string[]
  compile(node: Node, frame?: Frame): void
  compileFilter(node: Node, frame: Frame): void
  compileFunCall(node: Node, frame: Frame): void
  compileIf(node: Node, frame: Frame): void
  compileLookupVal(node: Node, frame: Frame): void
  compileSymbol(node: Node, frame: Frame): void
  getCode(): string
  _compileAggregate(node: Node, frame: Frame, start: string, end: string): void
  _emit(code: string): void
  _emitLoopBindings(node: Node, array: string, index: string, length: string): void
}

const inside = nunjucks as unknown as {
  compiler: { Compiler: typeof NunjucksCompiler }
  lib: {
    escape: (text: string) => string
    _prettifyError: (path: string, withTrace: boolean, error: unknown) => Error
  }
  nodes: Record<string, unknown>
  parser: { parse: (source: string, extensions: [], options: object) => Node }
}

export const { Compiler } = inside.compiler
export const { nodes } = inside
export const { SafeString } = nunjucks.runtime
export const { escape: escapeText } = inside.lib

export function parseView(source: string, name: string): Node {
  return transformer.transform(inside.parser.parse(source, [], {}), [], name)
}

/** The error of a view with its file and line, as Nunjucks words those of what it compiles itself. */
export function nameView(path: string, error: unknown): Error {
  return inside.lib._prettifyError(path, false, error)
}
